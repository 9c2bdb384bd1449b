/** Lets one wait until there is something to do. */
export interface Bell {
  ring(why?: 'work' | 'stop'): void;
  /** @param options.only Sleeps on when there is work, and ends for a stop alone. */
  wait(milliseconds: number, options?: { readonly only?: 'stop' }): Promise<void>;
}

/** More than this a timer cannot wait; it would end at once. */
const longest = 2 ** 31 - 1;

/** What rang while nobody waited ends the next waiting at once; a stop ends all. */
export function createBell(): Bell {
  let rung: 'work' | 'stop' | undefined;
  let wake: (() => void) | undefined;
  return {
    ring(why = 'work') {
      if (rung !== 'stop') rung = why;
      wake?.();
    },
    async wait(milliseconds, { only } = {}) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, Math.min(Math.max(0, milliseconds), longest));
      wake = () => {
        if (rung !== undefined && (only === undefined || rung === only)) resolve();
      };
      wake();
      await promise;
      clearTimeout(timer);
      wake = undefined;
      if (rung === 'work' && only === undefined) rung = undefined;
    },
  };
}
