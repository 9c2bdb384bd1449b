import type { Actor } from '../core/pull-request/actor.ts';
import type { Comment, PullRequest } from '../core/pull-request/pull-request.ts';
import type { CommitSha, Person } from '../core/repository/commit.ts';
import type { GitWriter } from './git-writer.ts';
import type { RepositoryContent } from './repository-content.ts';

/**
 * One applications repository on its forge, by role. What a forge does not have is `undefined`, never imitated with weaker
 * guarantees. Wherever a member takes `by`, a forge with accounts acts as the bot's own account and leaves it aside.
 *
 * No member repeats by itself a call that is not safe to repeat (C-11): after an answer that leaves open whether the thing was done,
 * it is read again, and that decides.
 */
export interface Forge {
  readonly content: RepositoryContent;
  readonly writer: GitWriter;
  readonly pullRequests: PullRequests;
  readonly comments: Comments;
  readonly people: People;
  readonly checks: Checks | undefined;
  readonly reviews: Reviews | undefined;
  readonly issues: Issues | undefined;
  readonly condition?: Condition | undefined;
}

export interface PullRequests {
  /**
   * Lists the open pull requests of the bot: from a branch under `consignee/` of this very repository, by the bot's own account
   * (reliability.md A-43). Complete, or it throws.
   *
   * @throws {Failure} `forge-unreachable`.
   */
  listOpen(): Promise<readonly PullRequest[]>;

  /** Lists all that are open, with one listing: those of the bot, as `listOpen` does, and those of people. Complete, or it throws. */
  listAllOpen(): Promise<OpenPullRequests>;

  /**
   * @returns Ids of the accounts that the commits of an open pull request are by, whoever opened it, as the forge takes them for;
   *   `undefined` when it cannot tell of all of them.
   */
  authorsOf(number: number): Promise<readonly string[] | undefined>;

  /**
   * Lists those of the bot that ended, oldest first, as they were when the open ones were listed last, or later.
   *
   * @param head Only those from this branch; without it all.
   * @throws {Failure} `forge-unreachable`.
   */
  listEnded(head?: string): Promise<readonly PullRequest[]>;

  /** @returns One of the bot's, open or ended, read afresh; `undefined` when there is none of this number, or it is not the bot's. */
  read(number: number): Promise<PullRequest | undefined>;

  /**
   * Opens a pull request for a branch that exists. Safe to repeat: when one of the bot is open from `head` to `base` already, that one
   * is returned as it is. Of several that concurrent calls made the oldest is returned, and ours that are younger are closed.
   *
   * @throws {Failure} `forge-conflict` when a branch is gone, `base` holds all of `head` already, or somebody else has a pull request
   *   open from `head`.
   */
  open(request: {
    readonly head: string;
    readonly base: string;
    readonly title: string;
    readonly body: string;
    readonly labels: readonly string[];
    readonly by: Person;
    /** That `head` was pushed a moment ago with what `base` does not hold: then a forge need not be asked whether it does. */
    readonly justPushed?: boolean;
  }): Promise<PullRequest>;

  /** Changes what is given and leaves the rest, the labels of others included. Writes nothing when nothing differs. */
  update(
    number: number,
    change: {
      readonly title?: string;
      readonly body?: string;
      readonly addLabels?: readonly string[];
      readonly removeLabels?: readonly string[];
      readonly by: Person;
    },
  ): Promise<PullRequest>;

  /** Closes an open pull request; one that has ended is left as it is. */
  close(number: number, by: Person): Promise<PullRequest>;

  /**
   * Merges with a merge commit, only while the head is `expectedHead` and, when it is given, the base is `expectedBase`. A forge that
   * cannot check the base in one step with the merge reads it right before.
   *
   * @returns `merged` also when it was merged at that head before. `head-moved`, `base-moved` and `conflict` change nothing.
   *   `closed` when the pull request was closed without merging. `not-ready` when the forge does not let it be merged now and waiting
   *   may help, with the forge's words: required checks or approvals, or a state that is still being worked out.
   * @throws {Failure} `forge-conflict` when the base branch, not expected anywhere, keeps moving; `forge-denied` when the forge refuses.
   */
  merge(
    number: number,
    merge: {
      readonly expectedHead: CommitSha;
      /** Tip of the base branch that the merge was decided on. Without it the head is merged into whatever is there. */
      readonly expectedBase?: CommitSha | undefined;
      readonly message: string;
      readonly by: Person;
    },
  ): Promise<
    | { readonly kind: 'merged'; readonly commit: CommitSha }
    | { readonly kind: 'head-moved' | 'base-moved' | 'conflict' | 'closed' }
    | { readonly kind: 'not-ready'; readonly why: string }
  >;
}

export interface OpenPullRequests {
  readonly ours: readonly PullRequest[];
  /** None where the forge has no statuses that could tell people anything. */
  readonly others: readonly PeoplesPullRequest[];
}

export interface PeoplesPullRequest extends PullRequest {
  /** Whether its head is a branch of this very repository, so that whoever pushed it may write here; not so in a fork. */
  readonly fromHere: boolean;
}

/** On pull requests and issues alike, by their number. */
export interface Comments {
  /** Oldest first. */
  list(number: number): Promise<readonly Comment[]>;

  /** @returns Every comment of the repository that was made or changed at `since` or later, oldest first. Complete, or it throws. */
  listSince(since: Date): Promise<readonly Comment[]>;

  /** @returns The comment as it stands now; `undefined` when it was deleted. */
  read(id: string): Promise<Comment | undefined>;

  add(number: number, comment: { readonly body: string; readonly by: Person }): Promise<Comment>;

  /**
   * Keeps one comment of the bot for each key: adds it, or edits the one that is there where the text differs. Safe to repeat.
   *
   * @param comment.key Letters, digits and `.:/@+=-`; it stands in the comment as a hidden marker.
   */
  ensure(
    number: number,
    comment: { readonly key: string; readonly body: string; readonly by: Person },
  ): Promise<{ readonly comment: Comment; readonly written: boolean }>;

  /** Says with a sign on the comment itself that it was seen; where a forge has no signs, says nothing. Safe to repeat. */
  acknowledge(id: string): Promise<void>;
}

export interface People {
  /** @returns The account that the bot acts with. Asked for once. */
  self(): Promise<Actor>;

  /**
   * @param hint What a signed event said about the actor's rights, of the last minute.
   * @returns What somebody may do in this repository; `unknown`, which is to be taken as a denial, when the forge does not tell.
   */
  permissionOf(actor: Actor, hint?: Permission): Promise<Permission | 'unknown'>;

  /** @param team As people write it in the configuration: `organisation/team`, or a team of the repository's own organisation. */
  isMember(actor: Actor, team: string): Promise<boolean | 'unknown'>;
}

export type Permission = 'admin' | 'write' | 'read' | 'none';

/** Statuses of commits: for each commit and context the newest counts. */
export interface Checks {
  /** Writes only when the newest status in this context is not the bot's, or says something else. */
  set(sha: CommitSha, check: WantedCheck): Promise<void>;

  /** @returns The newest status of each context, from all pages. */
  list(sha: CommitSha): Promise<readonly Check[]>;
}

export interface WantedCheck {
  /** For example `consignee/verified`. */
  readonly context: string;
  readonly state: CheckState;
  /** One line. */
  readonly description: string;
  readonly link?: string;
}

export type CheckState = 'pending' | 'success' | 'failure';

export interface Check extends WantedCheck {
  /** Who reported it: anybody with the right to write can take any name for a context. */
  readonly by: Actor | undefined;
}

export interface Reviews {
  /** @returns The latest word of each reviewer. */
  list(number: number): Promise<readonly Review[]>;
}

export interface Review {
  readonly by: Actor;
  readonly verdict: 'approved' | 'changes-requested' | 'commented';
  /** The head that was reviewed; `undefined` when the forge does not say. */
  readonly head: CommitSha | undefined;
  /** Whether somebody took it back, or the forge did after a push. */
  readonly dismissed: boolean;
}

/** Issues that the bot keeps, each found again by its key. */
export interface Issues {
  /** @returns The open ones that the bot keeps, with their keys. Complete, or it throws. */
  listOpen(): Promise<readonly Issue[]>;

  /** Keeps one open issue for the key: opens it, or edits the one that is there where title or text differ. Safe to repeat. */
  ensure(issue: { readonly key: string; readonly title: string; readonly body: string }): Promise<Issue>;

  /** Closes it, saying why; one that is closed is left as it is. */
  close(number: number, why: string): Promise<void>;
}

export interface Issue {
  readonly number: number;
  readonly key: string;
  readonly title: string;
  readonly link: string;
}

/** How forge, account and repository are, for `doctor`. Changes nothing. */
export interface Condition {
  /**
   * @param branch The one that the bot merges into.
   * @throws {Failure} `not-available` for a server that is too old; `forge-denied` when the token is not taken, or the repository not
   *   shown; `configuration` when it was renamed.
   */
  examine(branch: string): Promise<ForgeCondition>;
}

export interface ForgeCondition {
  /** The program and its version: `Gitea 1.25.1`. */
  readonly server: string;
  readonly account: Actor;
  /** How far the clock of the forge is ahead of ours, to the second; `undefined` when it does not tell. */
  readonly clockAheadSeconds: number | undefined;
  /** `owner/name`, as the forge writes it. */
  readonly name: string;
  readonly archived: boolean;
  readonly hasIssues: boolean;
  readonly hasPullRequests: boolean;
  /** What the bot needs, and its account or its token may not do. */
  readonly missing: readonly MissingRight[];
  /** `undefined` when the branch is not protected, or not there. */
  readonly rules: MergeRules | undefined;
}

export interface MissingRight {
  readonly right: 'push' | 'pull-requests' | 'comments';
  /** Why, as the rest of a sentence in brackets. */
  readonly words: string;
}

/** What protects a branch, as far as the bot is told. */
export interface MergeRules {
  readonly botMayMerge: boolean;
  /** How many must approve on the forge. */
  readonly approvals: number;
  /** Contexts of statuses that must be there; on Gitea they may hold `*`. */
  readonly checks: readonly string[];
}
