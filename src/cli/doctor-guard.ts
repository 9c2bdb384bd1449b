import { type Examination, examine } from '../workflows/doctor/examination.ts';
import { asFailure } from './as-failure.ts';

/** Looks after one thing. What the operating system refuses is a finding, too. */
export function guard(
  subject: Pick<Examination, 'check' | 'where'>,
  work: () => Promise<readonly Examination[]>,
): Promise<readonly Examination[]> {
  return examine(subject, async () => {
    try {
      return await work();
    } catch (error) {
      throw asFailure(error) ?? error;
    }
  });
}
