import type { LockedFile } from '../installation/lock-file.ts';
import { blobIdOf, type FileChange, type FileSet, type Tree } from '../repository/commit.ts';

export interface ComparisonInput {
  /** All files of the base branch. */
  readonly base: Tree;
  /** What the lock file on the base branch lists; empty before the installation. */
  readonly locked: readonly LockedFile[];
  /** The files that belong to the installation, as rendered now. */
  readonly rendered: FileSet;
  /** Further files to write: lock, evidence, values. They are compared, and not checked for edits. */
  readonly beside: FileSet;
  /** Folders in which files may be removed, without a slash at the end. */
  readonly folders: readonly string[];
}

export interface Comparison {
  /** What turns the base branch into what is wanted; empty when it is that already. */
  readonly changes: readonly FileChange[];
  /** Files that somebody changed or removed since they were rendered. */
  readonly edited: readonly string[];
  /** Files that stand where a file is to be written for the first time, with other content. */
  readonly occupied: readonly string[];
}

/** Holds what is wanted against the base branch, by git's own ids: no content is read. */
export function compare({ base, locked, rendered, beside, folders }: ComparisonInput): Comparison {
  const written = new Set(locked.map(({ path }) => path));
  const changes: FileChange[] = [];
  const occupied: string[] = [];
  for (const [path, content] of [...rendered, ...beside]) {
    const there = base.get(path);
    if (there && there.blob === blobIdOf(content, there.blob)) continue;
    if (there && rendered.has(path) && !written.has(path)) occupied.push(path);
    changes.push({ path, content });
  }
  for (const path of written) {
    const owned = folders.some((folder) => path.startsWith(`${folder}/`));
    if (owned && !rendered.has(path) && base.has(path)) changes.push({ path, content: undefined });
  }
  return { changes, edited: findEdited(base, locked), occupied };
}

/** @returns The locked files that are not on the branch as they were written. */
export function findEdited(base: Tree, locked: readonly LockedFile[]): readonly string[] {
  const untouched = ({ path, blob }: LockedFile) => base.get(path)?.blob === blob && base.get(path)?.mode === '100644';
  return locked.filter((it) => !untouched(it)).map(({ path }) => path);
}
