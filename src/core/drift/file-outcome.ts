import { type MergeConflict, mergeManifest, wholeFile } from '../merge/merge-manifest.ts';
import { type BlobId, blobIdOf, type TreeEntry } from '../repository/commit.ts';

/** A conflict between what is rendered and what people changed, in one file. */
export interface FileConflict extends MergeConflict {
  readonly file: string;
}

/** A file that is not as it is rendered, because people changed it. */
export interface KeptFile {
  readonly path: string;
  /** Where it is rendered, when people moved it. */
  readonly movedFrom: string | undefined;
  readonly state: 'changed' | 'removed';
  /** The fields that the new render changes in it. */
  readonly applied: readonly string[];
}

/** One file that the lock file lists and that is not there as it was written. */
export interface EditedFile {
  /** As the last render. */
  readonly last: BlobId;
  /** As it is on the base branch; `undefined` when people removed it. */
  readonly there: TreeEntry | undefined;
  /** As it is rendered now; `undefined` when it is rendered no more. */
  readonly rendered: string | undefined;
}

/** What becomes of an edited file. */
export type FileOutcome =
  | { readonly kind: 'stays' }
  | { readonly kind: 'removed' }
  | { readonly kind: 'written'; readonly content: string; readonly applied: readonly string[] }
  | { readonly kind: 'conflict'; readonly conflicts: readonly MergeConflict[] };

/** Texts by blob id, as far as they were needed and could be read. */
export type Texts = ReadonlyMap<BlobId, string>;

/** Works out what becomes of one edited file. What people did is never undone; where the new render needs that, it is a conflict. */
export function judgeFile({ last, there, rendered }: EditedFile, texts: Texts): FileOutcome {
  const isUnchanged = rendered !== undefined && isBlob(rendered, last);
  if (isUnchanged || (!there && rendered === undefined)) return { kind: 'stays' };
  if (!there) return conflict('people removed the file, and the new render changes it');
  if (there.mode !== '100644')
    return conflict(`the file is ${modes[there.mode] ?? 'no plain file'} now, and the new render changes it`);
  if (rendered === undefined)
    return there.blob === last ? { kind: 'removed' } : conflict('people changed the file, and it is rendered no more');
  if (there.blob === last) return { kind: 'written', content: rendered, applied: [] };
  return isBlob(rendered, there.blob) ? { kind: 'stays' } : mergeTexts({ last, there, rendered }, texts);
}

function mergeTexts(
  { last, there, rendered }: EditedFile & { readonly there: TreeEntry; readonly rendered: string },
  texts: Texts,
): FileOutcome {
  const [base, edited] = [texts.get(last), texts.get(there.blob)];
  if (edited === undefined) return conflict('the file is no plain text in UTF-8 of at most 5 MiB');
  if (base === undefined)
    return conflict(`the last render, ${last.slice(0, 10)}, is nowhere in the history of the repository`);
  const { text, applied, conflicts } = mergeManifest(base, rendered, edited);
  return conflicts.length > 0 ? { kind: 'conflict', conflicts } : { kind: 'written', content: text, applied };
}

const modes: Readonly<Record<string, string>> = {
  '100755': 'executable',
  '120000': 'a symbolic link',
  '160000': 'a submodule',
};

const isBlob = (text: string, blob: BlobId) => blobIdOf(text, blob) === blob;

const conflict = (because: string): FileOutcome => ({ kind: 'conflict', conflicts: [wholeFile(because)] });
