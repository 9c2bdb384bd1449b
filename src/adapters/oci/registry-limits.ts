/** What a registry may cost, in time and bytes. */
export interface RegistryLimits {
  readonly connectSeconds: number;
  /** Until the headers of an answer are there. */
  readonly headersSeconds: number;
  /** Without a byte, in the middle of an answer. */
  readonly idleSeconds: number;
  /** For the whole of an answer that is read into memory. */
  readonly readSeconds: number;
  /** Bytes per second that an answer must come with, seen over `throughputSeconds`. */
  readonly minThroughput: number;
  readonly throughputSeconds: number;
  /** How often a request is sent at most. */
  readonly attempts: number;
  /** The first pause before another attempt is at most this long, each further one at most twice as long. */
  readonly backoffSeconds: number;
  /** Longer pauses than this, asked for by the registry, are not waited for. */
  readonly maxWaitSeconds: number;
  /** What is read into memory at the same time. */
  readonly bufferedBytes: number;
  readonly pageBytes: number;
  readonly pages: number;
  /** Of one listing; one with more is not complete. */
  readonly tags: number;
  /** For the whole of an answer that is read as it comes. */
  readonly streamSeconds: number;
  /** How much of a blob is read to prove that it is there, where the registry does not tell its size. */
  readonly provenBytes: number;
}

const mebibyte = 1024 * 1024;

export const defaultLimits: RegistryLimits = {
  connectSeconds: 10,
  headersSeconds: 30,
  idleSeconds: 30,
  readSeconds: 120,
  minThroughput: 1024,
  throughputSeconds: 30,
  attempts: 3,
  backoffSeconds: 0.5,
  maxWaitSeconds: 30,
  bufferedBytes: 64 * mebibyte,
  pageBytes: 8 * mebibyte,
  pages: 100,
  tags: 50_000,
  streamSeconds: 1800,
  provenBytes: 16 * 1024 * mebibyte,
};
