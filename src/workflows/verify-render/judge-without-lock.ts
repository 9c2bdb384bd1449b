import type { Installation } from '../../core/installation/installation.ts';
import type { LockFile } from '../../core/installation/lock-file.ts';
import { lockPathOf } from '../../core/installation/places.ts';
import type { Commit } from '../../core/repository/commit.ts';
import type { RepositoryContent } from '../../ports/repository-content.ts';
import { readLockAt } from '../read-lock.ts';
import {
  compareTrees,
  findEdit,
  joinDifferences,
  lockedTree,
  pick,
  type RenderDifference,
} from './render-differences.ts';
import { searchedWrites, type VerifiedRender, type VerifyAt } from './verified-render.ts';

/** So many commits that broke or removed a lock file are looked behind. */
const searchedRemovals = 1000;

/** Without its lock file, nothing says what files are: they must not outlive it. */
export async function judgeAbsent(
  installation: Installation,
  { view: { commit, state }, world }: VerifyAt,
): Promise<VerifiedRender> {
  const { content } = world.ports.forge;
  const path = lockPathOf(installation);
  const writes = await content.readCommits({ to: commit.sha, path, limit: searchedRemovals });
  const [removal] = writes;
  const lock = await findLastLock(writes, path, content);
  const left = lock
    ? pick(
        state.tree,
        lock.files.map((it) => it.path),
      ).size
    : 0;
  const detail = `was removed, and ${left} of the files that it lists are still there`;
  const differences: RenderDifference[] = left > 0 ? [{ path, what: 'lock', detail, edited: removal }] : [];
  const result = left > 0 ? 'differs' : 'not-installed';
  return {
    ...{ installation, result, differences, version: undefined, reasons: [], notes: [] },
    ...{ origin: undefined, compared: left },
  };
}

/** It may have been broken before it was removed. */
async function findLastLock(
  writes: readonly Commit[],
  path: string,
  content: RepositoryContent,
): Promise<LockFile | undefined> {
  for (const { sha, parents } of writes) {
    for (const at of [sha, ...parents]) {
      const lock = await readLockAt(content, at, path);
      if (lock) return lock;
    }
  }
  return undefined;
}

/** What the last lock file that can be read says of the files holds still, on the base branch; a proposal brings files of its own. */
export async function judgeUnreadable(
  trouble: RenderDifference,
  installation: Installation,
  { view, world }: VerifyAt,
): Promise<VerifiedRender> {
  const { content } = world.ports.forge;
  const { commit, base, state } = view;
  const verified = { installation, version: undefined, result: 'differs', reasons: [], notes: [] } as const;
  const isMerged = await content.isAncestor(commit.sha, base);
  const range = { to: commit.sha, path: trouble.path, limit: searchedWrites };
  for (const origin of isMerged ? await content.readCommits(range) : []) {
    const lock = await readLockAt(content, origin.sha, trouble.path);
    if (!lock) continue;
    const rendered = await content.readTree(origin.sha);
    const wanted = new Map([...lockedTree({ installation, lock }, rendered), ...pick(rendered, [trouble.path])]);
    const since = { commit, origin, rendered, wanted, content };
    const found = compareTrees(wanted, pick(state.tree, wanted.keys()), installation);
    const edited = await Promise.all(found.map((it) => findEdit(it, since)));
    const differences = joinDifferences([...edited, trouble]);
    return { ...verified, differences, origin: origin.sha, compared: wanted.size };
  }
  return { ...verified, differences: [trouble], origin: undefined, compared: 0 };
}
