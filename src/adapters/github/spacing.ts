import { setTimeout as delay } from 'node:timers/promises';

/** Lets tasks begin one after the other, with a pause of so many milliseconds in between; in the form that the plug-in for limits uses. */
export function createSpacing(milliseconds: number) {
  let free = 0;
  const schedule = async <Result>(_: unknown, task: () => Promise<Result>): Promise<Result> => {
    const now = performance.now();
    const turn = Math.max(now, free);
    free = turn + milliseconds;
    if (turn > now) await delay(turn - now);
    return task();
  };
  return { key: () => ({ schedule }) };
}
