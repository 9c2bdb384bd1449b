import { Interrupted } from './registry-failure.ts';
import type { RegistryLimits } from './registry-limits.ts';

/** Time and chance, as tests set them. */
export interface Timing {
  /** In milliseconds since 1970. */
  now(): number;
  /** From 0 to 1. */
  random(): number;
  sleep(milliseconds: number): Promise<void>;
}

/** When a host may be asked: pauses that it asks for hold for all requests to it. */
export interface Pace {
  /** Waits for a pause to end. @throws {Interrupted} When it lasts longer than is waited for, saying until when. */
  pass(): Promise<void>;
  isPaused(): boolean;
  /** Begins a pause, or makes it longer. @param until In milliseconds since 1970. */
  pause(until: number): void;
  /** Waits before another attempt. @throws {Interrupted} As {@link pass}. */
  backOff(attempt: number): Promise<void>;
}

const maxBackoffSeconds = 10;

export function createPace({ maxWaitSeconds, backoffSeconds }: RegistryLimits, timing: Timing): Pace {
  let pausedUntil = 0;

  const isPaused = () => pausedUntil > timing.now();

  async function pass(): Promise<void> {
    while (isPaused()) {
      const remaining = pausedUntil - timing.now();
      if (remaining > maxWaitSeconds * 1000) {
        throw new Interrupted(`asks for no requests until ${new Date(pausedUntil).toISOString()}`, {
          pauseUntil: pausedUntil,
        });
      }
      await timing.sleep(remaining);
    }
  }

  return {
    isPaused,
    pass,
    pause: (until) => {
      pausedUntil = Math.max(pausedUntil, until);
    },
    backOff: async (attempt) => {
      if (isPaused()) return await pass();
      // Full jitter, so that clients that failed together do not come back together.
      await timing.sleep(timing.random() * Math.min(backoffSeconds * 2 ** (attempt - 1), maxBackoffSeconds) * 1000);
    },
  };
}

const minPause = 1000;
const maxPause = 3_600_000;
const secondsPattern = /^\s*-?\d+(?:\.\d+)?\s*$/;
const datePattern = /^\s*[A-Za-z]{3,9}, .* GMT\s*$/;

/**
 * Reads `Retry-After`: seconds or a date, held between a second and an hour.
 *
 * @returns Milliseconds since 1970, or `undefined` when `text` is neither.
 * @see RFC 9110, section 10.2.3
 */
export function parseRetryAfter(text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined;
  const wait = waitOf(text, now);
  return Number.isNaN(wait) ? undefined : now + Math.min(Math.max(wait, minPause), maxPause);
}

function waitOf(text: string, now: number): number {
  if (secondsPattern.test(text)) return Number(text) * 1000;
  return datePattern.test(text) ? Date.parse(text) - now : Number.NaN;
}
