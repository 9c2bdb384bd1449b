import { execFileSync } from 'node:child_process';
import { appendFile, mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type GitRepository, openGitRepository } from '../../../src/adapters/git/git-repository.ts';
import type { CommitSha } from '../../../src/core/repository/commit.ts';
import { createGitWorld, type GitWorld, runGit, worldFiles } from '../../support/git-world.ts';

const bot = { name: 'Consignee', email: 'consignee@example.org' };
const at = new Date('2026-03-01T10:00:00Z');

let world: GitWorld;
let opened: GitRepository[];
beforeEach(async () => {
  opened = [];
  world = await createGitWorld();
});
afterEach(async () => {
  await Promise.all(opened.map((it) => it[Symbol.asyncDispose]()));
  await world[Symbol.asyncDispose]();
});

async function open(options: Partial<Parameters<typeof openGitRepository>[0]> = {}): Promise<GitRepository> {
  const cacheFolder = join(world.folder, 'cache');
  const repository = await openGitRepository({
    url: world.bare,
    cacheFolder,
    name: 'apps',
    environment: process.env,
    ...options,
  });
  opened.push(repository);
  return repository;
}

async function tipOf(repository: GitRepository, branch = 'main'): Promise<CommitSha> {
  const tip = (await repository.readRefs()).get(`refs/heads/${branch}`);
  if (!tip) throw new Error(`there is no branch ${branch}`);
  return tip;
}

async function write(repository: GitRepository, files: Readonly<Record<string, string>>): Promise<CommitSha> {
  const base = await tipOf(repository);
  const changes = Object.entries(files).map(([path, content]) => ({ path, content }));
  const tree = await repository.writeTree(base, changes);
  return repository.writeCommit({ tree, parents: [base], message: 'Change', author: bot, at });
}

const create = (branch: string, to: CommitSha) => [{ ref: `refs/heads/${branch}`, expect: undefined, to }];

async function cacheOf(): Promise<string> {
  const [folder = ''] = await readdir(join(world.folder, 'cache'));
  return join(world.folder, 'cache', folder);
}

/** Puts a program named `git` before the real one, which it can call as `$git`. */
async function environmentWith(script: string): Promise<NodeJS.ProcessEnv> {
  const real = execFileSync('sh', ['-c', 'command -v git']).toString().trim();
  const folder = join(world.folder, 'bin');
  await mkdir(folder);
  await writeFile(join(folder, 'git'), `#!/bin/sh\ngit=${real}\n${script}\n`, { mode: 0o755 });
  return { ...process.env, PATH: `${folder}:${process.env.PATH}` };
}

describe('what the address leads to', () => {
  test('nothing', async () => {
    const repository = await open({ url: join(world.folder, 'nothing.git') });
    await expect(repository.readRefs()).rejects.toMatchObject({
      code: 'forge-unreachable',
      message: expect.stringContaining('There is no git repository at apps'),
    });
  });

  test('a folder that is no repository', async () => {
    await mkdir(join(world.folder, 'plain'));
    const repository = await open({ url: join(world.folder, 'plain') });
    await expect(repository.readRefs()).rejects.toMatchObject({
      message: expect.stringContaining('There is no git repository'),
    });
  });

  test('an empty repository', async () => {
    await runGit(world.folder, ['init', '-q', '--bare', 'empty.git']);
    const repository = await open({ url: join(world.folder, 'empty.git') });
    await expect(repository.readRefs()).rejects.toMatchObject({
      code: 'configuration',
      message: 'apps is an empty git repository',
      remedy: expect.stringContaining('first commit'),
    });
  });

  test('a work tree, of which the branch that is checked out cannot be moved', async () => {
    const url = join(world.folder, 'work');
    await runGit(world.folder, ['clone', '-q', world.bare, url]);
    const repository = await open({ url });
    const sha = await write(repository, { a: '1' });
    expect(await repository.push(create('consignee/x', sha))).toBe('pushed');
    const updates = [{ ref: 'refs/heads/main', expect: await tipOf(repository), to: sha }];
    await expect(repository.push(updates)).rejects.toMatchObject({
      code: 'forge-denied',
      message: expect.stringContaining('currently checked out'),
      remedy: expect.stringContaining('bare'),
    });
  });

  test('a server that wants other credentials', async () => {
    const seen: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const address = server.address();
      if (typeof address !== 'object' || !address) throw new Error('the server has no port');
      const url = `http://127.0.0.1:${address.port}/apps.git`;
      const repository = await open({ url, credentials: async () => ({ user: 'bot', password: 'pa55word' }) });
      const reading = repository.readRefs();
      await expect(reading).rejects.toMatchObject({
        code: 'forge-denied',
        message: expect.stringContaining('Access to apps'),
      });
      await expect(reading).rejects.not.toThrow(/pa55word/);
      expect(seen[0]).toBe(`Basic ${Buffer.from('bot:pa55word').toString('base64')}`);
    } finally {
      server.close();
    }
  });

  test('a cache folder that cannot be written', async () => {
    const file = join(world.folder, 'file');
    await writeFile(file, '');
    await expect(open({ cacheFolder: join(file, 'cache') })).rejects.toMatchObject({
      code: 'local',
      remedy: expect.stringContaining('cache folder'),
    });
  });
});

describe('the words of the command line', () => {
  test('hold what is derived only behind the end of options, and never a password', async () => {
    const log = join(world.folder, 'words');
    const environment = await environmentWith(`printf '%s\\n' "$*" >> ${log}\nexec $git "$@"`);
    const repository = await open({ environment, credentials: async () => ({ user: 'bot', password: 'pa55word' }) });
    const sha = await write(repository, { '--upload-pack=x': '1', 'apps/-n': '2' });
    await repository.push(create('consignee/--exec=x', sha));
    await repository.readCommits({ to: sha, limit: 5, path: '--all' });
    await repository.diff(await tipOf(repository), sha);
    const lines = (await readFile(log, 'utf8')).trim().split('\n');
    expect(lines.length).toBeGreaterThan(7);
    for (const line of lines) {
      expect(line).not.toContain('pa55word');
      const options = line.split(/ (?:--end-of-options|--) /)[0] ?? '';
      expect(options.replaceAll(/--force-with-lease=refs\/heads\/\S+/g, '')).not.toMatch(
        /upload-pack|--exec|--all|apps/,
      );
    }
  });
});

describe('the copy', () => {
  test('holds the branches that are read, and what moves on others is not fetched', async () => {
    const log = join(world.folder, 'words');
    const environment = await environmentWith(`printf '%s\\n' "$*" >> ${log}\nexec $git "$@"`);
    const repository = await open({ environment, branches: ['main', 'not-there'] });
    await tipOf(repository);
    const fetches = async () => (await readFile(log, 'utf8')).split('\n').filter((it) => it.startsWith('fetch')).length;
    const before = await fetches();
    const topic = await world.person.commit('topic', { a: 'by hand' }, 'main');
    expect(await tipOf(repository, 'topic')).toBe(topic);
    expect(await fetches()).toBe(before);
    const main = await world.person.commit('main', { b: 'by hand' });
    expect(await tipOf(repository)).toBe(main);
    expect((await repository.readTree(main)).has('b')).toBe(true);
    const own = await world.person.commit('consignee/dev/one', { c: 'by hand' }, 'main');
    await tipOf(repository);
    expect((await repository.readTree(own)).has('c')).toBe(true);
    expect(await fetches()).toBe(before + 2);
  });

  test('is used again by the next process, which then fetches nothing', async () => {
    await tipOf(await open());
    const log = join(world.folder, 'words');
    const environment = await environmentWith(`echo "$1" >> ${log}\nexec $git "$@"`);
    await (await open({ environment })).readRefs();
    expect((await readFile(log, 'utf8')).trim().split('\n')).toEqual(['version', 'ls-remote', 'cat-file']);
  });

  test('may be deleted at any moment', async () => {
    const repository = await open();
    const main = await tipOf(repository);
    const remove = () => rm(join(world.folder, 'cache'), { recursive: true, force: true });
    await remove();
    expect((await repository.readTree(main)).size).toBe(5);
    await remove();
    expect(await repository.isAncestor(main, main)).toBe(true);
    await remove();
    const sha = await write(repository, { a: '1' });
    await remove();
    await expect(repository.push(create('consignee/x', sha))).rejects.toMatchObject({ code: 'local' });
    expect(await repository.push(create('consignee/x', await write(repository, { a: '1' })))).toBe('pushed');
  });

  const breakages: readonly (readonly [string, (cache: string) => Promise<unknown>])[] = [
    ['HEAD is gone', (cache) => rm(join(cache, 'HEAD'))],
    ['config is nonsense', (cache) => writeFile(join(cache, 'config'), '[[[')],
    ['config is gone', (cache) => rm(join(cache, 'config'))],
    ['all objects are gone', (cache) => rm(join(cache, 'objects'), { recursive: true })],
    ['the packs are cut short', (cache) => eachPack(cache, (file) => truncate(file, 40))],
    ['the packs are empty', (cache) => eachPack(cache, (file) => truncate(file, 0))],
    [
      'the indexes of the packs are gone',
      (cache) => eachPack(cache, (file) => rm(file.replace(/pack$/, 'idx'), { force: true })),
    ],
    ['a ref leads nowhere', (cache) => writeFile(join(cache, 'refs/copy/heads/main'), `${'1'.repeat(40)}\n`)],
    ['a lock was left behind', (cache) => writeFile(join(cache, 'refs/copy/heads/main.lock'), '')],
  ];

  test.each(breakages)('is made anew when %s', async (_, damage) => {
    await tipOf(await open());
    await damage(await cacheOf());
    await world.person.commit('main', { 'apps/one.yaml': 'changed\n' });
    const repository = await open();
    const tree = await repository.readTree(await tipOf(repository));
    const blobs = [...tree.values()].map(({ blob }) => blob);
    expect((await repository.readBlobs(blobs)).size).toBe(blobs.length);
    expect(await repository.readCommits({ to: await tipOf(repository), limit: 5 })).toHaveLength(2);
    expect(await repository.push(create('consignee/x', await write(repository, { a: '1' })))).toBe('pushed');
  });

  async function eachPack(cache: string, damage: (file: string) => Promise<unknown>) {
    const folder = join(cache, 'objects', 'pack');
    const packs = (await readdir(folder)).filter((it) => it.endsWith('.pack'));
    expect(packs.length).toBeGreaterThan(0);
    for (const pack of packs) {
      await runGit(folder, ['version']);
      execFileSync('chmod', ['u+w', join(folder, pack)]);
      await damage(join(folder, pack));
    }
  }

  test('serves several processes at once', async () => {
    const repositories = await Promise.all(Array.from({ length: 4 }, () => open()));
    for (let round = 0; round < 3; round++) {
      const main = await world.person.commit('main', { round: `${round}` });
      const seen = await Promise.all(
        repositories.map(async (it, index) => {
          const tip = await tipOf(it);
          await it.push(create(`consignee/r${round}/p${index}`, await write(it, { [`p${index}`]: '1' })));
          return tip;
        }),
      );
      expect(seen).toEqual(Array(4).fill(main));
    }
    expect((await open().then((it) => it.readRefs())).size).toBe(13);
    expect(await runGit(await cacheOf(), ['fsck', '--strict', '--no-dangling'])).toBe('');
  });

  test('follows a branch whose name becomes a folder of names', async () => {
    const repository = await open();
    await world.person.commit('topic', { a: '1' }, 'main');
    await repository.readRefs();
    await world.person.deleteBranch('topic');
    const sha = await world.person.commit('topic/deep', { a: '2' }, 'main');
    expect(await tipOf(repository, 'topic/deep')).toBe(sha);
    expect((await repository.readRefs()).has('refs/heads/topic')).toBe(false);
    const copied = await runGit(await cacheOf(), ['for-each-ref', '--format=%(refname)', 'refs/copy/heads/topic']);
    expect(copied).toBe('refs/copy/heads/topic/deep\n');
  });

  test('follows a branch that was set to another history', async () => {
    const repository = await open();
    await world.person.commit('topic', { a: '1' }, 'main');
    await repository.readRefs();
    await world.person.reset('topic', 'main');
    const sha = await world.person.commit('topic', { a: '2' });
    expect(await tipOf(repository, 'topic')).toBe(sha);
    expect(await repository.isAncestor(await tipOf(repository), sha)).toBe(true);
  });

  test('shows branches and the own refs, and nothing else', async () => {
    const sha = await world.tip('refs/heads/main');
    for (const ref of ['refs/tags/v1', 'refs/pull/1/head', 'refs/consignee/x', 'refs/odd/refs/heads/main']) {
      await world.git('update-ref', ref, sha ?? '');
    }
    expect([...(await (await open()).readRefs()).keys()].sort()).toEqual(['refs/consignee/x', 'refs/heads/main']);
  });

  test('becomes one pack when there are many', async () => {
    await tipOf(await open());
    const cache = await cacheOf();
    for (let index = 0; index < 51; index++) {
      const blob = await runGit(cache, ['hash-object', '-w', '--stdin'], `${index}`);
      await runGit(cache, ['pack-objects', '-q', 'objects/pack/pack'], blob);
    }
    await open();
    expect((await readdir(join(cache, 'objects', 'pack'))).filter((it) => it.endsWith('.pack')).length).toBeLessThan(5);
  });

  test('is made anew when the repository was made anew with other object ids', async () => {
    const before = await open();
    await tipOf(before);
    await rm(world.bare, { recursive: true });
    await runGit(world.folder, ['init', '-q', '--bare', '--object-format=sha256', world.bare]);
    const stream = 'commit refs/heads/main\ncommitter A <a> 1 +0000\ndata 2\nx\nM 100644 inline a\ndata 2\n1\n\n';
    await runGit(world.bare, ['fast-import', '--quiet'], stream);
    for (const repository of [before, await open()]) {
      const tip = await tipOf(repository);
      expect(tip).toHaveLength(64);
      expect([...(await repository.readTree(tip)).keys()]).toEqual(['a']);
    }
  });
});

describe('reading', () => {
  test('leaves out large files', async () => {
    const big = await world.person.commit('main', {
      big: 'x'.repeat(5 * 1024 * 1024 + 1),
      fits: 'x'.repeat(5 * 1024 * 1024),
    });
    const repository = await open();
    await repository.readRefs();
    const tree = await repository.readTree(big);
    const blobs = await repository.readBlobs([...tree.values()].map(({ blob }) => blob));
    const isRead = (path: string) => [...tree].some(([it, { blob }]) => it === path && blobs.has(blob));
    expect(isRead('big')).toBe(false);
    expect(isRead('fits')).toBe(true);
  });

  test('a file of any name survives a change of another one', async () => {
    const odd = ['with space', '"quoted"', 'tab\there', 'ünï/✓', '-dash', 'back\\slash'];
    await world.person.git('checkout', '-q', 'main');
    for (const name of odd) {
      const blob = (await world.person.git('rev-parse', 'HEAD:README.md')).trim();
      await world.person.git('update-index', '--add', '--cacheinfo', `100644,${blob},${name}`);
    }
    await world.person.git('commit', '-q', '-m', 'Odd');
    await world.person.git('push', '-q', 'origin', 'main');
    const repository = await open();
    const before = await repository.readTree(await tipOf(repository));
    for (const name of odd) expect(before.has(name)).toBe(true);
    const after = await repository.readTree(await write(repository, { new: '1' }));
    expect(new Map([...after].filter(([path]) => path !== 'new'))).toEqual(before);
  });

  test('a submodule is an entry, and nothing is written through it', async () => {
    const main = await world.tip('refs/heads/main');
    await world.person.git('update-index', '--add', '--cacheinfo', `160000,${main},sub`);
    await world.person.git('commit', '-q', '-m', 'Sub');
    await world.person.git('push', '-q', 'origin', 'main');
    const repository = await open();
    const tip = await tipOf(repository);
    expect((await repository.readTree(tip)).get('sub')).toEqual({ mode: '160000', blob: main });
    for (const path of ['sub', 'sub/below']) {
      const writing = repository.writeTree(tip, [{ path, content: '1' }]);
      await expect(writing).rejects.toMatchObject({
        code: 'forge-denied',
        message: expect.stringContaining('submodule sub'),
      });
    }
  });

  test('a path is taken by the letter, not as a pattern', async () => {
    await world.person.commit('main', { '*.yaml': '1', ':(top)x': '2' });
    const repository = await open();
    const to = await tipOf(repository);
    expect(await repository.readCommits({ to, path: '*.yaml', limit: 9 })).toHaveLength(1);
    expect(await repository.readCommits({ to, path: ':(top)x', limit: 9 })).toHaveLength(1);
    expect(await repository.readCommits({ to, path: '?.yaml', limit: 9 })).toHaveLength(0);
  });

  test('histories that have nothing in common are merged, or conflict, like any others', async () => {
    const stream =
      'commit refs/heads/other\ncommitter A <a> 1 +0000\ndata 2\nx\nM 100644 inline README.md\ndata 2\n1\n\n';
    await world.git('version');
    await runGit(world.bare, ['fast-import', '--quiet'], stream);
    const repository = await open();
    const merged = await repository.mergeTrees(await tipOf(repository), await tipOf(repository, 'other'));
    expect(merged).toEqual({ kind: 'conflict', paths: ['README.md'] });
  });

  test('a commit that is not there is a failure, each time', async () => {
    const repository = await open();
    const main = await tipOf(repository);
    const lost = await write(await open({ cacheFolder: join(world.folder, 'other') }), { lost: '1' });
    for (let round = 0; round < 2; round++) {
      await expect(repository.readTree(lost)).rejects.toMatchObject({
        code: 'local',
        message: expect.stringContaining(lost),
      });
      await expect(repository.isAncestor(lost, main)).rejects.toMatchObject({ code: 'local' });
    }
    expect(await repository.findUnmerged(main, [lost, main])).toEqual(new Set([lost]));
    expect(await repository.findUnmerged(lost, [main])).toEqual(new Set([main]));
  });
});

describe('pushing', () => {
  test('what was written is sound to the letter', async () => {
    const repository = await open();
    const base = await tipOf(repository);
    const tree = await repository.writeTree(base, [{ path: 'ünï/✓', content: 'ä' }]);
    const author = { name: 'Evil <x>\nparent', email: '>a b<' };
    const sha = await repository.writeCommit({ tree, parents: [base], message: 'Ünï\0\n\nbody', author, at });
    expect(await repository.push(create('consignee/x', sha))).toBe('pushed');
    expect(await world.git('fsck', '--strict', '--no-dangling')).toBe('');
    expect(await world.git('show', `${sha}:ünï/✓`)).toBe('ä');
    expect(await world.git('log', '-1', '--format=%an|%ae|%cI|%s', sha)).toBe(
      'Evil  x  parent|a b|2026-03-01T10:00:00+00:00|Ünï\n',
    );
  });

  test('no refs are no push', async () => {
    expect(await (await open()).push([])).toBe('pushed');
  });

  test('a lock that another push holds is waited for', async () => {
    const repository = await open();
    const sha = await write(repository, { a: '1' });
    const lock = join(world.bare, 'refs/heads/topic.lock');
    await writeFile(lock, '');
    const pushing = repository.push(create('topic', sha));
    await setTimeout(300);
    await rm(lock);
    expect(await pushing).toBe('pushed');
  });

  test('a lock that was left behind is a failure that names it', async () => {
    const repository = await open();
    const sha = await write(repository, { a: '1' });
    await writeFile(join(world.bare, 'refs/heads/topic.lock'), '');
    await expect(repository.push(create('topic', sha))).rejects.toMatchObject({
      code: 'forge-denied',
      message: expect.stringContaining('topic.lock'),
    });
  });

  test('a hook that says a great deal, with colours, is quoted in short', async () => {
    const repository = await open();
    const sha = await write(repository, { a: '1' });
    await world.refuse('no');
    const hook = `#!/bin/sh\nprintf '\\033[31mfrozen\\033[0m\\n' >&2\nhead -c 1000000 /dev/zero | tr '\\0' x >&2\nexit 1\n`;
    await writeFile(join(world.bare, 'hooks/pre-receive'), hook);
    const message = await repository.push(create('topic', sha)).catch((error: Error) => error.message);
    expect(message).toMatch(/^apps refused to move refs\/heads\/topic: pre-receive hook declined: .{0,5}\[31mfrozen/);
    expect(`${message}`.length).toBeLessThan(700);
    expect(`${message}`).not.toContain('\u001b');
  });

  test.each([
    ['came through', '$git "$@" >/dev/null 2>&1; exit 128', 'pushed'],
    ['did not come through', 'exit 128', 'forge-unreachable'],
    ['lost to another', '$git update-ref refs/heads/topic refs/heads/main; exit 128', 'stale'],
  ])('when the answer is lost, the refs tell that the push %s', async (_, script, expected) => {
    const inBare = script.replace('$git update-ref', `$git --git-dir=${world.bare} update-ref`);
    const environment = await environmentWith(`case "$1" in push) ${inBare};; esac\nexec $git "$@"`);
    const repository = await open({ environment });
    const sha = await write(repository, { a: '1' });
    const result = await repository.push(create('topic', sha)).catch((error: { code: string }) => error.code);
    expect(result).toBe(expected);
  });

  test('a hook of the machine or the person that runs us does not run', async () => {
    const home = join(world.folder, 'home');
    await mkdir(join(home, 'hooks'), { recursive: true });
    const proof = join(world.folder, 'proof');
    await writeFile(join(home, 'hooks/pre-push'), `#!/bin/sh\ntouch ${proof}\n`, { mode: 0o755 });
    await writeFile(join(home, '.gitconfig'), `[core]\n\thooksPath = ${home}/hooks\n`);
    const repository = await open({ environment: { ...process.env, HOME: home } });
    await appendFile(join(await cacheOf(), 'config'), `[core]\n\thooksPath = ${home}/hooks\n`);
    expect(await repository.push(create('topic', await write(repository, { a: '1' })))).toBe('pushed');
    await expect(readFile(proof)).rejects.toThrow('ENOENT');
  });
});

test('a cold start with 300 files takes well under a second', async () => {
  const files = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`d${index % 20}/f${index}`, `${index}`]));
  await world.person.commit('main', files);
  const start = performance.now();
  const repository = await open();
  const tree = await repository.readTree(await tipOf(repository));
  expect(tree.size).toBe(300 + Object.keys(worldFiles).length + 1);
  // About 60 ms alone on a machine; ten times that when it is busy.
  expect(performance.now() - start).toBeLessThan(10_000);
});

describe('heads of pull requests', () => {
  /** A commit that only a ref of a pull request leads to, as one of a fork. */
  async function keepHead(number: number, content: string): Promise<CommitSha> {
    const sha = await world.person.commit('fork', { 'fork.txt': content }, 'main');
    await world.git('update-ref', `refs/pull/${number}/head`, sha);
    await world.git('update-ref', '-d', 'refs/heads/fork');
    return sha;
  }

  test('are fetched by their number, and what is there is not fetched again', async () => {
    const repository = await open({ branches: ['main'] });
    const tip = await tipOf(repository);
    const head = await keepHead(4, 'one\n');
    expect(await repository.fetchHeads(new Map([[4, head]]))).toEqual(new Set([head]));
    expect(await repository.changedPaths(tip, head)).toEqual(['fork.txt']);
    await world.git('update-ref', '-d', 'refs/pull/4/head');
    expect(await repository.fetchHeads(new Map([[4, head]]))).toEqual(new Set([head]));
    // Reading the refs again leaves it there.
    await tipOf(repository);
    expect((await repository.readTree(head)).has('fork.txt')).toBe(true);
  });

  test('that are not to be had keep the others from nothing', async () => {
    const repository = await open({ branches: ['main'] });
    const main = await tipOf(repository);
    const head = await keepHead(4, 'one\n');
    const gone = await keepHead(5, 'two\n');
    await world.git('update-ref', '-d', 'refs/pull/5/head');
    const wanted = new Map([
      [4, head],
      [5, gone],
      [6, main],
    ]);
    expect(await repository.fetchHeads(wanted)).toEqual(new Set([head, main]));
  });

  test('what a branch changes is told from where it left, whatever its paths are called', async () => {
    const repository = await open();
    const odd = 'é ü.txt';
    const head = await world.person.commit('mine', { 'notes.txt': 'x\n' }, 'main');
    await world.person.commit('main', { 'other.txt': 'y\n' });
    const base = await tipOf(repository);
    expect(await repository.changedPaths(base, head)).toEqual(['notes.txt']);
    const written = await write(repository, { [odd]: 'z\n' });
    expect(await repository.changedPaths(base, written)).toEqual([odd]);
    const alone = await repository.writeCommit({
      ...{ tree: await repository.writeTree(base, []), parents: [], message: 'Alone', author: bot, at },
    });
    expect(await repository.changedPaths(base, alone)).toEqual([]);
  });
});
