import { Failure } from '../../core/failure.ts';
import { type BlobId, blobIdOf, type FileChange, type Tree, type TreeSha } from '../../core/repository/commit.ts';
import { folderMode, parseTreeObject, printTreeObject, type TreeItem, treeShaOf } from './git-objects.ts';
import type { LocalCopy } from './local-copy.ts';
import { whyUnwritable } from './tree-path.ts';

/** Each has a file open while it is written, and there is a limit to those. */
const blobsAtOnce = 64;

/**
 * Applies changes to a tree, folder by folder, without a work tree: no link in the repository can lead a write elsewhere (A-25, B-18).
 * Whatever else lies in a folder stays as it is, byte for byte. No process is started: that costs more the more memory this one has.
 */
export async function writeTree(
  base: { readonly id: TreeSha; readonly files: Tree },
  changes: readonly FileChange[],
  copy: LocalCopy,
): Promise<TreeSha> {
  const effective = effectiveChanges(base, changes);
  checkPaths(base.files, changes, copy.name);
  if (effective.length === 0) return base.id;
  await writeBlobs(effective, base.id, copy);
  const written = await writeFolder(base.id, changesByName(effective), { copy, like: base.id });
  return treeShaOf(written ?? (await copy.write('tree', printTreeObject([]), base.id)));
}

/** What becomes of one name in a folder. A file may give way to a folder of its name, and a folder to a file. */
interface NameChange {
  readonly below: Map<string, NameChange>;
  file?: EffectiveChange;
}

/** Names are as the bytes that git has, one character for each. */
function changesByName(changes: readonly EffectiveChange[]): Map<string, NameChange> {
  const root: NameChange = { below: new Map() };
  for (const change of changes) {
    const names = Buffer.from(change.path).toString('latin1').split('/');
    let at = root;
    for (const name of names) {
      const next: NameChange = at.below.get(name) ?? { below: new Map() };
      at.below.set(name, next);
      at = next;
    }
    at.file = change;
  }
  return root.below;
}

/** @param id Of the folder as it is; `undefined` for a new one. @returns The id of what it becomes; `undefined` when nothing is left. */
async function writeFolder(
  id: string | undefined,
  changes: ReadonlyMap<string, NameChange>,
  { copy, like }: { readonly copy: LocalCopy; readonly like: string },
): Promise<string | undefined> {
  const present = id === undefined ? [] : parseTreeObject((await copy.read(id, 'tree')).bytes, id.length / 2, 'latin1');
  const items = new Map(present.map((it) => [it.name, it]));
  for (const [name, { below, file }] of changes) {
    const before = items.get(name);
    const folder = before?.mode === folderMode ? before.id : undefined;
    const after = below.size > 0 ? await writeFolder(folder, below, { copy, like }) : undefined;
    items.delete(name);
    if (after !== undefined) items.set(name, { name, mode: folderMode, id: after });
    if (file?.write) items.set(name, { name, mode: modeOf(before), id: file.write.blob });
  }
  return items.size === 0 ? undefined : copy.write('tree', printTreeObject(items.values()), like);
}

/** A file keeps its executable bit. */
const modeOf = (before: TreeItem | undefined): string => (before?.mode === '100755' ? '100755' : '100644');

interface EffectiveChange {
  readonly path: string;
  /** `undefined` removes the file. */
  readonly write: { readonly content: string; readonly blob: BlobId } | undefined;
}

/** Of several changes to one path the last counts; what changes nothing is dropped. */
function effectiveChanges(
  { id, files }: { readonly id: TreeSha; readonly files: Tree },
  changes: readonly FileChange[],
): readonly EffectiveChange[] {
  const last = new Map(changes.map(({ path, content }) => [path, content]));
  return [...last].flatMap(([path, content]): readonly EffectiveChange[] => {
    const present = files.get(path)?.blob;
    if (content === undefined) return present === undefined ? [] : [{ path, write: undefined }];
    const blob = blobIdOf(content, id);
    return blob === present ? [] : [{ path, write: { content, blob } }];
  });
}

/** Nothing may stand in the way of what is written. */
function checkPaths(files: Tree, changes: readonly FileChange[], repository: string): void {
  const contents = new Map(changes.map(({ path, content }) => [path, content]));
  const written = [...contents.keys()].filter((path) => contents.get(path) !== undefined);
  const after = new Set([...[...files.keys()].filter((path) => !contents.has(path)), ...written]);
  const folders = new Set([...after].flatMap(parentsOf));
  for (const path of contents.keys()) {
    const reason = whyUnwritable(path) ?? whyRedirected(path, files) ?? whyInTheWay(path, { after, folders });
    if (reason === undefined) continue;
    throw new Failure('forge-denied', `${JSON.stringify(path)} ${reason}, so it is not written to ${repository}`, {
      remedy: 'Correct the path in the template set or the configuration.',
    });
  }
}

function whyRedirected(path: string, files: Tree): string | undefined {
  for (const place of [...parentsOf(path), path]) {
    const mode = files.get(place)?.mode;
    if (mode === '120000') return `leads through the symbolic link ${place}`;
    if (mode === '160000') return `leads through the submodule ${place}`;
  }
  return undefined;
}

/** @param there All paths after the change, and the folders they lie in. */
function whyInTheWay(
  path: string,
  there: { readonly after: ReadonlySet<string>; readonly folders: ReadonlySet<string> },
): string | undefined {
  if (!there.after.has(path)) return undefined;
  if (there.folders.has(path)) return 'is a folder';
  const file = parentsOf(path).find((it) => there.after.has(it));
  return file && `lies below ${file}, which is a file`;
}

/** `a/b/c` gives `a` and `a/b`. */
function parentsOf(path: string): readonly string[] {
  const segments = path.split('/');
  return segments.slice(1).map((_, index) => segments.slice(0, index + 1).join('/'));
}

/** Writes the blobs that are not there yet. */
async function writeBlobs(changes: readonly EffectiveChange[], like: string, copy: LocalCopy): Promise<void> {
  const contents = new Map(changes.flatMap(({ write }) => (write ? [[write.blob, write.content] as const] : [])));
  const entries = [...contents];
  for (let start = 0; start < entries.length; start += blobsAtOnce) {
    await Promise.all(
      entries.slice(start, start + blobsAtOnce).map(async ([blob, content]) => {
        if (!(await copy.hasObject(blob))) await copy.write('blob', Buffer.from(content), like);
      }),
    );
  }
}
