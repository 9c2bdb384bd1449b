import { lockPathOf } from '../../core/installation/places.ts';
import type { Commit, CommitSha, TreeSha } from '../../core/repository/commit.ts';
import { readTexts } from '../observe-repository.ts';
import { findPinning, renderAgain } from './render-again.ts';
import { readLockText } from './render-differences.ts';
import type { Ahead, Attempt, VerifyView, VerifyWorld } from './verified-render.ts';

/** So many commits that the base branch does not have are looked through for the place where they left it. */
const searchedCommits = 1000;

/**
 * Finds what a commit that the base branch does not have must be, whole: what the base branch had where the commit left it, or has
 * now, merged with the proposals on the way to it. A proposal counts as rendering gives it again, whatever its commit has.
 */
export async function findAhead(view: VerifyView, world: VerifyWorld): Promise<Ahead> {
  const { content } = world.ports.forge;
  const { commit, base } = view;
  const attempts = await findProposals(view, world);
  const proposed = [...attempts.values()];
  const left = await findFork(view, world);
  const places = left === undefined || left === base ? [base] : [left, base];
  const trees: TreeSha[] = [];
  for (const place of places) trees.push(await mergeProposals(place, proposed, view, world));
  const [first = commit.tree] = trees;
  return { attempts, wanted: await content.readTree(trees.find((tree) => tree === commit.tree) ?? first) };
}

/** Renders the lock files again whose last writer the base branch does not have; of all installations: all are in the tree. */
async function findProposals(view: VerifyView, world: VerifyWorld): Promise<ReadonlyMap<string, Attempt>> {
  const { content } = world.ports.forge;
  const { commit, base, state } = view;
  const paths = state.installations.map(lockPathOf);
  const texts = await readTexts(content, state.tree, paths);
  const attempts = new Map<string, Attempt>();
  for (const installation of state.installations) {
    const path = lockPathOf(installation);
    const text = texts.get(path);
    const lock = text === undefined ? undefined : readLockText(text, path);
    if (text === undefined || lock === undefined || 'what' in lock) continue;
    const [last] = await content.readCommits({ to: commit.sha, path, limit: 1 });
    const isMerged = !last || (await content.isAncestor(last.sha, base));
    if (isMerged && !(await findPinning(lock, view, world))) continue;
    attempts.set(installation.name, await renderAgain({ installation, lock, text }, view, world));
  }
  return attempts;
}

/** @returns The newest commit of the base branch that the commit has; `undefined` where there is not one that has all others. */
async function findFork({ commit, base }: VerifyView, world: VerifyWorld): Promise<CommitSha | undefined> {
  const { content } = world.ports.forge;
  const own = await content.readCommits({ from: base, to: commit.sha, limit: searchedCommits });
  const shas = new Set(own.map(({ sha }) => sha));
  const left = [...new Set(own.flatMap(({ parents }) => parents))].filter((sha) => !shas.has(sha));
  for (const sha of left) {
    const others = await Promise.all(left.map((other) => content.isAncestor(other, sha)));
    // Beyond the limit there are commits that the base branch does not have either.
    if (others.every(Boolean) && (await content.isAncestor(sha, base))) return sha;
  }
  return undefined;
}

/** @returns The tree with all proposals merged; one that cannot be merged is left out, and its files then differ. */
async function mergeProposals(
  place: CommitSha,
  proposed: readonly Attempt[],
  { base }: VerifyView,
  world: VerifyWorld,
): Promise<TreeSha> {
  const { content, writer } = world.ports.forge;
  let merged = place;
  let tree = await writer.writeTree(place, []);
  for (const { again, origin, onto } of proposed) {
    if (again?.kind !== 'rendered' || !(await content.isAncestor(onto, base))) continue;
    const rendered = await writeLike(
      origin,
      { tree: await writer.writeTree(onto, again.compared.changes), parents: [onto] },
      world,
    );
    const result = await content.mergeTrees(merged, rendered);
    if (result.kind === 'conflict') continue;
    tree = result.tree;
    merged = await writeLike(origin, { tree, parents: [merged, rendered] }, world);
  }
  return tree;
}

/** Writes a commit for merging only: no branch leads to it, and it is pushed nowhere. */
function writeLike(
  { message, author, at }: Commit,
  made: Pick<Commit, 'tree' | 'parents'>,
  { ports }: VerifyWorld,
): Promise<CommitSha> {
  return ports.forge.writer.writeCommit({ ...made, message, author, at, forComparing: true });
}
