import type { Comment, PullRequest } from '../core/pull-request/pull-request.ts';
import type { CommitSha, Person } from '../core/repository/commit.ts';
import type { GitWriter } from './git-writer.ts';
import type { RepositoryContent } from './repository-content.ts';

/** One applications repository on its forge, by role. */
export interface Forge {
  readonly content: RepositoryContent;
  readonly writer: GitWriter;
  readonly pullRequests: PullRequests;
  readonly comments: Comments;
}

export interface PullRequests {
  /**
   * Lists the pull requests with a head under `consignee/`: all open ones, and those that ended. Complete, or it throws.
   *
   * @throws {Failure} `forge-unreachable`.
   */
  list(): Promise<readonly PullRequest[]>;

  /**
   * Opens a pull request for a branch that exists. Safe to repeat: when one is open from `head` to `base` already, that one is
   * returned as it is.
   *
   * @throws {Failure} `forge-conflict` when a branch is gone, or `base` holds all of `head` already.
   */
  open(request: {
    readonly head: string;
    readonly base: string;
    readonly title: string;
    readonly body: string;
    readonly labels: readonly string[];
    readonly by: Person;
  }): Promise<PullRequest>;

  /** Changes what is given and leaves the rest. Writes nothing when nothing differs. */
  update(
    number: number,
    change: {
      readonly title?: string;
      readonly body?: string;
      readonly labels?: readonly string[];
      readonly by: Person;
    },
  ): Promise<PullRequest>;

  /** Closes an open pull request; one that has ended is left as it is. */
  close(number: number, by: Person): Promise<PullRequest>;

  /**
   * Merges with a merge commit, only while the head is `expectedHead` and, when it is given, the base is `expectedBase`.
   *
   * @returns `merged` also when it was merged at that head before. `head-moved`, `base-moved` and `conflict` change nothing.
   *   `closed` when the pull request was closed without merging.
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
  >;
}

export interface Comments {
  /** Oldest first. */
  list(number: number): Promise<readonly Comment[]>;
  add(number: number, comment: { readonly body: string; readonly by: Person }): Promise<Comment>;
}
