import { decodeUtf8 } from '../core/document/strict-yaml.ts';
import { type Comparison, compare, findNeeded } from '../core/drift/compare.ts';
import { Failure } from '../core/failure.ts';
import type { Installation } from '../core/installation/installation.ts';
import { type LockedFile, type LockFile, ownFiles, parseLockFile } from '../core/installation/lock-file.ts';
import { componentsFolderOf, copiesFolderOf, lockPathOf } from '../core/installation/places.ts';
import type { BlobId } from '../core/repository/commit.ts';
import type { RepositoryContent } from '../ports/repository-content.ts';
import type { RepositoryState } from './observe-repository.ts';
import type { RenderedInstallation } from './render-installation.ts';

interface CompareInput {
  readonly installation: Installation;
  /** On the commit. */
  readonly installed: LockFile | undefined;
  readonly rendered: RenderedInstallation;
  /** The commit that it is rendered onto. */
  readonly state: RepositoryState;
  readonly content: RepositoryContent;
}

/**
 * Holds what was rendered against a commit, and merges it with what people changed there. Last renders are found by the ids in the
 * lock file, in whatever tree has them: the one that wrote the file, or a copy of it (docs/decisions/0016).
 */
export async function compareWithBase(input: CompareInput): Promise<Comparison> {
  const { installation, rendered, state, content } = input;
  const comparing = {
    base: state.tree,
    locked: withoutOthers(input),
    rendered: rendered.files,
    application: installation.application,
    folder: componentsFolderOf(installation),
    copies: copiesFolderOf(installation),
  };
  const texts = await readTexts(findNeeded(comparing), content);
  return compare({ ...comparing, beside: rendered.beside, like: state.commit, texts });
}

/**
 * Somebody may have written the path of any file into the lock file, or taken over the folder that it lay in: what is rendered no
 * more is removed only where no other lock file names it.
 */
function withoutOthers({ installation, installed, rendered, state }: CompareInput): readonly LockedFile[] {
  const own = ownFiles(installation, installed);
  if (own.every(({ path }) => rendered.files.has(path))) return own;
  const others = state.installations.filter(({ name }) => name !== installation.name);
  const named = new Set(others.flatMap((it) => filesOf(state.texts.get(lockPathOf(it)), lockPathOf(it))));
  return own.filter(({ path }) => rendered.files.has(path) || !named.has(path));
}

function filesOf(text: string | undefined, path: string): readonly string[] {
  try {
    const lock = text === undefined ? undefined : parseLockFile(text, path);
    return [...(lock?.files ?? []).map((it) => it.path), ...(lock?.pinned === undefined ? [] : [lock.pinned])];
  } catch (error) {
    // It holds its own installation.
    if (error instanceof Failure) return [];
    throw error;
  }
}

async function readTexts(blobs: readonly BlobId[], content: RepositoryContent): Promise<ReadonlyMap<BlobId, string>> {
  if (blobs.length === 0) return new Map();
  const texts = new Map<BlobId, string>();
  for (const [blob, bytes] of await content.readBlobs(blobs)) {
    const text = decodeUtf8(bytes);
    if (text !== undefined) texts.set(blob, text);
  }
  return texts;
}
