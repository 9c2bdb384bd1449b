import type { Digest } from '../../core/digest.ts';
import { Failure } from '../../core/failure.ts';

/** The files of an archive, as a folder or a tar file holds them. */
export interface ArchiveSource {
  /** `artifact-index.json` as it was when the archive was opened. */
  readonly index: Uint8Array;
  /** @returns The size of a blob in bytes, and whether its digest was checked already; `undefined` when there is none. */
  find(digest: Digest): Promise<{ readonly size: number; readonly checked: boolean } | undefined>;
  /** The bytes of a blob that was found, not yet checked. */
  stream(digest: Digest): AsyncIterable<Uint8Array>;
  /** Whether the archive is another one than it was when it was opened. */
  hasChanged(): Promise<boolean>;
}

export function archiveChanged(path: string): Failure {
  return new Failure('registry-changed', `The archive ${path} was changed while it was read.`, {
    remedy: 'Try again.',
  });
}

export function archiveUnreachable(path: string, cause: unknown): Failure {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new Failure('registry-unreachable', `The archive ${path} cannot be read: ${message}.`, {
    remedy: 'Check the path and its permissions.',
    cause,
  });
}

/** @returns Whether a call to the file system failed, as opposed to what was read being bad. */
export function isFileError(error: unknown): error is Error {
  return error instanceof Error && 'syscall' in error;
}

/** @returns Whether a file system call failed because there is nothing of that name. */
export function isNotThere(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}
