import { setTimeout } from 'node:timers/promises';
import { isBusy, storeFailure } from './store-failure.ts';

const longestPauseMilliseconds = 25;

/**
 * Turns the errors of the database into failures, and waits while another process writes.
 *
 * The work is done again from its start when the database was busy: it must be one statement or one transaction, or do
 * no harm when its first statements are repeated.
 */
export type Guard = <Result>(work: () => Result | Promise<Result>) => Promise<Result>;

/** @param busyMilliseconds How long to try again; timers, connections and other work go on meanwhile. */
export function createGuard(path: string, busyMilliseconds: number): Guard {
  return async (work) => {
    const deadline = performance.now() + busyMilliseconds;
    for (let pause = 1; ; pause = Math.min(2 * pause, longestPauseMilliseconds)) {
      try {
        return await work();
      } catch (error) {
        if (!isBusy(error) || performance.now() >= deadline) throw storeFailure(path, error);
      }
      await setTimeout(pause);
    }
  };
}
