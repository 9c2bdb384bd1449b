import type { People, Roles } from '../installation/roles.ts';
import type { Actor } from '../pull-request/actor.ts';
import type { CommandVerb } from './command.ts';

/** A command, or the approval of a change of the configuration that loosens something. */
export type Action = CommandVerb | 'approve-configuration';

export interface AuthorisationInput {
  readonly actor: Actor;
  readonly action: Action;
  /** What the forge lets the actor do, looked up when the command is carried out. */
  readonly permission: 'admin' | 'write' | 'read' | 'none' | 'unknown';
  readonly roles: Roles | undefined;
  /** The setting `approvals` of the installation; without it, whoever operates may approve. */
  readonly approvals: { readonly from: readonly string[] } | undefined;
  /** Whether the actor belongs to each of the teams that {@link teamsToAsk} names; one that is missing counts as unknown. */
  readonly memberships: ReadonlyMap<string, boolean | 'unknown'>;
  /** Id of the bot's own account. */
  readonly self: string;
  /**
   * Ids of the accounts that have a commit on the head: none of them may approve it. `undefined` when that is not known; then nobody
   * may. Asked for approvals only.
   */
  readonly headAuthors?: readonly string[] | undefined;
}

export type Authorisation =
  | { readonly allowed: true }
  | {
      readonly allowed: false;
      /**
       * `unknown`: the forge did not tell what had to be known. `own-change`: somebody may not approve what is their own.
       * `own-account`: the bot takes no orders from itself.
       */
      readonly why: 'not-named' | 'permission' | 'unknown' | 'own-change' | 'own-account';
      /** Completes "… may do this": plain text that names people, teams or the permission. */
      readonly whoMay: string;
    };

/** Those who are named for an action. */
interface Named {
  readonly users: readonly string[];
  readonly teams: readonly string[];
  /** Names that may be a user's or a team's. */
  readonly either: readonly string[];
}

type Right = { readonly kind: 'named'; readonly named: Named } | { readonly kind: 'permission'; readonly least: Level };

type Level = 'read' | 'write' | 'admin';

const ranks: Readonly<Record<AuthorisationInput['permission'], number>> = {
  unknown: -1,
  none: 0,
  read: 1,
  write: 2,
  admin: 3,
};

/**
 * Decides whether somebody may do something: the one place for comments, dashboard, API and command line. What is not known is a denial.
 * Accounts are compared by their exact names or ids (reliability.md A-55): a name that was given up can be taken by somebody else, so ids
 * are the safer way to name people.
 */
export function authorise(input: AuthorisationInput): Authorisation {
  const { actor, action, self } = input;
  const right = rightFor(input);
  const whoMay = describe(right);
  if (actor.id === self) return { allowed: false, why: 'own-account', whoMay };
  const why = right.kind === 'named' ? whyNotNamed(input, right.named) : whyNotPermitted(input, right.least);
  if (why) return { allowed: false, why, whoMay };
  if (action !== 'approve' && action !== 'approve-configuration') return { allowed: true };
  const { headAuthors } = input;
  if (headAuthors === undefined) return { allowed: false, why: 'unknown', whoMay };
  return headAuthors.includes(actor.id) ? { allowed: false, why: 'own-change', whoMay } : { allowed: true };
}

/** @returns Who may do something: plain text that names people, teams or the permission. */
export function describeWhoMay(input: Pick<AuthorisationInput, 'action' | 'roles' | 'approvals'>): string {
  return describe(rightFor(input));
}

/** @returns The teams, as the configuration writes them, whose members {@link authorise} must know for an action. */
export function teamsToAsk(input: Pick<AuthorisationInput, 'action' | 'roles' | 'approvals'>): readonly string[] {
  const right = rightFor(input);
  return right.kind === 'named' ? [...right.named.teams, ...right.named.either] : [];
}

function rightFor({ action, roles, approvals }: Pick<AuthorisationInput, 'action' | 'roles' | 'approvals'>): Right {
  switch (action) {
    case 'help':
    case 'explain':
      return { kind: 'permission', least: 'read' };
    case 'override':
      return peopleOr(roles?.emergency, 'admin');
    case 'approve-configuration':
      return peopleOr(roles?.trust, 'admin');
    case 'approve':
      return approvals ? { kind: 'named', named: approvers(approvals.from) } : peopleOr(roles?.operate, 'write');
    case 'promote':
    case 'hold':
    case 'resume':
    case 'rollback':
    case 'skip':
    case 'rebuild':
    case 'adopt':
    case 'retry':
      return peopleOr(roles?.operate, 'write');
  }
}

/** A role that is there and names nobody is nobody's: it does not fall back. */
function peopleOr(people: People | undefined, least: Level): Right {
  if (people === undefined) return { kind: 'permission', least };
  return { kind: 'named', named: { users: people.users ?? [], teams: people.teams ?? [], either: [] } };
}

function approvers(from: readonly string[]): Named {
  const users = from.filter((it) => it.startsWith('id:'));
  const teams = from.filter((it) => it.includes('/') && !users.includes(it));
  return { users, teams, either: from.filter((it) => !users.includes(it) && !teams.includes(it)) };
}

type Denial = Exclude<Authorisation, { readonly allowed: true }>['why'];

function whyNotNamed({ actor, permission, memberships }: AuthorisationInput, named: Named): Denial | undefined {
  // Somebody whom the forge keeps out is no longer the one whom the configuration means.
  if (permission === 'none') return 'permission';
  if (named.users.some((it) => (it.startsWith('id:') ? it === `id:${actor.id}` : it === actor.name))) return undefined;
  const answers = [...named.teams, ...named.either].map((team) => memberships.get(team) ?? 'unknown');
  if (answers.includes(true)) return undefined;
  // Anybody may give an account the name of a team. Whoever has write access was let in by somebody.
  if (named.either.includes(actor.name)) return whyNotPermitted({ permission }, 'write');
  return answers.includes('unknown') ? 'unknown' : 'not-named';
}

function whyNotPermitted({ permission }: Pick<AuthorisationInput, 'permission'>, least: Level): Denial | undefined {
  if (permission === 'unknown') return 'unknown';
  return ranks[permission] >= ranks[least] ? undefined : 'permission';
}

function describe(right: Right): string {
  if (right.kind === 'permission') return `whoever has the permission "${right.least}" on this repository`;
  const { users, teams, either } = right.named;
  const parts = [
    ...users.map((it) => (it.startsWith('id:') ? `the account with the id ${it.slice('id:'.length)}` : it)),
    ...teams.map((it) => `members of the team ${it}`),
    ...either.map((it) => `${it} (a user, or members of the team)`),
  ];
  return parts.length === 0 ? 'nobody, for the configuration names no users and no teams for it' : listOf(parts);
}

const listOf = (parts: readonly string[]) =>
  parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
