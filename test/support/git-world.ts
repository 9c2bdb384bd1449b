import { execFile } from 'node:child_process';
import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { type CommitSha, parseCommitSha } from '../../src/core/repository/commit.ts';

const execute = promisify(execFile);

/** What every world's branch `main` holds at first: `script.sh` is executable, `link` leads to `README.md`. */
export const worldFiles: Readonly<Record<string, string>> = {
  'README.md': 'A repository for tests.\n',
  'apps/one.yaml': 'name: one\nreplicas: 1\n',
  'apps/two.yaml': 'name: two\n',
  'script.sh': '#!/bin/sh\necho hello\n',
};

/** Somebody who works with the repository by ordinary git; each member has its effect in the shared repository. */
export interface GitPerson {
  readonly name: string;
  readonly email: string;
  /** Commits on a branch, which is made from `from` when it is not there. `undefined` removes a file. */
  commit(branch: string, files: Readonly<Record<string, string | undefined>>, from?: string): Promise<CommitSha>;
  merge(head: string, base: string): Promise<CommitSha>;
  fastForward(head: string, base: string): Promise<void>;
  squash(head: string, base: string): Promise<CommitSha>;
  /** Sets a branch to where another one is, by force. */
  reset(branch: string, to: string): Promise<void>;
  deleteBranch(branch: string): Promise<void>;
  /** Runs git in a clone of the person's own, which is made when it is needed first. */
  git(...words: readonly string[]): Promise<string>;
}

/** A bare repository on disk, with a person who works with it. */
export interface GitWorld extends AsyncDisposable {
  /** Temporary folder that goes with the world. */
  readonly folder: string;
  readonly bare: string;
  readonly person: GitPerson;
  /** Runs git in the bare repository. */
  git(...words: readonly string[]): Promise<string>;
  /** Where a ref of the bare repository is. */
  tip(ref: string): Promise<CommitSha | undefined>;
  /** Has every push refused with this text. */
  refuse(text: string): Promise<void>;
}

export async function createGitWorld({ objectFormat = 'sha1' } = {}): Promise<GitWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'consignee-test-'));
  const bare = bareIn(folder);
  await runGit(folder, ['init', '-q', '--bare', '-b', 'main', '--template=', `--object-format=${objectFormat}`, bare]);
  // Waiting for the disk and tidying up take time that tests do not need.
  await appendFile(join(bare, 'config'), '[core]\n\tfsync = none\n[receive]\n\tautogc = false\n');
  await runGit(bare, ['fast-import', '--quiet'], firstCommit());
  return openGitWorld(folder);
}

const bareIn = (folder: string) => join(folder, 'applications.git');

/** @returns The world that lies in a folder: that of another one, copied. */
export function openGitWorld(folder: string): GitWorld {
  const bare = bareIn(folder);
  const git = (...words: readonly string[]) => runGit(bare, words);
  return {
    folder,
    bare,
    person: createPerson(bare, join(folder, 'clone')),
    git,
    tip: async (ref) => parseCommitSha((await git('for-each-ref', '--format=%(objectname)', ref)).trim()),
    async refuse(text) {
      const hook = join(bare, 'hooks', 'pre-receive');
      await mkdir(dirname(hook), { recursive: true });
      await writeFile(hook, `#!/bin/sh\necho '${text}' >&2\nexit 1\n`, { mode: 0o755 });
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true, maxRetries: 3 }),
  };
}

/** The first commit, in the language of `git fast-import`: one process instead of a clone and a push. */
function firstCommit(): string {
  const files = Object.entries(worldFiles).map(([path, content]) => fileLines(path, content));
  const link = `M 120000 inline link\n${data('README.md')}`;
  return `${commitLines('main', 'Begin\n', 1_767_225_600)}${files.join('')}M 100755 inline script.sh\n${data(worldFiles['script.sh'] ?? '')}${link}`;
}

function commitLines(branch: string, message: string, seconds: number): string {
  const identity = `${somebody.name} <${somebody.email}> ${seconds} +0000`;
  return `commit refs/heads/${branch}\nmark :1\ncommitter ${identity}\n${data(message)}`;
}

function fileLines(path: string, content: string | undefined): string {
  return content === undefined ? `D ${path}\n` : `M 100644 inline ${path}\n${data(content)}`;
}

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}\n`;
}

function createPerson(bare: string, clone: string): GitPerson {
  const inBare = (...words: readonly string[]) => runGit(bare, words);
  let cloned: Promise<string> | undefined;
  const git = async (...words: readonly string[]) => {
    cloned ??= runGit(dirname(clone), ['clone', '-q', '--template=', bare, clone]);
    await cloned;
    return runGit(clone, words);
  };
  async function checkOut(branch: string) {
    await git('fetch', '-q', '--prune', 'origin');
    await git('checkout', '-q', '--no-track', '-B', branch, `origin/${branch}`);
  }
  async function pushed(branch: string) {
    await git('push', '-q', 'origin', branch);
    return shaOf(await git('rev-parse', 'HEAD'));
  }
  return {
    ...somebody,
    git,
    async commit(branch, files, from = branch) {
      const there = (await inBare('for-each-ref', `refs/heads/${branch}`)) !== '';
      const message = `Change ${Object.keys(files).join(', ')}\n`;
      const start = `from refs/heads/${there ? branch : from}^0\n`;
      const changes = Object.entries(files).map(([path, content]) => fileLines(path, content));
      const commit = commitLines(branch, message, Math.floor(Date.now() / 1000)) + start + changes.join('');
      return shaOf(await runGit(bare, ['fast-import', '--quiet'], `${commit}\nget-mark :1\n`));
    },
    async merge(from, base) {
      await checkOut(base);
      await git('merge', '-q', '--no-ff', '-m', `Merge ${from}`, `origin/${from}`);
      return pushed(base);
    },
    async fastForward(from, base) {
      await checkOut(base);
      await git('merge', '-q', '--ff-only', `origin/${from}`);
      await pushed(base);
    },
    async squash(from, base) {
      await checkOut(base);
      await git('merge', '-q', '--squash', `origin/${from}`);
      await git('commit', '-q', '-m', `Squash ${from}`);
      return pushed(base);
    },
    async reset(branch, to) {
      await inBare('update-ref', `refs/heads/${branch}`, `refs/heads/${to}`);
    },
    async deleteBranch(branch) {
      await inBare('update-ref', '-d', `refs/heads/${branch}`);
    },
  };
}

const somebody = { name: 'Pat Person', email: 'pat@example.org' };

/** Runs git as a person with an empty configuration does, but for tidying up, which takes time. */
export async function runGit(folder: string, words: readonly string[], input = ''): Promise<string> {
  const running = execute(
    'git',
    ['-c', 'core.fsync=none', '-c', 'gc.auto=0', '-c', 'maintenance.auto=false', ...words],
    {
      cwd: folder,
      maxBuffer: 100 * 1024 * 1024,
      env: {
        PATH: process.env.PATH,
        HOME: folder,
        LC_ALL: 'C',
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_CONFIG_GLOBAL: '/dev/null',
        GIT_AUTHOR_NAME: somebody.name,
        GIT_AUTHOR_EMAIL: somebody.email,
        GIT_COMMITTER_NAME: somebody.name,
        GIT_COMMITTER_EMAIL: somebody.email,
      },
    },
  );
  running.child.stdin?.on('error', () => undefined); // It may end without reading.
  running.child.stdin?.end(input);
  return (await running).stdout;
}

function shaOf(text: string): CommitSha {
  const sha = parseCommitSha(text.trim());
  if (!sha) throw new Error(`${text} is no commit id`);
  return sha;
}
