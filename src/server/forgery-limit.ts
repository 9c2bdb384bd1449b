import { createTokenBuckets } from './token-buckets.ts';

/**
 * Turns away whoever forges without end, before the body is read (D-05). An address that also sends what is genuine, as a proxy in front
 * of the listener does, is never turned away: no forge repeats what it could not deliver.
 */
export interface ForgeryLimit {
  refuses(source: string): boolean;
  forged(source: string): void;
  genuine(source: string): void;
}

/** How long a genuine delivery speaks for its address, in milliseconds. */
const trustTime = 24 * 60 * 60 * 1000;
const maxTrusted = 1_000;

/** @param now Milliseconds that never go back. */
export function createForgeryLimit(
  rate: { readonly perSecond: number; readonly burst: number },
  now: () => number = () => performance.now(),
): ForgeryLimit {
  const buckets = createTokenBuckets(rate, now);
  const genuineAt = new Map<string, number>();
  return {
    refuses(source) {
      const at = genuineAt.get(source);
      const trusted = at !== undefined && now() - at < trustTime;
      return !trusted && buckets.isEmpty(source);
    },
    forged(source) {
      buckets.take(source);
    },
    genuine(source) {
      if (genuineAt.size >= maxTrusted && !genuineAt.has(source)) genuineAt.clear();
      genuineAt.set(source, now());
    },
  };
}
