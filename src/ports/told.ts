/**
 * What was said elsewhere last, by subject. It saves requests: losing it means that the forge is asked what it shows, and nothing is
 * said twice all the same.
 */
export interface Told {
  /** @returns The text as it was said last, or `undefined`. */
  last(repository: string, subject: string): Promise<string | undefined>;
  /** Remembers for at least 30 days that this was said. Done after it was. */
  record(repository: string, subject: string, text: string, at: Date): Promise<void>;
}
