import { Failure } from '../core/failure.ts';

const attempts = 3;

/**
 * Does work on an archive that somebody may replace meanwhile: then it is opened again, and the work begun again.
 *
 * @param work Is given which attempt it is, counted from 1.
 */
export async function whileUnchanged<Result>(work: (attempt: number) => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work(attempt);
    } catch (error) {
      if (attempt === attempts || !(error instanceof Failure) || error.code !== 'registry-changed') throw error;
    }
  }
}
