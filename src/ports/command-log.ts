/** Commands from comments, each taken once for ever (A-41, C-26). */
export interface CommandLog {
  /**
   * Stores that the comment was received.
   *
   * @returns `new`, or how far the one that was received before has come.
   */
  receive(command: ReceivedCommand): Promise<'new' | CommandState>;
  /**
   * Stores the state that a command has come to, with the reply; without one, that which was stored stays. A state that
   * it has come to or gone past already is passed over.
   *
   * @throws {Failure} `store` when the command was never received.
   */
  advance(key: CommandKey, state: CommandState, reply: string | undefined, at: Date): Promise<void>;
  /** @returns Those that were received and are not finished, oldest first. */
  unfinished(repository: string): Promise<readonly UnfinishedCommand[]>;
  /** @returns Up to when the comments of the repository were read, or `undefined`. */
  watermark(repository: string): Promise<Date | undefined>;
  /** Never moves it back. */
  setWatermark(repository: string, at: Date): Promise<void>;
}

export interface CommandKey {
  readonly repository: string;
  /** Of the comment, on the forge. */
  readonly comment: string;
}

export interface ReceivedCommand extends CommandKey {
  /** Of the pull request or issue. */
  readonly number: number;
  /** SHA-256 of the text as first seen, in hexadecimal digits. */
  readonly bodyDigest: string;
  /** What a signed event said about the author's rights. */
  readonly permission: string | undefined;
  readonly at: Date;
}

/** What is needed to go on with a command where the last process ended. */
export interface UnfinishedCommand extends ReceivedCommand {
  readonly state: CommandState;
  /** To be written, once it is known. */
  readonly reply: string | undefined;
}

/** `received` and `executed` are to be gone on with: the reply is still to be written. */
export type CommandState = 'received' | 'executed' | 'answered' | 'ignored';
