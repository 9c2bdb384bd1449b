import type { Branch } from '../core/installation/decision.ts';
import type { Commit, CommitSha, TreeSha } from '../core/repository/commit.ts';
import type { RepositoryContent } from '../ports/repository-content.ts';

/** The bot writes one commit; of a longer branch than this not every commit is looked at, so it counts as somebody else's. */
const longestBranch = 50;

interface InspectInput {
  readonly content: RepositoryContent;
  readonly base: CommitSha;
  readonly head: CommitSha | undefined;
  /** What the base branch should come to; `undefined` when nothing was rendered. */
  readonly wanted: TreeSha | undefined;
  /** Commits that the bot recorded before it pushed them. */
  readonly recorded: ReadonlySet<CommitSha>;
  /** Tells whether a commit that is not recorded is what rendering from its own lock file on its parent gives. */
  readonly isRender: (commit: Commit) => Promise<boolean>;
}

/**
 * Finds out whose the installation's branch is (reliability.md C-12), and what merging it would give.
 * Authors and e-mail addresses are no evidence: anybody can write them.
 */
export async function inspectBranch({
  content,
  base,
  head,
  wanted,
  recorded,
  isRender,
}: InspectInput): Promise<Branch> {
  if (!head) return { kind: 'absent' };
  const commits = await content.readCommits({ from: base, to: head, limit: longestBranch });
  const others: string[] = [];
  for (const commit of commits) {
    if (recorded.has(commit.sha) || (await isRender(commit))) continue;
    others.push(`${commit.sha.slice(0, 10)} by ${commit.author.name}`);
  }
  if (commits.length === longestBranch) others.push(`at least ${longestBranch} commits`);
  if (others.length > 0) return { kind: 'others', head, commits: others };
  return { kind: 'ours', head, carries: wanted !== undefined && (await wouldGive(content, { base, head, wanted })) };
}

async function wouldGive(
  content: RepositoryContent,
  { base, head, wanted }: { readonly base: CommitSha; readonly head: CommitSha; readonly wanted: TreeSha },
): Promise<boolean> {
  const merged = await content.mergeTrees(base, head);
  return merged.kind === 'clean' && merged.tree === wanted;
}
