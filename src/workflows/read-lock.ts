import { Failure } from '../core/failure.ts';
import { type LockFile, parseLockFile } from '../core/installation/lock-file.ts';
import type { CommitSha } from '../core/repository/commit.ts';
import type { RepositoryContent } from '../ports/repository-content.ts';
import { readTexts } from './observe-repository.ts';

/** @returns The lock file at a commit, or `undefined` when there is none there that can be read. */
export async function readLockAt(
  content: RepositoryContent,
  commit: CommitSha,
  path: string,
): Promise<LockFile | undefined> {
  const tree = await content.readTree(commit);
  const text = (await readTexts(content, tree, [path])).get(path);
  if (text === undefined) return undefined;
  try {
    return parseLockFile(text, path);
  } catch (error) {
    // What is broken at some commit of a history or of a proposal says nothing.
    if (error instanceof Failure) return undefined;
    throw error;
  }
}
