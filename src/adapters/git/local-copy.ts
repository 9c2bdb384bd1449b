import { Failure } from '../../core/failure.ts';
import { quoteGit } from './git-failure.ts';
import type { Git, GitOutput, RunOptions } from './git-process.ts';
import { createObjectReader, type GitObject, type ObjectInfo, ReaderStopped } from './object-reader.ts';
import { writeObject } from './object-writer.ts';

/** The bare copy of a remote repository, which is expected to work: where it does not, `CopyTrouble` is thrown. */
export interface LocalCopy {
  readonly name: string;
  readonly folder: string;
  /** @returns `undefined` when there is no such object. */
  info(id: string): Promise<ObjectInfo | undefined>;
  hasObject(id: string): Promise<boolean>;
  /** Reads an object that must be there and of this type. */
  read(name: string, type: string): Promise<GitObject>;
  /** @param like Any id of the repository. @returns The id of what was written. */
  write(type: 'blob' | 'tree' | 'commit', bytes: Uint8Array, like: string): Promise<string>;
  /** Runs a command that must end well. */
  local(words: readonly string[], options?: RunOptions): Promise<Buffer>;
  localRun(words: readonly string[], goodCodes: readonly number[], options?: RunOptions): Promise<GitOutput>;
  stop(): Promise<void>;
}

/** The copy let us down: it is broken, gone, or being replaced by another process. Unless mending helps, `failure` is the end. */
export class CopyTrouble extends Error {
  override readonly name = 'CopyTrouble';
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.message, { cause: failure });
    this.failure = failure;
  }
}

export function createLocalCopy(git: Git, folder: string, name: string): LocalCopy {
  const reader = createObjectReader(() => git.start(['cat-file', '--batch-command'], folder));
  const trouble = (message: string) =>
    new CopyTrouble(
      new Failure('local', `The copy of ${name} failed: ${message}`, {
        remedy: `Start again; when it happens again, delete the folder ${folder}.`,
      }),
    );

  async function asking<Answer>(question: () => Promise<Answer>): Promise<Answer> {
    try {
      return await question();
    } catch (error) {
      throw error instanceof ReaderStopped ? trouble(error.message) : error;
    }
  }

  async function localRun(words: readonly string[], goodCodes: readonly number[], options: RunOptions = {}) {
    const output = await git.run(words, { ...options, folder });
    if (!goodCodes.includes(output.code)) throw trouble(`git ${words[0]}: ${quoteGit(output.stderr)}`);
    return output;
  }

  const info = (id: string) => asking(() => reader.info(id));
  return {
    name,
    folder,
    info,
    hasObject: async (id) => (await info(id)) !== undefined,
    async read(object, type) {
      const found = await asking(() => reader.contents(object));
      if (found?.type !== type) throw trouble(`it has no ${type} ${object}`);
      return found;
    },
    write: (type, bytes, like) =>
      writeObject(folder, { type, bytes, like }).catch((cause: Error) => {
        throw trouble(cause.message);
      }),
    local: async (words, options) => (await localRun(words, [0], options)).stdout,
    localRun,
    stop: reader.stop,
  };
}
