import { mkdir } from 'node:fs/promises';
import { type CommitSha, parseCommitSha } from '../../src/core/repository/commit.ts';
import { type GitPerson, runGit } from './git-world.ts';
import { createAskGitea, type GiteaPlace, until } from './gitea-accounts.ts';

/** The maintainer with a clone, who reaches a real server by smart HTTP. */
export interface RemotePerson extends GitPerson {
  /** Fills the empty repository with what another one has on `main`. */
  start(from: string): Promise<void>;
}

export function createRemotePerson(place: GiteaPlace, clone: string): RemotePerson {
  const ask = createAskGitea(place);
  const below = `/repos/${place.owner}/${place.repository}`;
  const url = `${place.url}/${place.owner}/${place.repository}.git`;
  const credentials = Buffer.from(`maintainer:${place.tokens.maintainer}`).toString('base64');
  const git = (...words: readonly string[]) =>
    runGit(clone, ['-c', `http.extraHeader=Authorization: Basic ${credentials}`, ...words]);
  const identity = { name: 'Pat Person', email: 'pat@example.org' };

  /** The server takes a push in after it has answered; pull requests follow. */
  async function arrived(branch: string, sha: string | undefined) {
    await until(async () => {
      const found = await ask('maintainer', 'GET', `${below}/branches/${encodeURIComponent(branch)}`).catch(
        () => undefined,
      );
      return found === undefined ? sha === undefined : JSON.stringify(found.commit).includes(`"${sha}"`);
    });
    await until(async () => {
      const open = Object.values(await ask('maintainer', 'GET', `${below}/pulls?state=open`));
      return open.map((it) => headOf(it)).every((head) => head.branch !== branch || head.sha === sha);
    });
  }
  async function push(branch: string, from: string): Promise<CommitSha> {
    await git('push', '-q', '--force', 'origin', `${from}:refs/heads/${branch}`);
    const sha = parseCommitSha((await git('rev-parse', from)).trim());
    if (!sha) throw new Error(`${from} is no commit`);
    await arrived(branch, sha);
    return sha;
  }
  async function checkOut(branch: string) {
    await git('fetch', '-q', '--prune', 'origin');
    await git('checkout', '-q', '--detach', `origin/${branch}`);
  }
  return {
    ...identity,
    git,
    async start(from) {
      await mkdir(clone, { recursive: true });
      await git('init', '-q', '-b', 'main', '--template=');
      await git('remote', 'add', 'origin', url);
      await git('fetch', '-q', from, 'main');
      await push('main', 'FETCH_HEAD');
    },
    async commit(branch, files, from = branch) {
      await git('fetch', '-q', '--prune', 'origin');
      const there = await git('rev-parse', '-q', '--verify', `refs/remotes/origin/${branch}`).catch(() => '');
      const start = there === '' ? from : branch;
      const seconds = Math.floor(Date.now() / 1000);
      const message = `Change ${Object.keys(files).join(', ')}\n`;
      const changes = Object.entries(files).map(([path, content]) =>
        content === undefined ? `D ${path}\n` : `M 100644 inline ${path}\n${data(content)}`,
      );
      const commit = [
        'commit refs/made\n',
        `committer ${identity.name} <${identity.email}> ${seconds} +0000\n`,
        data(message),
        `from refs/remotes/origin/${start}^0\n`,
        ...changes,
      ];
      await runGit(clone, ['fast-import', '--quiet', '--force'], commit.join(''));
      return push(branch, 'refs/made');
    },
    async merge(from, base) {
      await checkOut(base);
      await git('merge', '-q', '--no-ff', '-m', `Merge ${from}`, `origin/${from}`);
      return push(base, 'HEAD');
    },
    async fastForward(from, base) {
      await checkOut(base);
      await git('merge', '-q', '--ff-only', `origin/${from}`);
      await push(base, 'HEAD');
    },
    async squash(from, base) {
      await checkOut(base);
      await git('merge', '-q', '--squash', `origin/${from}`);
      await git('commit', '-q', '-m', `Squash ${from}`);
      return push(base, 'HEAD');
    },
    async reset(branch, to) {
      await checkOut(to);
      await push(branch, 'HEAD');
    },
    async deleteBranch(branch) {
      await git('push', '-q', 'origin', `:refs/heads/${branch}`);
      await arrived(branch, undefined);
    },
  };
}

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}\n`;
}

function headOf(pull: unknown): { readonly branch: unknown; readonly sha: unknown } {
  const head: unknown = typeof pull === 'object' && pull !== null && 'head' in pull ? pull.head : undefined;
  if (typeof head !== 'object' || head === null || !('label' in head) || !('sha' in head))
    throw new Error('no pull request');
  return { branch: head.label, sha: head.sha };
}
