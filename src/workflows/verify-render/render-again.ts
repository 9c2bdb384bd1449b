import { Failure } from '../../core/failure.ts';
import type { LockFile } from '../../core/installation/lock-file.ts';
import { configurationFolder, lockPathOf } from '../../core/installation/places.ts';
import type { Commit } from '../../core/repository/commit.ts';
import { renderFromLock } from '../is-render-of-its-lock.ts';
import { readRepositoryState } from '../observe-repository.ts';
import { readLockAt } from '../read-lock.ts';
import { isLockText, type RenderDifference, templatesFolder } from './render-differences.ts';
import { type Attempt, type Locked, searchedWrites, type VerifyView, type VerifyWorld } from './verified-render.ts';

/**
 * Renders on what the last commit that changed the lock file found. On the base branch that may be a revert, which brings back what an
 * earlier one rendered; elsewhere it must be the render itself.
 */
export async function renderAgain(
  locked: Locked & { readonly text: string },
  view: VerifyView,
  world: VerifyWorld,
): Promise<Attempt> {
  const { content } = world.ports.forge;
  const { commit, base, state, ahead } = view;
  const known = ahead?.attempts.get(locked.installation.name);
  if (known) return known;
  const path = lockPathOf(locked.installation);
  const [writer = commit, ...earlier] = await content.readCommits({ to: commit.sha, path, limit: searchedWrites });
  const isMerged = await content.isAncestor(writer.sha, base);
  const last = (isMerged && (await findPinning(locked.lock, view, world))) || writer;
  const first = await renderOn(last, locked, world);
  if (isLockText(locked.text, first.again)) return first;
  if (!(await content.isAncestor(last.sha, base))) return first;
  for (const origin of earlier) {
    const entry = (await content.readTree(origin.sha)).get(path);
    if (entry?.blob !== state.tree.get(path)?.blob) continue;
    const attempt = await renderOn(origin, locked, world);
    if (isLockText(locked.text, attempt.again)) return attempt;
  }
  return first;
}

/**
 * @returns The first commit that the base branch does not have and that changed people's own manifest: what only pins a range that was
 *   left there leaves the lock file as it is.
 */
export async function findPinning(
  { pinned }: LockFile,
  { commit, base }: VerifyView,
  { ports }: VerifyWorld,
): Promise<Commit | undefined> {
  const { content } = ports.forge;
  if (pinned === undefined) return undefined;
  return (await content.readCommits({ from: base, to: commit.sha, path: pinned, limit: searchedWrites })).at(-1);
}

async function renderOn(origin: Commit, { installation, lock }: Locked, world: VerifyWorld): Promise<Attempt> {
  const { content } = world.ports.forge;
  const path = lockPathOf(installation);
  const [parent] = origin.parents;
  const onto = parent && !(await isAdoption(origin, lock, world)) ? parent : origin.sha;
  try {
    const state = await readRepositoryState(content, onto, world.options.read);
    const there = state.installations.find(({ name }) => name === installation.name);
    if (!there) {
      const detail = `${onto.slice(0, 10)}, which it was written onto, does not configure ${installation.name}`;
      return { origin, onto, trouble: { path, what: 'lock', detail } };
    }
    const installed = parent && (await readLockAt(content, parent, path));
    const registry = installation.registry.url;
    const again = await renderFromLock({ lock, state, installation: there, installed, registry }, world);
    return { origin, onto, again };
  } catch (error) {
    const trouble = troubleOf(error, path);
    if (trouble) return { origin, onto, trouble };
    throw error;
  }
}

/** What `init` adopts comes with the first configuration: before that there was none to read it by. */
async function isAdoption({ parents }: Commit, { pinned }: LockFile, { ports }: VerifyWorld): Promise<boolean> {
  const [parent] = parents;
  if (pinned === undefined || !parent) return false;
  const before = await ports.forge.content.readTree(parent);
  return !['yaml', 'yml'].some((ending) => before.has(`${configurationFolder}/config.${ending}`));
}

/** What is wrong with the repository itself is a finding; what cannot be reached says nothing about it. */
function troubleOf(error: unknown, path: string): RenderDifference | undefined {
  if (!(error instanceof Failure) || (error.exitCode !== 2 && error.code !== 'content')) return undefined;
  const { place, message } = error;
  if (place?.file.startsWith(`${templatesFolder}/`)) return { path: place.file, what: 'template', detail: message };
  return { path, what: 'lock', detail: `it cannot be rendered again: ${message}` };
}
