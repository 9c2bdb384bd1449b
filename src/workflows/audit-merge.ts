import { Failure } from '../core/failure.ts';
import type { PullRequest } from '../core/pull-request/pull-request.ts';
import type { CommitSha, TreeSha } from '../core/repository/commit.ts';
import type { RepositoryContent } from '../ports/repository-content.ts';

interface AuditInput {
  readonly pullRequest: PullRequest;
  readonly commit: CommitSha;
  readonly expectedHead: CommitSha;
  /** The branch that it was to go into. */
  readonly branch: string;
  /** The base branch that was decided on, and what the merge was to make of it. */
  readonly base: CommitSha;
  readonly wanted: TreeSha;
  readonly content: RepositoryContent;
}

/**
 * Looks at what a merge came to (reliability.md C-21): a merge commit of exactly the decided head on the
 * branch that it was to go into, whose tree is what was decided; where
 * somebody pushed to the base branch in between, what merging it there gives.
 *
 * @throws {Failure} `forge-conflict` when it is something else. Nothing is undone: a person must look.
 */
export async function auditMerge(input: AuditInput): Promise<void> {
  const { commit, expectedHead, branch, base, wanted, content, pullRequest } = input;
  const tip = (await content.readRefs()).get(`refs/heads/${branch}`);
  const [merge] = await content.readCommits({ to: commit, limit: 1 });
  const [onto] = merge?.parents ?? [];
  const tree = onto === base ? wanted : onto && (await treeOf(content, onto, expectedHead));
  const isThere = tip !== undefined && (await content.isAncestor(commit, tip));
  if (isThere && merge?.parents.includes(expectedHead) && merge.tree === tree) return;
  throw new Failure(
    'forge-conflict',
    `Pull request #${pullRequest.number} was merged as ${commit.slice(0, 10)}, which is not what was decided.`,
    { remedy: `Look at that commit at once, and revert it where it is wrong: git show ${commit}.` },
  );
}

async function treeOf(content: RepositoryContent, onto: CommitSha, head: CommitSha): Promise<TreeSha | undefined> {
  const merged = await content.mergeTrees(onto, head);
  return merged.kind === 'clean' ? merged.tree : undefined;
}
