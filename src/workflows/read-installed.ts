import { Failure } from '../core/failure.ts';
import type { Installation } from '../core/installation/installation.ts';
import { type LockFile, parseLockFile } from '../core/installation/lock-file.ts';
import { lockPathOf } from '../core/installation/places.ts';
import type { RepositoryState } from './observe-repository.ts';

/**
 * @returns The lock file on the base branch.
 * @throws {Failure} `configuration` when it is of another component: what is deployed would be replaced by something else.
 */
export function readInstalled({ texts }: RepositoryState, installation: Installation): LockFile | undefined {
  const path = lockPathOf(installation);
  const text = texts.get(path);
  const lock = text === undefined ? undefined : parseLockFile(text, path);
  if (!lock) return undefined;
  const { name, component } = installation;
  if (lock.component !== component) {
    throw new Failure('configuration', `${name} is configured as ${component}, but ${lock.component} is installed.`, {
      place: { file: path },
      remedy: `Give the new component an application of its own, and remove the files of ${name} with git to uninstall it.`,
    });
  }
  return lock;
}
