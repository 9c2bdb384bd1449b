/** Counts how often something happens, for each key: a bucket that holds `burst` and gains `perSecond`. */
export interface TokenBuckets {
  /** Takes one. @returns Whether there was one. */
  take(key: string): boolean;
  isEmpty(key: string): boolean;
}

interface Bucket {
  readonly level: number;
  readonly at: number;
}

/** Buckets that are forgotten begin full again. */
const maxKeys = 10_000;

/** @param now Milliseconds that never go back. */
export function createTokenBuckets(
  { perSecond, burst }: { readonly perSecond: number; readonly burst: number },
  now: () => number = () => performance.now(),
): TokenBuckets {
  const buckets = new Map<string, Bucket>();
  function levelOf(key: string, at: number): number {
    const bucket = buckets.get(key);
    return bucket ? Math.min(burst, bucket.level + ((at - bucket.at) / 1000) * perSecond) : burst;
  }
  return {
    take(key) {
      const at = now();
      const level = levelOf(key, at);
      if (level < 1) return false;
      // The one that was used longest ago stands first.
      buckets.delete(key);
      const oldest = buckets.size >= maxKeys ? buckets.keys().next().value : undefined;
      if (oldest !== undefined) buckets.delete(oldest);
      buckets.set(key, { level: level - 1, at });
      return true;
    },
    isEmpty: (key) => levelOf(key, now()) < 1,
  };
}
