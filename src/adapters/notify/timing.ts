import { setTimeout } from 'node:timers/promises';

/** Time and chance, as tests set them. */
export interface Timing {
  /** In milliseconds since 1970. */
  now(): number;
  /** From 0 to 1. */
  random(): number;
  sleep(milliseconds: number): Promise<void>;
}

export const defaultTiming: Timing = { now: Date.now, random: Math.random, sleep: (it) => setTimeout(it) };

export interface NotifyLimits {
  /** For one attempt, from the connection to the end of the answer. */
  readonly attemptSeconds: number;
  /** How often it is tried in all, where nothing was answered or the receiver is in trouble. */
  readonly attempts: number;
  /** Before the second attempt at most; before each further one at most twice as long. */
  readonly backoffSeconds: number;
  /** How long a receiver that did not answer is left in peace; each time in a row twice as long. */
  readonly pauseSeconds: number;
  readonly maxPauseSeconds: number;
  /** How much of an answer's body is read at most, in bytes: nothing in it counts. */
  readonly answerBytes: number;
}

export const defaultLimits: NotifyLimits = {
  attemptSeconds: 10,
  attempts: 3,
  backoffSeconds: 1,
  pauseSeconds: 60,
  maxPauseSeconds: 900,
  answerBytes: 16 * 1024,
};
