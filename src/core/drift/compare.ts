import type { LockedFile } from '../installation/lock-file.ts';
import {
  type BlobId,
  blobIdOf,
  type FileChange,
  type FileSet,
  type Tree,
  type TreeEntry,
} from '../repository/commit.ts';
import { type EditedFile, type FileConflict, judgeFile, type KeptFile, type Texts } from './file-outcome.ts';
import { findMoved, findStrangers } from './find-moved.ts';

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
  /** The application's own folder. */
  readonly folder: string;
  /** Where renders are kept of which people changed the file. */
  readonly copies: string;
  /** What `findNeeded` names; what is missing could not be read. */
  readonly texts: Texts;
  /** Any object id of the repository: tells the hash of blob ids. */
  readonly like: string;
}

export interface Comparison {
  /** What turns the base branch into what is wanted; empty when it is that already. */
  readonly changes: readonly FileChange[];
  /** Files that stand where a file is to be written for the first time, with other content. */
  readonly occupied: readonly string[];
  /** What people changed and the new render changes otherwise; the changes leave people's as it is. */
  readonly conflicts: readonly FileConflict[];
  /** Files that stay as people changed them, but for what the new render changes elsewhere in them. */
  readonly kept: readonly KeptFile[];
  /** What is to be there of the installation, copies of renders included; in the place of a conflict, what is rendered. */
  readonly tree: Tree;
  /** The same as texts; without files of people's that are no text. */
  readonly files: FileSet;
}

/**
 * Holds what is wanted against the base branch, by git's own ids: contents are read of edited files alone.
 * What people changed is merged with what is rendered (docs/decisions/0016).
 */
export function compare(input: ComparisonInput): Comparison {
  const edited = new Set(findEdited(input.base, input.locked));
  const wanted = new Map([...input.rendered].map(([path, content]) => [path, entryOf(content, input.like)]));
  const comparing = { ...input, edited, wanted };
  const placed = new Map([...placeUntouched(comparing), ...placeEdited(comparing)]);
  const files = new Map<string, string>();
  const tree = new Map<string, TreeEntry>();
  const changes: FileChange[] = [];
  const places = [...placed.values(), ...placeCopies(comparing, placed)];
  for (const { path, content, entry, wanted: own = entry } of places) {
    const there = input.base.get(path);
    if (content !== undefined) files.set(path, content);
    if (own) tree.set(path, own);
    if (entry ? entry.blob !== there?.blob : there !== undefined) changes.push({ path, content });
  }
  return {
    changes: [...changes, ...changesBeside(input)],
    occupied: findOccupied(comparing),
    conflicts: [...placed.values()].flatMap(({ path, conflicts = [] }) =>
      conflicts.map((it) => ({ ...it, file: path })),
    ),
    kept: [...placed.values()].flatMap(({ kept }) => kept ?? []),
    tree,
    files,
  };
}

interface Comparing extends ComparisonInput {
  /** As `findEdited` gives it. */
  readonly edited: ReadonlySet<string>;
  /** The rendered files as git has them. */
  readonly wanted: ReadonlyMap<string, TreeEntry>;
}

/** What is to stand at a path. */
interface Placed {
  readonly path: string;
  /** `undefined` when it goes, and for what is no text. */
  readonly content: string | undefined;
  /** `undefined` when nothing is to stand there. */
  readonly entry: TreeEntry | undefined;
  readonly kept?: KeptFile;
  /** What would stand there if it were not for the conflicts. */
  readonly wanted?: TreeEntry | undefined;
  readonly conflicts?: readonly Omit<FileConflict, 'file'>[];
}

function placeUntouched(comparing: Comparing): ReadonlyMap<string, Placed> {
  const { locked, rendered, application, edited, wanted } = comparing;
  const placed = new Map<string, Placed>();
  for (const [path, content] of rendered)
    if (!edited.has(path)) placed.set(path, { path, content, entry: wanted.get(path) });
  for (const { path } of locked)
    if (!edited.has(path) && !rendered.has(path) && isNamedAfter(application, path)) placed.set(path, gone(path));
  return placed;
}

function placeEdited(comparing: Comparing): ReadonlyMap<string, Placed> {
  const { base, locked, rendered, application, texts, edited } = comparing;
  const moved = edited.size > 0 ? findMoved({ ...comparing, rendered: new Set(rendered.keys()) }, texts) : new Map();
  const placed = new Map<string, Placed>();
  for (const { path, blob } of locked) {
    if (!edited.has(path) || !(rendered.has(path) || isNamedAfter(application, path))) continue;
    const now = moved.get(path) ?? path;
    const file = { last: blob, there: base.get(now), rendered: rendered.get(path) };
    placed.set(path, placeFile(file, { path, now }, comparing));
  }
  return placed;
}

function placeFile(
  file: EditedFile,
  { path, now }: { readonly path: string; readonly now: string },
  { texts, like, wanted: entries }: Comparing,
): Placed {
  const { there } = file;
  const outcome = judgeFile(file, texts);
  if (outcome.kind === 'removed') return gone(now);
  const stays = { path: now, content: there && texts.get(there.blob), entry: there };
  const wanted = entries.get(path);
  if (outcome.kind === 'conflict') return { ...stays, conflicts: outcome.conflicts, wanted };
  const { content } = outcome.kind === 'written' ? outcome : stays;
  const entry = outcome.kind === 'written' ? entryOf(outcome.content, like) : there;
  const placed = { path: now, content, entry };
  const applied = outcome.kind === 'written' ? outcome.applied : [];
  const movedFrom = now === path ? undefined : path;
  if (!movedFrom && entry?.blob === wanted?.blob) return placed;
  return { ...placed, kept: { path: now, movedFrom, state: there ? 'changed' : 'removed', applied } };
}

/** Git forgets what no commit has: a render that was never committed as it is lies beside the lock file, to be found by its id. */
function placeCopies(
  { base, locked, rendered, copies, wanted }: Comparing,
  placed: ReadonlyMap<string, Placed>,
): readonly Placed[] {
  const paths = [...new Set([...rendered.keys(), ...locked.map(({ path }) => path)])];
  return paths.flatMap((path) => {
    const [content, entry, own] = [rendered.get(path), wanted.get(path), placed.get(path)];
    const copy = `${copies}/${path}`;
    const isAsRendered = entry === undefined || (own?.path === path && own.entry?.blob === entry.blob);
    if (!isAsRendered) return [{ path: copy, content, entry }];
    return base.has(copy) ? [gone(copy)] : [];
  });
}

function changesBeside({ base, beside }: ComparisonInput): readonly FileChange[] {
  return [...beside].flatMap(([path, content]) => {
    const there = base.get(path);
    return there && there.blob === blobIdOf(content, there.blob) ? [] : [{ path, content }];
  });
}

function findOccupied({ base, locked, wanted }: Comparing): readonly string[] {
  const written = new Set(locked.map(({ path }) => path));
  return [...wanted].flatMap(([path, { blob }]) => {
    const there = base.get(path);
    return there && !written.has(path) && there.blob !== blob ? [path] : [];
  });
}

const gone = (path: string): Placed => ({ path, content: undefined, entry: undefined });

const entryOf = (text: string, like: string): TreeEntry => ({ mode: '100644', blob: blobIdOf(text, like) });

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

/** @returns The contents to read before comparing: none where people changed nothing. */
export function findNeeded(input: Omit<ComparisonInput, 'texts' | 'beside' | 'like'>): readonly BlobId[] {
  const { base, locked, rendered } = input;
  const edited = new Set(findEdited(base, locked));
  if (edited.size === 0) return [];
  const files = locked.filter(({ path }) => edited.has(path));
  const isMissing = files.some(({ path }) => !base.has(path));
  const strangers = isMissing ? findStrangers({ ...input, rendered: new Set(rendered.keys()) }) : [];
  const there = [...files.map(({ path }) => path), ...strangers].flatMap((path) => {
    const entry = base.get(path);
    return entry?.mode.startsWith('100') ? [entry.blob] : [];
  });
  return [...new Set([...files.map(({ blob }) => blob), ...there])];
}
