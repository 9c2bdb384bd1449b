import type { Commit, CommitSha } from '../../core/repository/commit.ts';
import type { RepositoryContent } from '../../ports/repository-content.ts';
import { commitShaOf, parseCommitObject } from './git-objects.ts';
import type { LocalCopy } from './local-copy.ts';

type Range = Parameters<RepositoryContent['readCommits']>[0];

/** So many commits of the base branch are remembered: what branches off earlier is asked of git each time. */
const remembered = 1000;

/**
 * Reads commits as `git rev-list` orders them. For one commit, and for a branch without merges that leaves the base branch not long
 * ago, no process is started: that costs more the more memory this one has, and a pass asks it of every open pull request.
 */
export function createCommitReader(copy: Pick<LocalCopy, 'local' | 'read'>): RepositoryContent['readCommits'] {
  const reachableFrom = createReachable(copy);
  const read = async (sha: CommitSha) => parseCommitObject(sha, (await copy.read(sha, 'commit')).bytes);

  /** @returns `undefined` where the way back from `to` is no line, or does not come to what `from` reaches. */
  async function readLine({ to, limit }: Range, from: CommitSha): Promise<readonly Commit[] | undefined> {
    const isReached = await reachableFrom(from);
    const line: Commit[] = [];
    let next: CommitSha | undefined = to;
    while (next && line.length < limit) {
      if (isReached.has(next)) return line;
      const commit = await read(next);
      line.push(commit);
      next = commit.parents.length === 1 ? commit.parents[0] : undefined;
    }
    return undefined;
  }

  async function readFew(range: Range): Promise<readonly Commit[] | undefined> {
    const { from, to, path, limit } = range;
    if (path !== undefined) return undefined;
    if (from !== undefined) return readLine(range, from);
    return limit === 1 ? [await read(to)] : undefined;
  }

  return async (range) => (await readFew(range)) ?? Promise.all((await list(range, copy)).map(read));
}

async function list({ from, to, path, limit }: Range, copy: Pick<LocalCopy, 'local'>): Promise<readonly CommitSha[]> {
  const words = ['rev-list', '--date-order', `--max-count=${limit}`, '--end-of-options', to];
  const without = from === undefined ? [] : [`^${from}`];
  const output = await copy.local([...words, ...without, '--', ...(path === undefined ? [] : [path])]);
  return linesOf(output).map(commitShaOf);
}

/** @returns Tells what can be reached from a commit; of a long history only the newest part. The last answer is kept. */
function createReachable(copy: Pick<LocalCopy, 'local'>): (from: CommitSha) => Promise<ReadonlySet<string>> {
  let last: { readonly from: CommitSha; readonly reachable: ReadonlySet<string> } | undefined;
  return async (from) => {
    if (last?.from !== from) {
      const words = ['rev-list', `--max-count=${remembered}`, '--end-of-options', from, '--'];
      last = { from, reachable: new Set(linesOf(await copy.local(words))) };
    }
    return last.reachable;
  };
}

/** The lines of what git printed. */
export function linesOf(output: Buffer): readonly string[] {
  return output
    .toString()
    .split('\n')
    .filter((it) => it !== '');
}
