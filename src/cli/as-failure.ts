import { Failure } from '../core/failure.ts';

/** What the operating system refuses, wherever it was asked: nothing that the program can do better. */
const refusals: ReadonlyMap<string, string> = new Map([
  ['EACCES', 'may not be used by you: permission denied'],
  ['EPERM', 'may not be used by you: the system does not permit it'],
  ['EROFS', 'lies in a file system that is read-only'],
  ['ENOSPC', 'cannot be written: the disk is full'],
  ['EDQUOT', 'cannot be written: your quota is used up'],
  ['EMFILE', 'cannot be opened: too many files are open'],
  ['ENOTDIR', 'lies under something that is no folder'],
  ['EISDIR', 'is a folder where a file belongs'],
  ['EEXIST', 'is there already'],
]);

/** @returns The error as a failure, or `undefined` when it is none that a person can act on. */
export function asFailure(error: unknown): Failure | undefined {
  if (error instanceof Failure) return error;
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined;
  const refusal = refusals.get(error.code);
  if (refusal === undefined) return undefined;
  const path = 'path' in error && typeof error.path === 'string' ? error.path : undefined;
  return new Failure('local', path ? `${path} ${refusal}.` : `What is needed here ${refusal} (${error.message}).`, {
    remedy: 'Put that right, or name another place.',
    cause: error,
  });
}
