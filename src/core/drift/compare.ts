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
  /** The lock file could name any file; only those that bear this application's name may be removed. */
  readonly application: string;
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
export function compare({ base, locked, rendered, beside, application }: ComparisonInput): Comparison {
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
    if (isNamedAfter(application, path) && !rendered.has(path) && base.has(path))
      changes.push({ path, content: undefined });
  }
  return { changes, edited: findEdited(base, locked), occupied };
}

/** `components/<application>/…`, or `<application>.yaml` and `<application>_….yaml` anywhere: folders move with the configuration. */
function isNamedAfter(application: string, path: string): boolean {
  const segments = path.split('/');
  const name = segments.at(-1) ?? '';
  const folder = segments.findIndex((it, index) => it === 'components' && segments[index + 1] === application);
  return (
    (folder >= 0 && folder < segments.length - 2) ||
    name === `${application}.yaml` ||
    name.startsWith(`${application}_`)
  );
}

/** @returns The locked files that are not on the branch as they were written. */
export function findEdited(base: Tree, locked: readonly LockedFile[]): readonly string[] {
  const untouched = ({ path, blob }: LockedFile) => base.get(path)?.blob === blob && base.get(path)?.mode === '100644';
  return locked.filter((it) => !untouched(it)).map(({ path }) => path);
}
