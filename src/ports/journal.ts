/**
 * What the bot was about to do, and what came of it (C-06). An intent without an outcome is what a process left behind that ended in
 * between: it is resolved by reading the forge, never by doing it again blindly.
 */
export interface Journal {
  /** Stores the intent, before the request. @returns Its number. */
  begin(effect: Effect): Promise<number>;
  /** Stores what came of it. */
  end(sequence: number, outcome: EffectOutcome): Promise<void>;
  /** @returns The intents of a repository without an outcome, oldest first. */
  unresolved(repository: string): Promise<readonly JournalledEffect[]>;
}

export type EffectKind =
  | 'push'
  | 'open'
  | 'update'
  | 'close'
  | 'merge'
  | 'comment'
  | 'acknowledge'
  | 'status'
  | 'issue'
  | 'close-issue';

export interface Effect {
  /** Of the server configuration. */
  readonly repository: string;
  readonly kind: EffectKind;
  /** SHA-256 over what makes this effect this one (C-07), in hexadecimal digits. */
  readonly key: string;
  /** What it is done to and what that is expected to be, as JSON data; no text of people and no secret. */
  readonly detail: Readonly<Record<string, unknown>>;
  readonly at: Date;
}

export interface EffectOutcome {
  readonly result: 'done' | 'not-done' | 'unknown';
  readonly detail?: string;
  readonly at: Date;
}

export interface JournalledEffect extends Effect {
  readonly sequence: number;
}
