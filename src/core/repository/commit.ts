import { createHash } from 'node:crypto';
import type { Brand } from '../brand.ts';

/** A git commit: 40 (SHA-1) or 64 (SHA-256) lower-case hexadecimal digits. */
export type CommitSha = Brand<string, 'CommitSha'>;
/** A git tree. */
export type TreeSha = Brand<string, 'TreeSha'>;
/** The git object id of a file's content. */
export type BlobId = Brand<string, 'BlobId'>;

const objectPattern = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/** @returns The commit id, or `undefined` when `text` is not a full one. */
export function parseCommitSha(text: string): CommitSha | undefined {
  return objectPattern.test(text) ? (text as CommitSha) : undefined;
}

/** @returns The tree id, or `undefined` when `text` is not a full one. */
export function parseTreeSha(text: string): TreeSha | undefined {
  return objectPattern.test(text) ? (text as TreeSha) : undefined;
}

/** @returns The blob id, or `undefined` when `text` is not a full one. */
export function parseBlobId(text: string): BlobId | undefined {
  return objectPattern.test(text) ? (text as BlobId) : undefined;
}

/** @returns The id that git gives a file with this content; `like` is any id of the repository and tells its hash. */
export function blobIdOf(content: string | Uint8Array, like: string): BlobId {
  const hash = createHash(like.length === 64 ? 'sha256' : 'sha1');
  return hash
    .update(`blob ${Buffer.byteLength(content)}\0`)
    .update(content)
    .digest('hex') as BlobId;
}

/** @returns The id of the tree without files, which every repository has; `like` is any id of the repository and tells its hash. */
export function emptyTreeLike(like: string): TreeSha {
  const hash = createHash(like.length === 64 ? 'sha256' : 'sha1');
  return hash.update('tree 0\0').digest('hex') as TreeSha;
}

/** Who wrote a commit or a comment. */
export interface Person {
  readonly name: string;
  readonly email: string;
}

export interface Commit {
  readonly sha: CommitSha;
  readonly tree: TreeSha;
  readonly parents: readonly CommitSha[];
  readonly author: Person;
  /** When it was committed, to the second. */
  readonly at: Date;
  readonly message: string;
}

/** What the signature of a commit proves, by the keys that count. */
export type CommitSignature =
  | { readonly kind: 'trusted' }
  | { readonly kind: 'unsigned' }
  /** By a key that does not count, or one that does and the commit is another. */
  | { readonly kind: 'untrusted'; readonly why: string };

/** All files of a commit, by path. */
export type Tree = ReadonlyMap<string, TreeEntry>;

export interface TreeEntry {
  /** `100644` file, `100755` executable file, `120000` symbolic link, `160000` submodule. */
  readonly mode: string;
  readonly blob: BlobId;
}

/** Files by path, as text. What is rendered, and what is read. */
export type FileSet = ReadonlyMap<string, string>;

/** One file to write (`content`) or to remove (`undefined`). */
export interface FileChange {
  readonly path: string;
  readonly content: string | undefined;
}
