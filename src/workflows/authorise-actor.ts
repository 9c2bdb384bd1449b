import { type Action, type Authorisation, authorise, teamsToAsk } from '../core/command/authorise.ts';
import type { Installation } from '../core/installation/installation.ts';
import type { Roles } from '../core/installation/roles.ts';
import type { Actor } from '../core/pull-request/actor.ts';
import type { People, Permission } from '../ports/forge.ts';

interface AuthoriseInput {
  readonly actor: Actor;
  readonly action: Action;
  /** Of the repository configuration; some actions need none. */
  readonly roles: Roles | undefined;
  readonly approvals: Installation['approvals'];
  /** What a signed event said about the actor's rights, of the last minute. */
  readonly hint?: Permission | undefined;
  /** @see AuthorisationInput.headAuthors */
  readonly headAuthors?: readonly string[] | undefined;
}

/** Asks the forge what has to be known, and decides: the one way to `authorise` for everything that reaches the bot by a forge. */
export async function authoriseActor(
  { actor, action, roles, approvals, hint, headAuthors }: AuthoriseInput,
  people: People,
): Promise<Authorisation> {
  const teams = teamsToAsk({ action, roles, approvals });
  const [self, permission, ...answers] = await Promise.all([
    people.self(),
    people.permissionOf(actor, hint),
    ...teams.map((team) => people.isMember(actor, team)),
  ]);
  const memberships = new Map(teams.map((team, index) => [team, answers[index] ?? 'unknown'] as const));
  return authorise({
    ...{ actor, action, permission, roles, approvals, memberships },
    self: self.id,
    headAuthors,
  });
}
