/** What a Gitea server remembers about its one repository, apart from git's own objects and refs. */
export interface GiteaState {
  /** Address of the server, without a slash at its end. */
  url: string;
  readonly owner: string;
  readonly repository: string;
  readonly accounts: readonly Account[];
  readonly teams: readonly Team[];
  /** Issues and pull requests by their number, which they share. */
  readonly issues: Map<number, GiteaIssue>;
  readonly comments: GiteaComment[];
  readonly timeline: TimelineEntry[];
  readonly labels: GiteaLabel[];
  readonly statuses: GiteaStatus[];
  readonly reviews: GiteaReview[];
  readonly hooks: GiteaHook[];
  readonly protections: Map<string, Protection>;
  /** Branches as they were when the server last looked, by short name. */
  readonly branches: Map<string, string>;
  /** Those that were there once: deleting one again is no mistake. */
  readonly deletedBranches: Set<string>;
  /** The background work is late: `mergeable` is still `true` where a merge would conflict by now. */
  checksAreLate: boolean;
  /** What the server's clock shows, to the second, as Gitea stores times. */
  now(): Date;
  nextId(kind: IdKind): number;
}

export type IdKind = 'issue' | 'pull' | 'number' | 'comment' | 'label' | 'status' | 'review' | 'hook';

export interface Account {
  readonly id: number;
  readonly login: string;
  readonly email: string;
  readonly token: string;
  readonly right: 'admin' | 'write' | 'read';
}

export interface Team {
  readonly id: number;
  readonly name: string;
  readonly members: readonly string[];
}

export interface GiteaIssue {
  readonly id: number;
  readonly number: number;
  readonly author: Account;
  title: string;
  body: string;
  state: 'open' | 'closed';
  labels: GiteaLabel[];
  readonly createdAt: Date;
  updatedAt: Date;
  closedAt: Date | undefined;
  readonly pull: GiteaPull | undefined;
}

export interface GiteaPull {
  readonly id: number;
  readonly head: string;
  headSha: string;
  headGone: boolean;
  base: string;
  /** Tip of the base branch, as last seen while the pull request was open. */
  baseSha: string;
  merged: { readonly at: Date; readonly by: Account; readonly commit: string } | undefined;
  /** While a merge runs, another one of the same pull request fails. */
  merging: boolean;
}

export interface GiteaComment {
  readonly id: number;
  readonly number: number;
  readonly author: Account;
  body: string;
  readonly createdAt: Date;
  updatedAt: Date;
  readonly reactions: { readonly by: Account; readonly content: string; readonly at: Date }[];
}

export interface TimelineEntry {
  /** Of the same sequence as the ids of comments. */
  readonly id: number;
  readonly number: number;
  readonly type: 'pull_push' | 'close' | 'reopen' | 'delete_branch' | 'merge_pull' | 'label' | 'change_target_branch';
  readonly by: Account;
  readonly at: Date;
  readonly body?: string;
  readonly oldRef?: string;
  readonly newRef?: string;
  readonly label?: GiteaLabel;
}

export interface GiteaLabel {
  readonly id: number;
  readonly name: string;
  readonly color: string;
  readonly description: string;
  readonly exclusive: boolean;
  /** Whether it is the organisation's. */
  readonly shared: boolean;
}

export interface GiteaStatus {
  readonly id: number;
  readonly sha: string;
  readonly context: string;
  readonly state: string;
  readonly description: string;
  readonly link: string;
  readonly by: Account;
  readonly at: Date;
}

export interface GiteaReview {
  readonly id: number;
  readonly number: number;
  readonly commentId: number;
  readonly by: Account;
  readonly state: 'APPROVED' | 'REQUEST_CHANGES' | 'COMMENT';
  readonly body: string;
  readonly commit: string;
  stale: boolean;
  dismissed: boolean;
  readonly submittedAt: Date;
  updatedAt: Date;
}

export interface GiteaHook {
  readonly id: number;
  readonly type: string;
  readonly url: string;
  readonly contentType: string;
  readonly secret: string;
  branchFilter: string;
  authorization: string;
  events: readonly string[];
  active: boolean;
  readonly createdAt: Date;
  updatedAt: Date;
}

export interface Protection {
  readonly rule: string;
  readonly contexts: readonly string[] | undefined;
  readonly approvals: number;
  readonly dismissStale: boolean;
  readonly at: Date;
}

/** The people of every world: bot and maintainer write by their team, the stranger reads. */
export const giteaAccounts: readonly Account[] = (
  [
    ['harbourmaster', 'admin'],
    ['consignee', 'write'],
    ['mira', 'write'],
    ['olav', 'read'],
  ] as const
).map(([login, right], index) => ({
  id: index + 1,
  login,
  email: `${login}@example.test`,
  token: `token-of-${login}`,
  right,
}));

export function createState(clock: () => Date): GiteaState {
  const ids = new Map<IdKind, number>();
  return {
    url: '',
    owner: 'software-consumer',
    repository: 'ocm-applications',
    accounts: giteaAccounts,
    teams: [
      { id: 1, name: 'Owners', members: ['harbourmaster'] },
      { id: 2, name: 'delivery', members: ['consignee'] },
      { id: 3, name: 'maintainers', members: ['mira'] },
    ],
    issues: new Map(),
    comments: [],
    timeline: [],
    labels: [],
    statuses: [],
    reviews: [],
    hooks: [],
    protections: new Map(),
    branches: new Map(),
    deletedBranches: new Set(),
    checksAreLate: false,
    now: () => new Date(Math.floor(clock().getTime() / 1000) * 1000),
    nextId(kind) {
      const id = (ids.get(kind) ?? 0) + 1;
      ids.set(kind, id);
      return id;
    },
  };
}

/** Notes what happened to an issue or pull request where everybody can read it. */
export function note(state: GiteaState, entry: Omit<TimelineEntry, 'id' | 'at'>): void {
  state.timeline.push({ id: state.nextId('comment'), at: state.now(), ...entry });
}
