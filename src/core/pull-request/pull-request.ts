import type { CommitSha } from '../repository/commit.ts';
import type { Actor } from './actor.ts';

/** A pull request, as every forge has it. */
export interface PullRequest {
  readonly number: number;
  readonly state: 'open' | 'merged' | 'closed';
  /** Branch with the proposed content, without `refs/heads/`. */
  readonly head: string;
  /** Tip of `head`, or while it is open `undefined` when the branch is gone. When it has ended: the tip it ended with. */
  readonly headSha: CommitSha | undefined;
  readonly base: string;
  /** Whether people marked it as not ready. */
  readonly draft: boolean;
  readonly title: string;
  readonly body: string;
  readonly labels: readonly string[];
  readonly author: Actor;
  readonly createdAt: Date;
  /** Who closed or merged it; `undefined` while it is open or when the forge does not say. */
  readonly endedBy: Actor | undefined;
  /** Whether the forge closed it because its branch was deleted: nobody decided against what it proposes. */
  readonly endedWithBranch: boolean;
  /** The commit that brought it into `base`, when it is merged and the forge knows. */
  readonly mergeCommit: CommitSha | undefined;
  /** Where to look at it: an address, or a command. */
  readonly link: string;
}

export interface Comment {
  readonly id: string;
  /** Of the pull request or issue that it stands on. */
  readonly number: number;
  readonly author: Actor;
  readonly body: string;
  readonly createdAt: Date;
  /** Whether its text was changed since: then nobody knows whose words it holds (reliability.md A-46). */
  readonly edited: boolean;
}
