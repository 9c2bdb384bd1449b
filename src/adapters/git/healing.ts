import { CopyTrouble } from './local-copy.ts';

/** Does the work; when the copy lets it down, has the copy mended and does it once more. */
export type Healing = <Result>(work: () => Promise<Result>) => Promise<Result>;

/** @param mend Makes the copy work again. Several that are let down at once share one mending. */
export function createHealing(mend: () => Promise<void>): Healing {
  let mending: Promise<void> | undefined;
  return async (work) => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof CopyTrouble)) throw error;
    }
    try {
      mending ??= mend().finally(() => {
        mending = undefined;
      });
      await mending;
      return await work();
    } catch (error) {
      throw error instanceof CopyTrouble ? error.failure : error;
    }
  };
}
