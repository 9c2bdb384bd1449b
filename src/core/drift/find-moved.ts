import type { LockedFile } from '../installation/lock-file.ts';
import type { BlobId, Tree } from '../repository/commit.ts';
import { readObjects } from '../template/read-objects.ts';
import type { Texts } from './file-outcome.ts';

interface MoveInput {
  /** All files of the base branch. */
  readonly base: Tree;
  readonly locked: readonly LockedFile[];
  /** Paths that are rendered now. */
  readonly rendered: ReadonlySet<string>;
  /** The application's own folder: only in there a file is looked for. */
  readonly folder: string;
}

/** @returns Files of people's in the application's own folder, any of which may be one that they moved. */
export function findStrangers({ base, locked, rendered, folder }: MoveInput): readonly string[] {
  const known = new Set([...locked.map(({ path }) => path), ...rendered]);
  return [...base].flatMap(([path, { mode }]) =>
    path.startsWith(`${folder}/`) && mode === '100644' && !known.has(path) ? [path] : [],
  );
}

/**
 * Finds where people moved files to: the one file that has the content of the last render, or the one that declares the same objects.
 *
 * @returns The new path by the old one.
 */
export function findMoved(input: MoveInput, texts: Texts): ReadonlyMap<string, string> {
  const { base, locked } = input;
  const missing = locked.filter(({ path }) => !base.has(path));
  const moved = new Map<string, string>();
  if (missing.length === 0) return moved;
  const left = new Set(findStrangers(input));
  const blobOf = (path: string) => base.get(path)?.blob;
  for (const { path, blob } of missing) {
    const objects = identityOf(blob, texts);
    const same = [...left].filter((it) => blobOf(it) === blob);
    const alike = [...left].filter((it) => objects !== undefined && identityOf(blobOf(it), texts) === objects);
    const [found, second] = same.length > 0 ? same : alike;
    if (found === undefined || second !== undefined) continue;
    moved.set(path, found);
    left.delete(found);
  }
  return moved;
}

/** @returns The same text for files that declare the same objects; `undefined` for one that declares none. */
function identityOf(blob: BlobId | undefined, texts: Texts): string | undefined {
  const objects = readObjects((blob && texts.get(blob)) ?? '');
  const names = objects.map(({ apiVersion, kind, namespace, name }) =>
    JSON.stringify([apiVersion, kind, namespace ?? '', name]),
  );
  return names.length === 0 ? undefined : names.toSorted().join('\n');
}
