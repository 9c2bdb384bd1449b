import type { Person } from '../repository/commit.ts';

/**
 * An account on a forge. Only `id` says who it is: names can be given up and taken over by others (reliability.md A-55). In plain git,
 * where nobody has an account, the id is the e-mail address.
 */
export interface Actor {
  readonly id: string;
  /** For messages and mentions. */
  readonly name: string;
}

/** @returns The actor that a person is where nobody has an account. */
export const actorOf = ({ name, email }: Person): Actor => ({ id: email, name });
