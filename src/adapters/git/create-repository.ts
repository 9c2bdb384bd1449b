import { mkdir } from 'node:fs/promises';
import { Failure } from '../../core/failure.ts';
import type { FileSet, Person } from '../../core/repository/commit.ts';
import { parseGitAddress } from './git-address.ts';
import { createGit } from './git-process.ts';

interface NewRepository {
  /** Folder, which must not be there. */
  readonly path: string;
  readonly files: FileSet;
  readonly by: Person;
  readonly at: Date;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * Makes a bare repository whose branch `main` has `files` in its first commit.
 *
 * @throws {Failure} `local` when it cannot be made.
 */
export async function createRepository({ path, files, by, at, environment }: NewRepository): Promise<void> {
  const git = createGit({ environment, address: parseGitAddress(path, path) });
  const run = async (words: readonly string[], options: { readonly folder?: string; readonly input?: string } = {}) => {
    const { code, stderr } = await git.run(words, options);
    if (code === 0) return;
    throw new Failure('local', `The repository ${path} could not be made: ${stderr.trim().slice(0, 500)}`, {
      remedy: 'Name a folder that you may write to.',
    });
  };
  await mkdir(path, { recursive: true });
  await run(['init', '--quiet', '--bare', '--initial-branch=main', '--end-of-options', path]);
  await run(['fast-import', '--quiet'], { folder: path, input: importStream(files, by, at) });
}

/** @see git-fast-import(1), "Input format". */
function importStream(files: FileSet, { name, email }: Person, at: Date): string {
  const message = 'Start the applications repository\n';
  const changes = [...files].map(
    ([path, text]) => `M 100644 inline ${path}\ndata ${Buffer.byteLength(text)}\n${text}\n`,
  );
  const committer = `committer ${name} <${email}> ${Math.floor(at.getTime() / 1000)} +0000`;
  return `commit refs/heads/main\n${committer}\ndata ${Buffer.byteLength(message)}\n${message}${changes.join('')}done\n`;
}
