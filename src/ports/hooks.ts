/** Webhooks of one applications repository, as `init` and `doctor` set up and look after them. Takes the rights of an owner. */
export interface Hooks {
  /** @returns Those that the repository has, those of its organisation included where they can be seen. */
  list(): Promise<readonly Hook[]>;

  /**
   * Keeps exactly one webhook with this address, active, with exactly the events that the bot needs. As no forge tells a secret, one that
   * may be another is replaced.
   *
   * @throws {Failure} `forge-denied` when the account may not.
   */
  ensure(hook: { readonly url: string; readonly secret: string }): Promise<'created' | 'replaced' | 'same'>;

  /** Asks the forge to send a test event to the webhook. That it answers well does not say that anything arrived. */
  sendTest(id: string): Promise<void>;
}

export interface Hook {
  readonly id: string;
  readonly url: string;
  readonly active: boolean;
  readonly events: readonly string[];
  /** Whether active and events are what the bot needs. */
  readonly complete: boolean;
}
