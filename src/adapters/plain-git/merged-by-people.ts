import type { Commit, CommitSha } from '../../core/repository/commit.ts';
import type { GitRepository } from '../git/git-repository.ts';
import type { PullRequestRecord } from './pull-request-record.ts';

type Refs = ReadonlyMap<string, CommitSha>;

/** How far back to look for the merge. Beyond it the merge is known, but not who made it. */
const historyLimit = 1000;

/**
 * Finds open pull requests that people merged by git itself: by a merge commit or a fast-forward, but not by a squash, which
 * leaves no trace of the head.
 *
 * @returns The records, where it is so with `merged` and what git knows about the merge.
 */
export async function settle(
  records: readonly PullRequestRecord[],
  refs: Refs,
  repository: GitRepository,
): Promise<readonly PullRequestRecord[]> {
  const open = records.filter(({ state }) => state === 'open');
  const settled = new Map<number, PullRequestRecord>();
  for (const base of new Set(open.map((it) => it.base))) {
    const tip = refs.get(`refs/heads/${base}`);
    if (!tip) continue;
    const ofBase = open.filter((it) => it.base === base);
    const unmerged = await repository.findUnmerged(tip, [...new Set(ofBase.flatMap((it) => headsOf(it, refs)))]);
    for (const record of ofBase) {
      const merged = await settleOne(record, { refs, tip, unmerged }, repository);
      if (merged) settled.set(record.number, merged);
    }
  }
  return records.map((record) => settled.get(record.number) ?? record);
}

/**
 * The head as recorded counts beside the branch: the branch may be gone, or hold the next proposal already. What the base
 * contained when the pull request was opened is no merge but a branch that somebody set back.
 */
function headsOf({ head, headSha }: PullRequestRecord, refs: Refs): readonly CommitSha[] {
  return [...new Set([refs.get(`refs/heads/${head}`) ?? headSha, headSha])];
}

async function settleOne(
  record: PullRequestRecord,
  { refs, tip, unmerged }: { readonly refs: Refs; readonly tip: CommitSha; readonly unmerged: ReadonlySet<CommitSha> },
  repository: GitRepository,
): Promise<PullRequestRecord | undefined> {
  const contained = headsOf(record, refs).filter((it) => !unmerged.has(it));
  if (contained.length === 0) return undefined;
  const added = await repository.findUnmerged(record.baseSha, contained);
  const headSha = contained.find((it) => added.has(it));
  if (headSha === undefined) return undefined;
  const baseIsGone = (await repository.findUnmerged(tip, [record.baseSha])).size > 0;
  const range = { to: tip, limit: historyLimit, ...(baseIsGone ? {} : { from: record.baseSha }) };
  const merge = findMerge(await repository.readCommits(range), tip, headSha);
  const byMergeCommit = merge && merge.parents.length > 1 && merge.sha !== headSha;
  return {
    ...record,
    state: 'merged',
    headSha,
    mergeCommit: merge?.sha,
    endedBy: byMergeCommit ? merge.author : undefined,
  };
}

/** @returns The first commit of the branch itself, along first parents, that contains `head`. */
function findMerge(newestFirst: readonly Commit[], tip: CommitSha, head: CommitSha): Commit | undefined {
  const bySha = new Map(newestFirst.map((it) => [it.sha, it]));
  const containing = new Set<CommitSha>();
  for (const { sha, parents } of newestFirst.toReversed()) {
    if (sha === head || parents.some((it) => containing.has(it))) containing.add(sha);
  }
  let merge: Commit | undefined;
  for (let at = bySha.get(tip); at && containing.has(at.sha); at = at.parents[0] && bySha.get(at.parents[0]))
    merge = at;
  return merge;
}
