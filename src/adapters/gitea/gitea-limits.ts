/** What a Gitea or Forgejo server may cost, in time, bytes and requests. */
export interface GiteaLimits {
  readonly connectSeconds: number;
  /** For the whole of a request that changes nothing. */
  readonly readSeconds: number;
  /** For the whole of a request that changes something: opening and merging pull requests runs git. */
  readonly writeSeconds: number;
  readonly answerBytes: number;
  /** How often something that changes nothing is asked at most. */
  readonly attempts: number;
  /** The first pause before another attempt is at most this long, each further one at most twice as long. */
  readonly backoffSeconds: number;
  /** Longer pauses than this, asked for by the server, are not waited for. */
  readonly maxWaitSeconds: number;
  /** Requests at the same time. Each with a token is a write in the server's database, so more gain nothing. */
  readonly concurrency: number;
  /** Of one listing; a longer one is not complete. */
  readonly pages: number;
}

const mebibyte = 1024 * 1024;

export const defaultLimits: GiteaLimits = {
  connectSeconds: 10,
  readSeconds: 10,
  writeSeconds: 30,
  answerBytes: 32 * mebibyte,
  attempts: 3,
  backoffSeconds: 0.5,
  maxWaitSeconds: 10,
  concurrency: 4,
  pages: 1000,
};
