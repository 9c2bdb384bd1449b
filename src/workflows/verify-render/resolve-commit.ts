import { Failure } from '../../core/failure.ts';
import { type Commit, type CommitSha, parseCommitSha } from '../../core/repository/commit.ts';
import type { RepositoryContent } from '../../ports/repository-content.ts';

/** So far back from the tip of each branch a commit is looked for by its id. */
const searchedCommits = 20_000;

interface Where {
  readonly refs: ReadonlyMap<string, CommitSha>;
  /** Tip of the base branch: looked through first. */
  readonly base: CommitSha;
  readonly content: RepositoryContent;
  /** Whether a branch is within reach of `content`: of a forge, not all of them are fetched. */
  readonly isRead: (branch: string) => boolean;
}

/**
 * Finds a commit as people name it.
 *
 * @param revision Name of a branch, or the id of a commit that a branch contains, in full or from its beginning. An id in full is
 *   never taken for a branch.
 * @throws {Failure} `usage` when there is none, or several, or both a branch and a commit.
 */
export async function resolveCommit(revision: string, where: Where): Promise<Commit> {
  const { refs, content, isRead } = where;
  const tip = isRead(revision) ? refs.get(`refs/heads/${revision}`) : undefined;
  // Anybody who may push can name a branch like a commit.
  const isId = parseCommitSha(revision.toLowerCase()) !== undefined;
  const ids = await search(revision.toLowerCase(), where);
  if (tip && !isId && ids.length > 0) throw ambiguous(revision, ids, content.name);
  const found = tip && !isId ? await content.readCommits({ to: tip, limit: 1 }) : ids;
  const [commit, ...others] = found;
  if (!commit) {
    throw new Failure('usage', `There is no commit or branch ${revision} within reach in ${content.name}.`, {
      remedy:
        'Name a branch, or a commit that a branch contains; in a checkout, fetch the branch with its history first.',
    });
  }
  if (others.length > 0) {
    throw new Failure('usage', `Several commits of ${content.name} begin with ${revision}.`, {
      remedy: `Write more of the one that is meant: ${found.map(({ sha }) => sha.slice(0, 16)).join(', ')}.`,
    });
  }
  return commit;
}

function ambiguous(revision: string, commits: readonly Commit[], repository: string): Failure {
  const ids = commits.map(({ sha }) => sha).join(', ');
  return new Failure('usage', `${revision} is a branch of ${repository}, and the beginning of a commit's id: ${ids}.`, {
    remedy: 'Write the id of the commit that is meant in full.',
  });
}

async function search(id: string, { refs, base, content, isRead }: Where): Promise<readonly Commit[]> {
  if (!/^[0-9a-f]{4,64}$/.test(id)) return [];
  const branches = [...refs].filter(
    ([ref]) => ref.startsWith('refs/heads/') && isRead(ref.slice('refs/heads/'.length)),
  );
  const tips = new Set(branches.map(([, tip]) => tip).filter((tip) => tip !== base));
  const found = new Map<CommitSha, Commit>();
  const look = (commits: readonly Commit[]) => {
    for (const commit of commits) if (commit.sha.startsWith(id)) found.set(commit.sha, commit);
  };
  look(await content.readCommits({ to: base, limit: searchedCommits }));
  for (const to of tips) {
    if (id.length >= 40 && found.size > 0) break;
    look(await content.readCommits({ from: base, to, limit: searchedCommits }));
  }
  return [...found.values()];
}
