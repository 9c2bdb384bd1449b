import type { Installation } from '../core/installation/installation.ts';
import { lockPathOf } from '../core/installation/places.ts';
import { readLockAt } from './read-lock.ts';
import {
  compareTrees,
  findEdit,
  joinDifferences,
  lockedTree,
  pick,
  type RenderDifference,
} from './render-differences.ts';
import { searchedWrites, type VerifiedRender, type VerifyAt } from './verified-render.ts';

/** Without its lock file, nothing says what files are: they must not outlive it. */
export async function judgeAbsent(
  installation: Installation,
  { view: { commit, state }, world }: VerifyAt,
): Promise<VerifiedRender> {
  const { content } = world.ports.forge;
  const path = lockPathOf(installation);
  const [removal] = await content.readCommits({ to: commit.sha, path, limit: 1 });
  const [before] = removal?.parents ?? [];
  const lock = before && (await readLockAt(content, before, path));
  const left = lock ? pick(state.tree, lockedTree(lock).keys()).size : 0;
  const detail = `was removed, and ${left} of the files that it lists are still there`;
  const differences: RenderDifference[] = left > 0 ? [{ path, what: 'lock', detail, edited: removal }] : [];
  const result = left > 0 ? 'differs' : 'not-installed';
  return {
    ...{ installation, result, differences, version: undefined, reasons: [], notes: [] },
    ...{ origin: undefined, compared: left },
  };
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
    const wanted = new Map([...lockedTree(lock), ...pick(rendered, [trouble.path])]);
    const since = { commit, origin, rendered, wanted, content };
    const found = compareTrees(wanted, pick(state.tree, wanted.keys()), installation);
    const edited = await Promise.all(found.map((it) => findEdit(it, since)));
    const differences = joinDifferences([...edited, trouble]);
    return { ...verified, differences, origin: origin.sha, compared: wanted.size };
  }
  return { ...verified, differences: [trouble], origin: undefined, compared: 0 };
}
