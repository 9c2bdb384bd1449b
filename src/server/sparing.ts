/** Does something at most once a minute for each key, so that who floods the listener does not flood the log as well. */
export type Sparing = (key: string, act: () => void) => void;

const interval = 60_000;
const maxKeys = 1_000;

/** @param now Milliseconds that never go back. */
export function createSparing(now: () => number = () => performance.now()): Sparing {
  const last = new Map<string, number>();
  return (key, act) => {
    const at = now();
    const before = last.get(key);
    if (before !== undefined && at - before < interval) return;
    if (last.size >= maxKeys) last.clear();
    last.set(key, at);
    act();
  };
}
