import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { runGit } from './git-world.ts';
import type { PullFacts } from './gitea-stand-in-json.ts';
import type { Account, GiteaPull } from './gitea-stand-in-state.ts';

/** What the stand-in asks git: everything about commits is git's own answer, remembered where it never changes. */
export interface StandInGit {
  readonly bare: string;
  /** Branches by short name. */
  readBranches(): Promise<ReadonlyMap<string, string>>;
  factsOf(pull: GiteaPull, baseSha: string): Promise<PullFacts>;
  mergeTree(base: string, head: string): Promise<{ readonly tree: string } | { readonly conflict: string }>;
  /** @returns The commits, newest first, with what each changed. */
  readCommits(range: string, limit: number): Promise<readonly CommitFacts[]>;
  countCommits(range: string): Promise<number>;
  holds(sha: string): Promise<boolean>;
  /** Makes a merge commit and moves the branch to it, through the repository's hooks, as a push does. */
  merge(merge: {
    readonly base: string;
    readonly from: string;
    readonly head: string;
    readonly tree: string;
    readonly by: Account;
    readonly message: string;
  }): Promise<{ readonly commit: string } | { readonly refused: string }>;
  deleteBranch(name: string): Promise<void>;
  createBranch(name: string, sha: string): Promise<void>;
  /** Keeps the head of a pull request under its number, as Gitea does. */
  keepHead(number: number, sha: string): Promise<void>;
}

export interface CommitFacts {
  readonly sha: string;
  readonly parents: readonly string[];
  readonly author: { readonly name: string; readonly email: string };
  readonly at: string;
  readonly message: string;
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly modified: readonly string[];
}

export function createStandInGit(bare: string): StandInGit {
  const git = (...words: readonly string[]) => runGit(bare, words);
  /** Commits that were found: none is ever taken away. */
  const present = new Set<string>();
  const mergeTree = remember(async (base: string, head: string) => {
    try {
      return { tree: (await git('merge-tree', '--write-tree', base, head)).trim() };
    } catch (error) {
      return { conflict: textOf(error, 'stdout').split('\n\n').slice(1).join('\n\n') };
    }
  });
  const mergeBase = remember(async (base: string, head: string) =>
    (await git('merge-base', base, head).catch(() => '')).trim(),
  );
  const changes = remember(async (from: string, to: string) =>
    numbersIn(from === '' ? '' : await git('diff', '--shortstat', from, to)),
  );
  return {
    bare,
    mergeTree,
    async readBranches() {
      const lines = (await git('for-each-ref', '--format=%(objectname) %(refname)', 'refs/heads')).trim().split('\n');
      return new Map(
        lines
          .filter((line) => line !== '')
          .map((line): [string, string] => [line.slice(line.indexOf(' ') + 12), line.slice(0, line.indexOf(' '))]),
      );
    },
    async factsOf({ headSha }, baseSha) {
      const [found, merged] = await Promise.all([mergeBase(baseSha, headSha), mergeTree(baseSha, headSha)]);
      return { mergeBase: found, mergeable: 'tree' in merged, ...(await changes(found, headSha)) };
    },
    async readCommits(range, limit) {
      const format = '--format=%x01%H%x00%P%x00%an%x00%ae%x00%cI%x00%B%x00';
      return parseCommits(
        await git('log', '-m', '--first-parent', '--name-status', '--no-renames', `-${limit}`, format, range),
      );
    },
    countCommits: async (range) => Number(await git('rev-list', '--count', range)),
    async holds(sha) {
      if (!present.has(sha) && (await succeeds(git('cat-file', '-e', `${sha}^{commit}`)))) present.add(sha);
      return present.has(sha);
    },
    merge: (merge) => commitMerge(bare, merge),
    async deleteBranch(name) {
      await git('update-ref', '-d', `refs/heads/${name}`);
    },
    async createBranch(name, sha) {
      await git('update-ref', `refs/heads/${name}`, sha);
    },
    async keepHead(number, sha) {
      const file = join(bare, 'refs', 'pull', String(number), 'head');
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, `${sha}\n`);
    },
  };
}

const succeeds = (work: Promise<unknown>): Promise<boolean> =>
  work.then(
    () => true,
    () => false,
  );

/** For questions about two commits, whose answer never changes. */
function remember<T>(ask: (from: string, to: string) => Promise<T>): (from: string, to: string) => Promise<T> {
  const known = new Map<string, Promise<T>>();
  return (from, to) => {
    const key = `${from} ${to}`;
    const answer = known.get(key) ?? ask(from, to);
    known.set(key, answer);
    return answer;
  };
}

function numbersIn(shortStat: string) {
  const count = (word: string) => Number(shortStat.match(new RegExp(`(\\d+) ${word}`))?.[1] ?? 0);
  return { additions: count('insertion'), deletions: count('deletion'), changedFiles: count('file') };
}

function parseCommits(log: string): readonly CommitFacts[] {
  return log
    .split('\u0001')
    .slice(1)
    .map((text) => {
      const [sha = '', parents = '', name = '', email = '', at = '', message = '', files = ''] = text.split('\0');
      const changed = (letter: string) =>
        files
          .split('\n')
          .filter((line) => line.startsWith(`${letter}\t`))
          .map((line) => line.slice(2));
      return {
        sha,
        parents: parents.split(' ').filter((it) => it !== ''),
        author: { name, email },
        at,
        message,
        added: changed('A'),
        removed: changed('D'),
        modified: changed('M'),
      };
    });
}

async function commitMerge(bare: string, { base, from, head, tree, by, message }: Parameters<StandInGit['merge']>[0]) {
  const identity = ['-c', `user.name=${by.login}`, '-c', `user.email=${by.email}`];
  const parents = ['-p', from, '-p', head];
  const commit = (await runGit(bare, [...identity, 'commit-tree', tree, ...parents, '-m', message])).trim();
  const lease = `--force-with-lease=refs/heads/${base}:${from}`;
  try {
    await runGit(bare, ['push', '-q', lease, '.', `${commit}:refs/heads/${base}`]);
    return { commit };
  } catch (error) {
    const said = textOf(error, 'stderr');
    const remote = [...said.matchAll(/^remote: (.*)$/gm)].map(([, line]) => line?.trim()).join('\n');
    const now = (await runGit(bare, ['rev-parse', `refs/heads/${base}`])).trim();
    if (now !== from) {
      return { refused: `cannot lock ref 'refs/heads/${base}': is at ${now} but expected ${from}` };
    }
    return { refused: remote };
  }
}

function textOf(error: unknown, stream: 'stdout' | 'stderr'): string {
  const text: unknown = error instanceof Error && stream in error ? Reflect.get(error, stream) : '';
  return String(text);
}

/** Answers one request of git's smart HTTP protocol by git's own server side. */
export async function serveGit(
  bare: string,
  {
    request,
    response,
    rest,
    query,
  }: { request: IncomingMessage; response: ServerResponse; rest: string; query: string },
  account: Account | undefined,
): Promise<{ readonly status: number; readonly headers: Record<string, string>; readonly body: Buffer }> {
  const backend = spawn('git', ['http-backend'], {
    env: {
      PATH: process.env.PATH,
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_PROJECT_ROOT: bare,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: rest,
      QUERY_STRING: query,
      REQUEST_METHOD: request.method ?? 'GET',
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      ...(account ? { REMOTE_USER: account.login } : {}),
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  response.on('close', () => backend.kill());
  backend.stdin.on('error', () => undefined); // It may end without reading.
  request.pipe(backend.stdin);
  const output = await buffer(backend.stdout);
  const end = output.indexOf('\r\n\r\n');
  const headers = Object.fromEntries(
    output
      .subarray(0, end)
      .toString()
      .split('\r\n')
      .map((line): [string, string] => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
  );
  const { Status: status = '200', ...others } = headers;
  return { status: Number.parseInt(status, 10), headers: others, body: output.subarray(end + 4) };
}
