import { parseGitAddress } from './git-address.ts';
import { checkGitVersion, createGit } from './git-process.ts';

/**
 * @returns What git says of itself: `git version 2.47.1`.
 * @throws {Failure} `local` when it is missing or too old.
 */
export async function findInstalledGit(environment: Readonly<Record<string, string | undefined>>): Promise<string> {
  const git = createGit({ environment, address: parseGitAddress('.', 'git') });
  await checkGitVersion(git);
  return (await git.run(['version'])).stdout.toString().trim();
}
