import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openGitRepository } from '../../../src/adapters/git/git-repository.ts';
import { createPlainGitForge } from '../../../src/adapters/plain-git/plain-git-forge.ts';
import type { Forge } from '../../../src/ports/forge.ts';
import { testForge } from '../../contract/forge.ts';
import type { ForgeWorld } from '../../contract/forge-world.ts';
import { createGitWorld, type GitWorld, runGit } from '../../support/git-world.ts';
import { listAll } from '../../support/list-all.ts';

const clock = { now: () => new Date() };
const bot = { name: 'Consignee', email: 'consignee@example.org' };
const ledgerRef = 'refs/consignee/pull-requests';

testForge('plain git', async () => plainGit(await createGitWorld()), {
  without: ['accounts', 'checks', 'reviews', 'issues'],
});

interface PlainGitWorld extends ForgeWorld {
  readonly git: GitWorld;
  /** Has something disposed with the world. */
  dispose(what: AsyncDisposable): void;
}

/** Every forge has a cache of its own, like processes on different machines. */
async function plainGit(git: GitWorld): Promise<PlainGitWorld> {
  const opened: AsyncDisposable[] = [];
  const openAgain = async () => {
    const cacheFolder = join(git.folder, `cache-${opened.length}`);
    const options = { url: git.bare, cacheFolder, name: 'applications', environment: process.env };
    const repository = await openGitRepository(options);
    opened.push(repository);
    return createPlainGitForge(repository, { clock, bot });
  };
  return {
    git,
    forge: await openAgain(),
    person: git.person,
    accounts: undefined,
    openAgain,
    refuse: git.refuse,
    dispose: (what) => opened.push(what),
    async [Symbol.asyncDispose]() {
      await Promise.all(opened.map((it) => it[Symbol.asyncDispose]()));
      await git[Symbol.asyncDispose]();
    },
  };
}

/** Makes a branch by hand and proposes it. */
async function openOne({ forge, person }: ForgeWorld, head = 'consignee/dev/one', title = 'One') {
  await person.commit(head, { [`${head}.yaml`]: '1' }, 'main');
  return forge.pullRequests.open({ head, base: 'main', title, body: 'Body\n', labels: ['x'], by: bot });
}

describe('pull requests in a ref', () => {
  let world: PlainGitWorld;
  let forge: Forge;
  beforeEach(async () => {
    world = await plainGit(await createGitWorld());
    forge = world.forge;
  });
  afterEach(async () => {
    await world[Symbol.asyncDispose]();
  });

  test('each change is one commit by who made it', async () => {
    const { number } = await openOne(world);
    const other = { name: 'Ann Other', email: 'ann@example.org' };
    await forge.pullRequests.update(number, { title: 'Two', by: other });
    await forge.comments.add(number, { body: 'Hello', by: other });
    await forge.pullRequests.close(number, bot);
    expect((await world.git.git('log', '--format=%an: %s', ledgerRef)).trim().split('\n')).toEqual([
      'Consignee: Close pull request 1: Two',
      'Ann Other: Comment on pull request 1: Two',
      'Ann Other: Update pull request 1: Two',
      'Consignee: Open pull request 1: One',
    ]);
  });

  test('nothing is written when nothing differs', async () => {
    const { number } = await openOne(world);
    const before = await world.git.tip(ledgerRef);
    await forge.pullRequests.update(number, { title: 'One', body: 'Body\n', addLabels: ['x', 'x'], by: bot });
    await forge.pullRequests.open({
      head: 'consignee/dev/one',
      base: 'main',
      title: 'T',
      body: 'B',
      labels: [],
      by: bot,
    });
    await listAll(forge);
    expect(await world.git.tip(ledgerRef)).toBe(before);
  });

  test('the files are such that people can read them', async () => {
    const { number } = await openOne(world);
    await forge.comments.add(number, { body: 'Hello', by: bot });
    const files = (await world.git.git('ls-tree', '-r', '--name-only', ledgerRef)).trim().split('\n');
    expect(files).toEqual([
      '1/body.md',
      expect.stringMatching(/^1\/comments\/0001-[0-9a-f]{8}\.json$/),
      '1/pull-request.json',
    ]);
    expect(await world.git.git('show', `${ledgerRef}:1/body.md`)).toBe('Body\n');
    expect(JSON.parse(await world.git.git('show', `${ledgerRef}:1/pull-request.json`))).toMatchObject({
      state: 'open',
      head: 'consignee/dev/one',
      author: bot,
    });
  });

  test('the link is a command that shows it', async () => {
    expect((await openOne(world)).link).toBe('consignee pull show 1');
  });

  test('base branch and record move in one push', async () => {
    const { number, headSha } = await openOne(world);
    if (!headSha) throw new Error('the branch is gone');
    const merged = await forge.pullRequests.merge(number, { expectedHead: headSha, message: 'Merge', by: bot });
    expect(merged).toEqual({ kind: 'merged', commit: await world.git.tip('refs/heads/main') });
    const record = JSON.parse(await world.git.git('show', `${ledgerRef}:1/pull-request.json`));
    expect(record).toMatchObject({ state: 'merged', mergeCommit: await world.git.tip('refs/heads/main') });
  });

  /** A forge before whose every push something else happens. */
  async function forgeThatIsLate(before: () => Promise<unknown>): Promise<Forge> {
    const options = { cacheFolder: join(world.git.folder, 'late'), name: 'apps', environment: process.env };
    const repository = await openGitRepository({ url: world.git.bare, ...options });
    const late: typeof repository = {
      ...repository,
      push: async (updates) => {
        await before();
        return repository.push(updates);
      },
    };
    world.dispose(repository);
    return createPlainGitForge(late, { clock, bot });
  }

  test('a head that moves in the last moment is not merged', async () => {
    const { number, headSha } = await openOne(world);
    if (!headSha) throw new Error('the branch is gone');
    const base = await world.git.tip('refs/heads/main');
    const late = await forgeThatIsLate(() => world.person.commit('consignee/dev/one', { late: '1' }));
    const merging = late.pullRequests.merge(number, { expectedHead: headSha, message: 'Merge', by: bot });
    expect(await merging).toEqual({ kind: 'head-moved' });
    expect(await world.git.tip('refs/heads/main')).toBe(base);
  });

  test('a base that moves in the last moment is merged into as it is then', async () => {
    const { number, headSha } = await openOne(world);
    if (!headSha) throw new Error('the branch is gone');
    let turns = 0;
    const late = await forgeThatIsLate(async () => {
      if (++turns <= 2) await world.person.commit('main', { late: `${turns}` });
    });
    const merging = late.pullRequests.merge(number, { expectedHead: headSha, message: 'Merge', by: bot });
    expect(await merging).toMatchObject({ kind: 'merged' });
    expect(turns).toBe(3);
    expect(await world.git.git('show', 'main:late')).toBe('2');
  });

  test('a base that never stands still is a failure', async () => {
    const { number, headSha } = await openOne(world);
    if (!headSha) throw new Error('the branch is gone');
    let turns = 0;
    const late = await forgeThatIsLate(() => world.person.commit('main', { late: `${++turns}` }));
    const merging = late.pullRequests.merge(number, { expectedHead: headSha, message: 'Merge', by: bot });
    await expect(merging).rejects.toMatchObject({ code: 'forge-conflict' });
  });

  test('two processes that say the same in the same moment make two comments', async () => {
    const { number } = await openOne(world);
    const moment = { now: () => new Date('2026-03-01T10:00:00Z') };
    const open = async (cache: string) => {
      const options = { cacheFolder: join(world.git.folder, cache), name: 'apps', environment: process.env };
      const repository = await openGitRepository({ url: world.git.bare, ...options });
      world.dispose(repository);
      await repository.readRefs();
      return createPlainGitForge(repository, { clock: moment, bot });
    };
    const forges = await Promise.all([open('x'), open('y')]);
    await Promise.all(forges.map((it) => it.comments.add(number, { body: '👀', by: bot })));
    expect(await forge.comments.list(number)).toHaveLength(2);
  });

  test('a squash by hand does not count as merged, for git does not know of it', async () => {
    await openOne(world);
    await world.person.squash('consignee/dev/one', 'main');
    expect((await listAll(forge))[0]?.state).toBe('open');
  });

  test('a branch that somebody set back to the base is not merged', async () => {
    await openOne(world);
    await world.person.reset('consignee/dev/one', 'main');
    expect((await listAll(forge))[0]?.state).toBe('open');
  });

  test('a base that somebody set to another history still tells what is merged', async () => {
    const { number } = await openOne(world);
    await world.person.git('checkout', '-q', '--orphan', 'fresh');
    await world.person.git('commit', '-q', '-m', 'Start over');
    await world.person.git('push', '-q', '--force', 'origin', 'fresh:main');
    expect(await listAll(forge)).toMatchObject([{ number, state: 'open' }]);
    await world.git.git('gc', '-q', '--prune=now');
    const fresh = await world.openAgain();
    expect(await listAll(fresh)).toMatchObject([{ number, state: 'open' }]);
  });

  test('a merge by hand is written down when the branch is proposed again', async () => {
    await openOne(world);
    await world.person.merge('consignee/dev/one', 'main');
    await world.person.commit('consignee/dev/one', { next: '2' });
    await forge.pullRequests.open({
      head: 'consignee/dev/one',
      base: 'main',
      title: 'Next',
      body: '',
      labels: [],
      by: bot,
    });
    const first = JSON.parse(await world.git.git('show', `${ledgerRef}:1/pull-request.json`));
    expect(first).toMatchObject({ state: 'merged', endedBy: { email: world.person.email } });
  });

  test('a mirror has them too', async () => {
    await openOne(world);
    const mirror = join(world.git.folder, 'mirror.git');
    await runGit(world.git.folder, ['clone', '-q', '--mirror', world.git.bare, mirror]);
    const options = { url: mirror, cacheFolder: join(world.git.folder, 'c'), name: 'mirror', environment: process.env };
    await using repository = await openGitRepository(options);
    expect(await listAll(createPlainGitForge(repository, { clock, bot }))).toEqual(await listAll(forge));
  });

  test.each([
    ['1/pull-request.json', '{ "state": "open"', 'it is not JSON'],
    ['1/pull-request.json', '{ "state": "ajar" }', 'state'],
    ['1/pull-request.json', undefined, undefined],
    ['1/body.md', undefined, 'it is missing'],
  ])('%s, broken by hand as %j, is named', async (path, content, problem) => {
    await openOne(world);
    await world.person.git('fetch', '-q', 'origin', ledgerRef);
    await world.person.git('checkout', '-q', '--detach', 'FETCH_HEAD');
    await world.person.git('rm', '-q', '--cached', path);
    if (content !== undefined) {
      const blob = await writeBlob(world.git, content);
      await world.person.git('update-index', '--add', '--cacheinfo', `100644,${blob},${path}`);
    }
    await world.person.git('commit', '-q', '-m', 'Break it');
    await world.person.git('push', '-q', 'origin', `HEAD:${ledgerRef}`);
    const listing = listAll(forge);
    if (problem === undefined) return expect(await listing).toEqual([]);
    await expect(listing).rejects.toMatchObject({
      code: 'configuration',
      message: expect.stringContaining(`${path} of ${ledgerRef} is broken: `),
    });
    await expect(listing).rejects.toThrow(problem);
  });

  /** Puts a file into the ledger by hand. */
  async function plant(path: string, content: string) {
    await world.person.git('fetch', '-q', 'origin', ledgerRef);
    await world.person.git('checkout', '-q', '--detach', 'FETCH_HEAD');
    const blob = await writeBlob(world.git, content);
    await world.person.git('update-index', '--add', '--cacheinfo', `100644,${blob},${path}`);
    await world.person.git('commit', '-q', '-m', 'Plant a file');
    await world.person.git('push', '-q', 'origin', `HEAD:${ledgerRef}`);
  }

  test.each([
    '1000000/pull-request.json',
    '999999999/pull-request.json',
    `${'9'.repeat(400)}/pull-request.json`,
    '1/comments/99999999999999999999999-a.json',
  ])('%s has a number out of range and is refused, with what repairs it', async (path) => {
    await openOne(world);
    const good = await world.git.tip(ledgerRef);
    await plant(path, await world.git.git('show', `${ledgerRef}:1/pull-request.json`));
    await expect(listAll(forge)).rejects.toMatchObject({
      code: 'configuration',
      message: `The pull request file ${path} of ${ledgerRef} is broken: its number is greater than 999999`,
      remedy: expect.stringContaining(`git update-ref ${ledgerRef} COMMIT`),
    });
    await world.git.git('update-ref', ledgerRef, good ?? '');
    expect(await listAll(forge)).toHaveLength(1);
  });

  test('when the numbers are used up nothing more is written', async () => {
    await openOne(world);
    const record = await world.git.git('show', `${ledgerRef}:1/pull-request.json`);
    const comment = JSON.stringify({ author: bot, createdAt: new Date().toISOString(), body: 'Last' });
    await plant('999999/pull-request.json', record.replaceAll('dev/one', 'dev/last'));
    await plant('999999/body.md', 'Last');
    await plant('1/comments/999999-a.json', comment);
    const before = await world.git.tip(ledgerRef);
    await expect(openOne(world, 'consignee/dev/two')).rejects.toThrow('999999/pull-request.json');
    await expect(forge.comments.add(1, { body: 'More', by: bot })).rejects.toThrow('1/comments/999999-a.json');
    expect(await world.git.tip(ledgerRef)).toBe(before);
  });

  test('only records that changed are read again', async () => {
    const options = { cacheFolder: join(world.git.folder, 'counted'), name: 'apps', environment: process.env };
    const repository = await openGitRepository({ url: world.git.bare, ...options });
    world.dispose(repository);
    let read = 0;
    const counted: typeof repository = {
      ...repository,
      readBlobs: (blobs) => {
        read += blobs.length;
        return repository.readBlobs(blobs);
      },
    };
    const counting = createPlainGitForge(counted, { clock, bot });
    for (const name of ['one', 'two', 'three']) {
      const { number } = await openOne(world, `consignee/dev/${name}`);
      if (name !== 'three') await forge.pullRequests.close(number, bot);
    }
    const blobsOfListing = async () => {
      read = 0;
      expect(await listAll(counting)).toEqual(await listAll(forge));
      return read;
    };
    expect(await blobsOfListing()).toBe(6);
    expect(await blobsOfListing()).toBe(0);
    await forge.pullRequests.update(3, { title: 'Other', by: bot });
    expect(await blobsOfListing()).toBe(2);
    await forge.pullRequests.update(1, { body: 'Other\n', by: bot });
    expect(await blobsOfListing()).toBe(2);
  });

  test('other files in the ref do no harm', async () => {
    const opened = await openOne(world);
    await world.person.git('fetch', '-q', 'origin', ledgerRef);
    await world.person.git('checkout', '-q', '--detach', 'FETCH_HEAD');
    const blob = await writeBlob(world.git, 'Hello');
    for (const path of ['README.md', 'x/pull-request.json', '1/notes.txt', '01/pull-request.json']) {
      await world.person.git('update-index', '--add', '--cacheinfo', `100644,${blob},${path}`);
    }
    await world.person.git('commit', '-q', '-m', 'Add files');
    await world.person.git('push', '-q', 'origin', `HEAD:${ledgerRef}`);
    expect(await listAll(forge)).toEqual([opened]);
    await forge.pullRequests.close(1, bot);
    expect(await world.git.git('ls-tree', '-r', '--name-only', ledgerRef)).toContain('1/notes.txt');
  });
});

test('a repository with SHA-256 object ids works alike', async () => {
  await using world = await plainGit(await createGitWorld({ objectFormat: 'sha256' }));
  const { number, headSha } = await openOne(world);
  if (headSha?.length !== 64) throw new Error('this is not a SHA-256 repository');
  await world.forge.comments.add(number, { body: 'Hello', by: bot });
  const merged = await world.forge.pullRequests.merge(number, { expectedHead: headSha, message: 'Merge', by: bot });
  expect(merged).toEqual({ kind: 'merged', commit: await world.git.tip('refs/heads/main') });
  expect(await listAll(world.forge)).toMatchObject([{ state: 'merged', headSha }]);
  const tree = await world.forge.writer.writeTree(headSha, [{ path: 'a', content: '1' }]);
  expect((await world.forge.content.readTree(tree)).has('a')).toBe(true);
});

/** @returns The id of a blob in the person's clone. */
async function writeBlob({ folder, person }: GitWorld, content: string): Promise<string> {
  const { writeFile } = await import('node:fs/promises');
  const file = join(folder, 'blob');
  await writeFile(file, content);
  return (await person.git('hash-object', '-w', file)).trim();
}
