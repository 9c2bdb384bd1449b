/** A pull request of people that has statuses of the bot. */
export interface Watched {
  readonly number: number;
  readonly head: string;
  /** Whether it waits for an approval. */
  readonly waits: boolean;
}
