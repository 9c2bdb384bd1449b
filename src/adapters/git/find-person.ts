import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import type { Person } from '../../core/repository/commit.ts';
import { parseGitAddress } from './git-address.ts';
import { createGit } from './git-process.ts';

/**
 * Finds out who sits at the keyboard, as git does: by its variables, then by the user's configuration; in the end by the name
 * that the system knows.
 */
export async function findPerson(environment: Readonly<Record<string, string | undefined>>): Promise<Person> {
  const git = createGit({ environment, address: parseGitAddress('.', 'person') });
  const configured = async (key: string) => {
    const variables = { GIT_CONFIG_GLOBAL: join(homedir(), '.gitconfig') };
    const { code, stdout } = await git.run(['config', '--global', '--get', key], { variables });
    return code === 0 ? stdout.toString().trim() : '';
  };
  const { username } = userInfo();
  return {
    name: environment.GIT_AUTHOR_NAME || (await configured('user.name')) || username,
    email: environment.GIT_AUTHOR_EMAIL || (await configured('user.email')) || `${username}@localhost`,
  };
}
