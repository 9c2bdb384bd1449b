import type { CommitSha, Person } from '../repository/commit.ts';

/** A pull request, as every forge has it. */
export interface PullRequest {
  readonly number: number;
  readonly state: 'open' | 'merged' | 'closed';
  /** Branch with the proposed content, without `refs/heads/`. */
  readonly head: string;
  /** Tip of `head`, or while it is open `undefined` when the branch is gone. When it has ended: the tip it ended with. */
  readonly headSha: CommitSha | undefined;
  readonly base: string;
  readonly title: string;
  readonly body: string;
  readonly labels: readonly string[];
  readonly author: Person;
  readonly createdAt: Date;
  /** Who closed or merged it; `undefined` while it is open or when the forge does not say. */
  readonly endedBy: Person | undefined;
  /** The commit that brought it into `base`, when it is merged and the forge knows. */
  readonly mergeCommit: CommitSha | undefined;
  /** Where to look at it: an address, or a command. */
  readonly link: string;
}

export interface Comment {
  readonly id: string;
  readonly author: Person;
  readonly body: string;
  readonly createdAt: Date;
}
