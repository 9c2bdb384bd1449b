import type { GitWorld } from './git-world.ts';

export interface Account {
  readonly id: number;
  login: string;
  readonly type: 'User' | 'Bot';
}

/** A pull request or an issue: GitHub numbers them together. */
export interface Item {
  readonly number: number;
  readonly author: Account;
  title: string;
  body: string | null;
  state: 'open' | 'closed';
  labels: readonly string[];
  readonly createdAt: string;
  closedAt: string | null;
  readonly pull: Pull | undefined;
  readonly events: IssueEvent[];
}

export interface Pull {
  readonly head: string;
  /** Number of the repository that the branch is in. */
  readonly headRepository: number;
  base: string;
  headSha: string;
  baseSha: string;
  draft: boolean;
  mergedAt: string | null;
  mergeCommit: string | null;
  mergedBy: Account | null;
  readonly reviews: StoredReview[];
}

export interface StoredReview {
  readonly id: number;
  readonly by: Account | null;
  state: string;
  readonly head: string | null;
}

export interface IssueEvent {
  readonly id: number;
  readonly event: string;
  readonly actor: Account | null;
  readonly at: string;
  /** Of the dismissal of a review. */
  readonly dismissed?: { readonly review_id: number; readonly state: string };
}

export interface StoredComment {
  readonly id: number;
  readonly item: number;
  readonly author: Account | null;
  body: string;
  readonly createdAt: string;
  updatedAt: string;
  readonly reactions: Set<string>;
}

export interface StoredStatus {
  readonly id: number;
  readonly sha: string;
  readonly context: string;
  readonly state: string;
  readonly description: string | null;
  readonly link: string | null;
  readonly creator: Account | null;
  readonly at: string;
}

export interface StoredRun {
  readonly id: number;
  readonly sha: string;
  readonly name: string;
  readonly status: string;
  readonly conclusion: string | null;
  readonly app: { readonly id: number; readonly slug: string };
  readonly startedAt: string | null;
  readonly completedAt: string | null;
}

export interface StoredHook {
  readonly id: number;
  active: boolean;
  events: readonly string[];
  config: { readonly url: string; readonly content_type: string; readonly secret: string };
  pings: number;
}

/** All that the stand-in remembers besides what git does. */
export interface GitHubState {
  readonly world: GitWorld;
  readonly owner: string;
  readonly name: string;
  readonly repositoryId: number;
  /** Address of the stand-in; known when it listens. */
  url: string;
  readonly accounts: Account[];
  /** By the number of an account; one that is missing has none. */
  readonly permissions: Map<number, { readonly permission: string; readonly role_name: string }>;
  /** By name in the form `organisation/team`: numbers of its members, with the state of their membership. */
  readonly teams: Map<string, Map<number, 'active' | 'pending'>>;
  /** Accounts by token; `undefined` for one that is good for nothing any more. */
  readonly tokens: Map<string, Account>;
  readonly items: Item[];
  readonly comments: StoredComment[];
  readonly statuses: StoredStatus[];
  readonly runs: StoredRun[];
  readonly hooks: StoredHook[];
  readonly organisationHooks: StoredHook[];
  /** What has to be there before something is merged into `main`. */
  protection: { readonly contexts?: readonly string[]; readonly approvals?: number; readonly dismissStale?: boolean };
  /** Where each branch was when it was looked at last. */
  branches: ReadonlyMap<string, string>;
  nextId(): number;
  /** In whole seconds, as GitHub has it; it stands still, so that no test depends on when a second ends. */
  now(): string;
  /** Lets a second pass. */
  tick(): void;
}

export function createGitHubState(world: GitWorld): GitHubState {
  let id = 1000;
  // Some minutes ago, so that none is in the future.
  let seconds = Math.floor(Date.now() / 1000) - 400;
  const now = () => `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
  return {
    world,
    owner: 'software-consumer',
    name: 'ocm-applications',
    repositoryId: 77,
    url: '',
    accounts: [],
    permissions: new Map(),
    teams: new Map(),
    tokens: new Map(),
    items: [],
    comments: [],
    statuses: [],
    runs: [],
    hooks: [],
    organisationHooks: [],
    protection: {},
    branches: new Map(),
    nextId: () => ++id,
    now,
    tick: () => {
      seconds++;
    },
  };
}

export function addAccount(state: GitHubState, login: string, type: Account['type'] = 'User'): Account {
  const account = { id: state.nextId(), login, type };
  state.accounts.push(account);
  return account;
}

export function addEvent(state: GitHubState, item: Item, event: string, actor: Account | null): void {
  item.events.push({ id: state.nextId(), event, actor, at: state.now() });
}

/** Ends an item, as whoever did it. */
export function closeItem(state: GitHubState, item: Item, actor: Account | null): void {
  item.state = 'closed';
  addEvent(state, item, 'closed', actor);
  item.closedAt = item.events.at(-1)?.at ?? null;
}
