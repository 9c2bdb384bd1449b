import type { HintEvent } from './deliveries.ts';

/** Deliveries of webhooks, kept until they were acted on. */
export interface Inbox {
  /**
   * Stores deliveries. When the call returns they survive the end of the process and of the machine.
   *
   * @returns For each, in order: whether it is `new`, was received `before`, or has the name of another with other content
   *   (`conflicting`), which is not stored.
   */
  receive(deliveries: readonly ReceivedDelivery[]): Promise<readonly ('new' | 'before' | 'conflicting')[]>;

  /**
   * @param after Only those that were stored after the one of this sequence.
   * @returns The first thousand of those that were not acted on, oldest first.
   */
  pending(after?: number): Promise<readonly StoredDelivery[]>;

  /** Marks them as acted on. */
  done(sequences: readonly number[], at: Date): Promise<void>;

  /** When the newest of a connection arrived; `undefined` when none ever did. */
  lastReceived(connection: string): Promise<Date | undefined>;
}

export interface ReceivedDelivery {
  /** Of the server configuration, with its kind: `forge:gitea`, `registry:registry.example.org`. */
  readonly connection: string;
  readonly id: string;
  readonly type: string;
  /** SHA-256 of the body, in hexadecimal digits. */
  readonly bodyDigest: string;
  readonly events: readonly HintEvent[];
  readonly at: Date;
}

export interface StoredDelivery extends ReceivedDelivery {
  readonly sequence: number;
}
