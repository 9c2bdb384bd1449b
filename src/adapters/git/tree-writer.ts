import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Failure } from '../../core/failure.ts';
import { type BlobId, blobIdOf, type FileChange, type Tree, type TreeSha } from '../../core/repository/commit.ts';
import { treeShaOf } from './git-objects.ts';
import type { LocalCopy } from './local-copy.ts';
import { whyUnwritable } from './tree-path.ts';

/** Each has a file open while it is written, and there is a limit to those. */
const blobsAtOnce = 64;

/**
 * Applies changes to a tree by way of an index file of its own: no work tree, so no link in the repository can lead a write
 * elsewhere (A-25, B-18), and `update-index` looks at every path once more (B-19).
 */
export async function writeTree(
  base: { readonly id: TreeSha; readonly files: Tree },
  changes: readonly FileChange[],
  copy: LocalCopy,
): Promise<TreeSha> {
  const effective = effectiveChanges(base, changes);
  checkPaths(base.files, changes, copy.name);
  if (effective.length === 0) return base.id;

  const folder = await mkdtemp(join(tmpdir(), 'consignee-tree-'));
  try {
    await writeBlobs(effective, base.id, copy);
    const variables = { GIT_INDEX_FILE: join(folder, 'index') };
    await copy.local(['read-tree', '--end-of-options', base.id], { variables });
    const input = effective.map((it) => indexLine(it, base)).join('');
    await copy.local(['update-index', '-z', '--index-info'], { variables, input });
    return treeShaOf((await copy.local(['write-tree'], { variables })).toString());
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

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

/** `update-index --index-info` makes room for what it is given, so that nothing may stand in the way is checked here. */
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

/** A file keeps its executable bit. */
function indexLine({ path, write }: EffectiveChange, base: { readonly id: TreeSha; readonly files: Tree }): string {
  if (!write) return `0 ${'0'.repeat(base.id.length)}\t${path}\0`;
  const mode = base.files.get(path)?.mode === '100755' ? '100755' : '100644';
  return `${mode} ${write.blob}\t${path}\0`;
}
