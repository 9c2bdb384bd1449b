import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { PullRequest } from '../../src/core/pull-request/pull-request.ts';
import { type CommitSha, type FileChange, parseBlobId, parseCommitSha } from '../../src/core/repository/commit.ts';
import type { Forge } from '../../src/ports/forge.ts';
import { type GitPerson, worldFiles } from '../support/git-world.ts';
import { listAll } from '../support/list-all.ts';

/** A forge with one repository whose branch `main` holds `worldFiles`, and a person who may push to it. */
export interface ForgeWorld extends AsyncDisposable {
  readonly forge: Forge;
  readonly person: GitPerson;
  /** The same repository, as another process has it. */
  openAgain(): Promise<Forge>;
  /** Has every push refused with this text. */
  refuse(text: string): Promise<void>;
}

const bot = { name: 'Consignee', email: 'consignee@example.org' };
const branch = 'consignee/dev/one';
const at = new Date('2026-03-01T10:00:00Z');

/** What the workflows rely on, for any forge. */
export function testForge(name: string, createWorld: () => Promise<ForgeWorld>): void {
  describe(name, () => {
    const context = useWorld(createWorld, { before: beforeEach, after: afterEach });
    testContent(context);
    testWriting(context);
    testServerRefusals(context);
    testPullRequests(context);
    testMerging(context);
    testMergingByPeople(context);
  });
  describe(`${name}: paths`, () => {
    // Nothing is pushed, so one world will do.
    testPaths(useWorld(createWorld, { before: beforeAll, after: afterAll }));
  });
}

type Hook = (work: () => Promise<void>) => void;

function useWorld(
  createWorld: () => Promise<ForgeWorld>,
  { before, after }: { before: Hook; after: Hook },
): () => Context {
  let world: ForgeWorld | undefined;
  before(async () => {
    world = await createWorld();
  });
  after(async () => {
    await world?.[Symbol.asyncDispose]();
  });
  return () => {
    if (!world) throw new Error('there is no world outside of a test');
    return { world, forge: world.forge };
  };
}

interface Context {
  readonly world: ForgeWorld;
  readonly forge: Forge;
}

function testContent(context: () => Context) {
  test('the base branch is read with modes and contents', async () => {
    const { forge } = context();
    const tree = await forge.content.readTree(await tipOf(forge, 'main'));
    expect([...tree.keys()].sort()).toEqual(['README.md', 'apps/one.yaml', 'apps/two.yaml', 'link', 'script.sh']);
    expect(tree.get('script.sh')?.mode).toBe('100755');
    expect(tree.get('link')?.mode).toBe('120000');
    expect(await readFile(forge, 'main', 'apps/one.yaml')).toBe(worldFiles['apps/one.yaml']);
  });

  test("a person's commit is seen by the next reading of the refs", async () => {
    const { forge, world } = context();
    await forge.content.readRefs();
    const sha = await world.person.commit('main', { 'apps/three.yaml': 'name: three\n' });
    expect(await tipOf(forge, 'main')).toBe(sha);
    expect(await readFile(forge, 'main', 'apps/three.yaml')).toBe('name: three\n');
  });

  test('commits are read newest first, within their range and their path', async () => {
    const { forge, world } = context();
    const first = await tipOf(forge, 'main');
    const second = await world.person.commit('main', { 'apps/one.yaml': 'name: one\nreplicas: 2\n' });
    const third = await world.person.commit('main', { 'apps/two.yaml': 'name: two\nreplicas: 3\n' });
    await forge.content.readRefs();
    const shas = async (range: Parameters<Forge['content']['readCommits']>[0]) =>
      (await forge.content.readCommits(range)).map(({ sha }) => sha);
    expect(await shas({ to: third, limit: 10 })).toEqual([third, second, first]);
    expect(await shas({ to: third, limit: 2 })).toEqual([third, second]);
    expect(await shas({ from: first, to: third, limit: 10 })).toEqual([third, second]);
    expect(await shas({ to: third, limit: 10, path: 'apps/one.yaml' })).toEqual([second, first]);
    const [commit] = await forge.content.readCommits({ to: third, limit: 1 });
    expect(commit).toMatchObject({
      parents: [second],
      author: { name: world.person.name, email: world.person.email },
      message: 'Change apps/two.yaml\n',
    });
  });

  test('ancestry is told in the one direction only', async () => {
    const { forge, world } = context();
    const old = await tipOf(forge, 'main');
    const young = await world.person.commit('main', { a: 'a' });
    await forge.content.readRefs();
    expect(await forge.content.isAncestor(old, young)).toBe(true);
    expect(await forge.content.isAncestor(young, old)).toBe(false);
    expect(await forge.content.isAncestor(old, old)).toBe(true);
  });

  test('a diff shows what changed, and whole object ids', async () => {
    const { forge } = context();
    const { base, sha } = await propose(forge, { files: { 'apps/one.yaml': 'name: one\nreplicas: 2\n' } });
    const diff = await forge.content.diff(base, sha);
    expect(diff).toContain('--- a/apps/one.yaml\n+++ b/apps/one.yaml\n');
    expect(diff).toContain('-replicas: 1\n+replicas: 2\n');
    expect(diff).toMatch(/^index [0-9a-f]{40,64}\.\.[0-9a-f]{40,64} 100644$/m);
    expect(await forge.content.diff(sha, sha)).toBe('');
  });

  test('a blob that is not there is left out', async () => {
    const { forge } = context();
    const tree = await forge.content.readTree(await tipOf(forge, 'main'));
    const present = tree.get('README.md')?.blob;
    const absent = parseBlobId('1'.repeat(present?.length ?? 0));
    if (!present || !absent) throw new Error('the tree has no README.md');
    expect([...(await forge.content.readBlobs([present, absent])).keys()]).toEqual([present]);
  });
}

function testWriting(context: () => Context) {
  test('a branch is created once: whoever expects none and wants another commit is late', async () => {
    const { forge } = context();
    const first = await propose(forge, { files: { a: '1' } });
    expect(first.pushed).toBe('pushed');
    const other = await propose(forge, { files: { a: '2' }, expect: undefined });
    expect(other.pushed).toBe('stale');
    expect(await tipOf(forge, branch)).toBe(first.sha);
  });

  test('pushing what is there already is no mistake, so that a lost answer does no harm', async () => {
    const { forge } = context();
    const first = await propose(forge, { files: { a: '1' } });
    const again = await propose(forge, { files: { a: '1' }, expect: undefined });
    expect(again).toEqual(first);
  });

  test('a branch moves only from where it is expected', async () => {
    const { forge, world } = context();
    const { sha } = await propose(forge, { files: { a: '1' } });
    const foreign = await world.person.commit(branch, { b: 'by hand' });
    expect((await propose(forge, { files: { a: '2' }, expect: sha })).pushed).toBe('stale');
    expect(await tipOf(forge, branch)).toBe(foreign);
    expect((await propose(forge, { files: { a: '2' }, expect: foreign })).pushed).toBe('pushed');
  });

  test('a branch that was read afresh in between is still not overwritten', async () => {
    const { forge, world } = context();
    const { sha } = await propose(forge, { files: { a: '1' } });
    const foreign = await world.person.commit(branch, { b: 'by hand' });
    await forge.content.readRefs();
    expect((await propose(forge, { files: { a: '2' }, expect: sha })).pushed).toBe('stale');
    expect(await tipOf(forge, branch)).toBe(foreign);
  });

  test('of several refs all move or none', async () => {
    const { forge, world } = context();
    const base = await tipOf(forge, 'main');
    const sha = await writeCommit(forge, base, { a: '1' });
    await world.person.commit('main', { b: 'meanwhile' });
    const updates = [
      { ref: `refs/heads/${branch}`, expect: undefined, to: sha },
      { ref: 'refs/heads/main', expect: base, to: sha },
    ];
    expect(await forge.writer.push(updates)).toBe('stale');
    expect((await forge.content.readRefs()).has(`refs/heads/${branch}`)).toBe(false);
  });

  test('a branch is deleted only from where it is expected', async () => {
    const { forge } = context();
    const { base, sha } = await propose(forge, { files: { a: '1' } });
    const remove = (expected: CommitSha) =>
      forge.writer.push([{ ref: `refs/heads/${branch}`, expect: expected, to: undefined }]);
    expect(await remove(base)).toBe('stale');
    expect(await remove(sha)).toBe('pushed');
    expect((await forge.content.readRefs()).has(`refs/heads/${branch}`)).toBe(false);
  });

  test('of racing writers one wins, and the others know that they did not', async () => {
    const { forge, world } = context();
    const forges = [forge, await world.openAgain(), await world.openAgain()];
    const proposals = await Promise.all(forges.map((it, index) => propose(it, { files: { a: `by ${index}` } })));
    const winners = proposals.filter(({ pushed }) => pushed === 'pushed');
    expect(winners).toHaveLength(1);
    expect(await tipOf(forge, branch)).toBe(winners[0]?.sha);
  });

  test('a tree without changes is the tree that was there', async () => {
    const { forge } = context();
    const base = await tipOf(forge, 'main');
    const [commit] = await forge.content.readCommits({ to: base, limit: 1 });
    expect(await forge.writer.writeTree(base, [])).toBe(commit?.tree);
    const same = Object.entries(worldFiles).map(([path, content]) => ({ path, content }));
    expect(await forge.writer.writeTree(base, same)).toBe(commit?.tree);
    expect(await forge.writer.writeTree(base, [{ path: 'not/there', content: undefined }])).toBe(commit?.tree);
  });

  test('the same commit has the same id, wherever and whenever it is written', async () => {
    const { forge, world } = context();
    const base = await tipOf(forge, 'main');
    const other = await world.openAgain();
    await other.content.readRefs();
    expect(await writeCommit(other, base, { a: '1' })).toBe(await writeCommit(forge, base, { a: '1' }));
  });

  test('files are added, changed and removed, and all others stay as they are, modes and links included', async () => {
    const { forge } = context();
    const before = await forge.content.readTree(await tipOf(forge, 'main'));
    const { sha } = await propose(forge, {
      files: { 'apps/deep/er/new.yaml': 'ä: ✓\n', 'script.sh': '#!/bin/sh\n', 'apps/two.yaml': undefined },
    });
    const after = await forge.content.readTree(sha);
    expect([...after.keys()].sort()).toEqual([
      'README.md',
      'apps/deep/er/new.yaml',
      'apps/one.yaml',
      'link',
      'script.sh',
    ]);
    expect(after.get('script.sh')?.mode).toBe('100755');
    expect(after.get('apps/deep/er/new.yaml')?.mode).toBe('100644');
    for (const path of ['README.md', 'apps/one.yaml', 'link']) expect(after.get(path)).toEqual(before.get(path));
    expect(await readFile(forge, branch, 'apps/deep/er/new.yaml')).toBe('ä: ✓\n');
  });

  test('a thousand files go in one commit', async () => {
    const { forge } = context();
    const files = Object.fromEntries(
      Array.from({ length: 1000 }, (_, index) => [`many/${index % 30}/${index}`, `${index}\n`]),
    );
    const { sha } = await propose(forge, { files });
    const tree = await forge.content.readTree(sha);
    expect(tree.size).toBe(1005);
    const contents = await forge.content.readBlobs(
      [...tree].flatMap(([path, { blob }]) => (path in files ? [blob] : [])),
    );
    expect([...contents.values()].map((it) => Number(text(it))).sort((a, b) => a - b)).toEqual([...Array(1000).keys()]);
  });

  test.each([
    ['depth', 'consignee/production-eu/payments'],
    ['a hundred characters', `consignee/dev/${'long-'.repeat(18)}name`.slice(0, 100)],
    ['dots and digits', 'consignee/v1.2/app-2.0'],
  ])('a branch name may have %s', async (_, name) => {
    const { forge } = context();
    const { sha } = await propose(forge, { branch: name, files: { a: '1' } });
    expect(await tipOf(forge, name)).toBe(sha);
    const pullRequest = await open(forge, { head: name });
    expect(pullRequest).toMatchObject({ head: name, headSha: sha });
  });
}

function testPaths(context: () => Context) {
  test.each([
    '../outside',
    'apps/../../outside',
    '/etc/passwd',
    '.git/config',
    'apps/.GIT/hooks/pre-commit',
    '.git',
    '.g\u200cit/config',
    'git~1/config',
    '.git /config',
    '.git::$INDEX_ALLOCATION/config',
    'apps\\one.yaml',
    'C:/windows',
    'apps//one.yaml',
    'apps/./one.yaml',
    'apps/one.yaml/',
    'nul\0byte',
    'line\nend',
    '',
    'link',
    'link/below',
    'README.md/below',
    'apps',
  ])('the path %j is refused', async (path) => {
    const { forge } = context();
    const base = await tipOf(forge, 'main');
    const writing = forge.writer.writeTree(base, [{ path, content: 'x' }]);
    await expect(writing).rejects.toMatchObject({ name: 'Failure', code: 'forge-denied' });
  });

  test.each(['link', 'link/below', '../outside'])('removing %j is refused as well', async (path) => {
    const { forge } = context();
    const removing = forge.writer.writeTree(await tipOf(forge, 'main'), [{ path, content: undefined }]);
    await expect(removing).rejects.toMatchObject({ name: 'Failure', code: 'forge-denied' });
  });

  test('a file may make room for a folder of its name when it is removed with the same change', async () => {
    const { forge } = context();
    const changes = [
      { path: 'README.md', content: undefined },
      { path: 'README.md/part-1', content: '1' },
    ];
    const tree = await forge.writer.writeTree(await tipOf(forge, 'main'), changes);
    expect((await forge.content.readTree(tree)).has('README.md/part-1')).toBe(true);
  });

  test('a file and a folder of one name are refused in one change', async () => {
    const { forge } = context();
    const changes = [
      { path: 'new', content: '1' },
      { path: 'new/below', content: '2' },
    ];
    const writing = forge.writer.writeTree(await tipOf(forge, 'main'), changes);
    await expect(writing).rejects.toMatchObject({ code: 'forge-denied' });
  });
}

function testServerRefusals(context: () => Context) {
  test('what the server says when it refuses a push reaches people', async () => {
    const { forge, world } = context();
    const base = await tipOf(forge, 'main');
    await world.refuse('frozen until Monday');
    const sha = await writeCommit(forge, base, { a: '1' });
    const pushing = forge.writer.push([{ ref: `refs/heads/${branch}`, expect: undefined, to: sha }]);
    await expect(pushing).rejects.toMatchObject({
      name: 'Failure',
      code: 'forge-denied',
      message: expect.stringContaining('frozen until Monday'),
    });
    expect((await forge.content.readRefs()).has(`refs/heads/${branch}`)).toBe(false);
  });

  test('a refused merge is a failure and leaves the pull request open', async () => {
    const { forge, world } = context();
    const { sha } = await propose(forge, { files: { a: '1' } });
    const { number } = await open(forge);
    await world.refuse('frozen until Monday');
    const merging = forge.pullRequests.merge(number, { expectedHead: sha, message: 'Merge', by: bot });
    await expect(merging).rejects.toMatchObject({ code: 'forge-denied' });
    expect(await only(forge)).toMatchObject({ state: 'open' });
  });
}

function testPullRequests(context: () => Context) {
  test('a repository without pull requests has none', async () => {
    expect(await listAll(context().forge)).toEqual([]);
  });

  test('an opened pull request is listed as it was opened', async () => {
    const { forge } = context();
    const { sha } = await propose(forge, { files: { a: '1' } });
    const opened = await open(forge, {
      title: 'dev/one 1.0 → 1.1',
      body: 'What *changes*.\n\n✓\n',
      labels: ['b', 'a'],
    });
    expect(opened).toMatchObject({
      state: 'open',
      head: branch,
      headSha: sha,
      base: 'main',
      title: 'dev/one 1.0 → 1.1',
      body: 'What *changes*.\n\n✓\n',
      endedBy: undefined,
      mergeCommit: undefined,
      link: expect.stringMatching(/./),
    });
    expect([...opened.labels].sort()).toEqual(['a', 'b']);
    expect(await listAll(forge)).toEqual([opened]);
  });

  test('pull requests of other branches than ours are not listed', async () => {
    const { forge } = context();
    await propose(forge, { branch: 'topic', files: { a: '1' } });
    await open(forge, { head: 'topic' });
    expect(await listAll(forge)).toEqual([]);
  });

  test('opening again gives the one that is open, as it is', async () => {
    const { forge } = context();
    await propose(forge, { files: { a: '1' } });
    const first = await open(forge, { title: 'First' });
    expect(await open(forge, { title: 'Second' })).toEqual(first);
    expect(await listAll(forge)).toHaveLength(1);
  });

  test('opened eight times at once, by three processes, there is one', async () => {
    const { forge, world } = context();
    await propose(forge, { files: { a: '1' } });
    const forges = [forge, await world.openAgain(), await world.openAgain()];
    const opened = await Promise.all(
      Array.from({ length: 8 }, (_, index) => open(forges[index % 3] ?? forge, { title: `Attempt ${index}` })),
    );
    expect(new Set(opened.map(({ number }) => number)).size).toBe(1);
    expect(await listAll(forge)).toHaveLength(1);
  });

  test('pull requests of several branches have numbers of their own, opened at once too', async () => {
    const { forge, world } = context();
    const branches = ['consignee/dev/a', 'consignee/dev/b', 'consignee/prod/a'];
    for (const name of branches) await propose(forge, { branch: name, files: { [name]: '1' } });
    const forges = [forge, await world.openAgain()];
    await Promise.all(branches.map((head, index) => open(forges[index % 2] ?? forge, { head })));
    const listed = await listAll(forge);
    expect(new Set(listed.map(({ number }) => number)).size).toBe(3);
    expect(listed.map(({ head }) => head).sort()).toEqual(branches);
  });

  test('a branch that is not there cannot be proposed', async () => {
    const { forge } = context();
    await expect(open(forge)).rejects.toMatchObject({ code: 'forge-conflict' });
    expect(await listAll(forge)).toEqual([]);
  });

  test('a branch without anything new cannot be proposed', async () => {
    const { forge } = context();
    const main = await tipOf(forge, 'main');
    await forge.writer.push([{ ref: `refs/heads/${branch}`, expect: undefined, to: main }]);
    await expect(open(forge)).rejects.toMatchObject({ code: 'forge-conflict' });
  });

  test('title, body and labels change alone, the rest stays', async () => {
    const { forge } = context();
    await propose(forge, { files: { a: '1' } });
    const opened = await open(forge, { title: 'Old', body: 'old', labels: ['old'] });
    const change = (wanted: {
      title?: string;
      body?: string;
      addLabels?: readonly string[];
      removeLabels?: readonly string[];
    }) => forge.pullRequests.update(opened.number, { ...wanted, by: bot });
    expect(await change({ title: 'New' })).toEqual({ ...opened, title: 'New' });
    expect(await change({ body: 'new' })).toEqual({ ...opened, title: 'New', body: 'new' });
    const last = await change({ addLabels: ['new'], removeLabels: ['old'] });
    expect(last).toEqual({ ...opened, title: 'New', body: 'new', labels: ['new'] });
    expect(await listAll(forge)).toEqual([last]);
  });

  test('the head follows the branch, and is unknown when the branch is gone', async () => {
    const { forge, world } = context();
    await propose(forge, { files: { a: '1' } });
    const opened = await open(forge);
    const headSha = await world.person.commit(branch, { b: 'by hand' });
    expect(await only(forge)).toEqual({ ...opened, headSha });
    await world.person.deleteBranch(branch);
    expect(await only(forge)).toMatchObject({ number: opened.number, title: opened.title, headSha: undefined });
  });

  test('a closed pull request says who closed it and keeps its head, and closing again changes nothing', async () => {
    const { forge, world } = context();
    const { sha } = await propose(forge, { files: { a: '1' } });
    const { number } = await open(forge);
    const closed = await forge.pullRequests.close(number, bot);
    expect(closed).toMatchObject({ state: 'closed', headSha: sha, endedBy: await forge.people.self() });
    expect(await forge.pullRequests.close(number, { name: 'Other', email: 'other@example.org' })).toEqual(closed);
    await world.person.deleteBranch(branch);
    expect(await only(forge)).toEqual(closed);
  });

  test('after one was closed the branch can be proposed again', async () => {
    const { forge } = context();
    await propose(forge, { files: { a: '1' } });
    const first = await open(forge);
    await forge.pullRequests.close(first.number, bot);
    const second = await open(forge);
    expect(second.number).not.toBe(first.number);
    expect((await listAll(forge)).map(({ state }) => state).sort()).toEqual(['closed', 'open']);
  });

  test('a number that does not exist is a failure', async () => {
    const { forge } = context();
    await expect(forge.pullRequests.close(77, bot)).rejects.toMatchObject({ name: 'Failure' });
    await expect(forge.comments.list(77)).rejects.toMatchObject({ name: 'Failure' });
  });

  test('comments are listed in the order they were made, by everybody', async () => {
    const { forge, world } = context();
    await propose(forge, { files: { a: '1' } });
    const { number } = await open(forge);
    expect(await forge.comments.list(number)).toEqual([]);
    const other = await world.openAgain();
    for (let index = 1; index <= 3; index++) {
      await (index % 2 ? forge : other).comments.add(number, { body: `Comment ${index}\n`, by: bot });
    }
    const comments = await forge.comments.list(number);
    expect(comments.map(({ body }) => body.trim())).toEqual(['Comment 1', 'Comment 2', 'Comment 3']);
    expect(new Set(comments.map(({ id }) => id)).size).toBe(3);
    expect(comments[0]?.author).toEqual(await forge.people.self());
  });

  test('comments made at once all arrive, also when they say the same', async () => {
    const { forge, world } = context();
    await propose(forge, { files: { a: '1' } });
    const { number } = await open(forge);
    const forges = [forge, await world.openAgain()];
    await Promise.all(
      Array.from({ length: 4 }, (_, index) =>
        (forges[index % 2] ?? forge).comments.add(number, { body: '👀', by: bot }),
      ),
    );
    expect(await forge.comments.list(number)).toHaveLength(4);
  });
}

function testMerging(context: () => Context) {
  const merge = (forge: Forge, number: number, expectedHead: CommitSha, expectedBase?: CommitSha) =>
    forge.pullRequests.merge(number, {
      expectedHead,
      expectedBase,
      message: 'Merge dev/one 1.1\n\nComponent-Digest: abc\n',
      by: bot,
    });

  test('merging makes a merge commit of the base and the expected head', async () => {
    const { forge } = context();
    const { base, sha } = await propose(forge, { files: { a: '1' } });
    const { number } = await open(forge);
    const merged = await merge(forge, number, sha);
    const tip = await tipOf(forge, 'main');
    expect(merged).toEqual({ kind: 'merged', commit: tip });
    const [commit] = await forge.content.readCommits({ to: tip, limit: 1 });
    expect(commit?.parents).toEqual([base, sha]);
    expect(commit?.message).toContain('Component-Digest: abc');
    expect(await readFile(forge, 'main', 'a')).toBe('1');
    expect(await only(forge)).toMatchObject({
      state: 'merged',
      headSha: sha,
      mergeCommit: tip,
      endedBy: await forge.people.self(),
    });
  });

  test('merging again at the same head is done already, at another one it is not', async () => {
    const { forge } = context();
    const { base, sha } = await propose(forge, { files: { a: '1' } });
    const { number } = await open(forge);
    const merged = await merge(forge, number, sha);
    expect(await merge(forge, number, sha)).toEqual(merged);
    expect(await merge(forge, number, base)).toEqual({ kind: 'head-moved' });
    expect(await tipOf(forge, 'main')).toBe(merged.kind === 'merged' ? merged.commit : '');
  });

  test('a head that moved is not merged', async () => {
    const { forge, world } = context();
    const { base, sha } = await propose(forge, { files: { a: '1' } });
    const { number } = await open(forge);
    await world.person.commit(branch, { b: 'by hand' });
    expect(await merge(forge, number, sha)).toEqual({ kind: 'head-moved' });
    expect(await tipOf(forge, 'main')).toBe(base);
    expect(await only(forge)).toMatchObject({ state: 'open' });
  });

  test('a base that moved is merged into as it is now', async () => {
    const { forge, world } = context();
    const { sha } = await propose(forge, { files: { a: '1' } });
    const { number } = await open(forge);
    const moved = await world.person.commit('main', { b: 'meanwhile' });
    const merged = await merge(forge, number, sha);
    expect(merged.kind).toBe('merged');
    const [commit] = await forge.content.readCommits({ to: await tipOf(forge, 'main'), limit: 1 });
    expect(commit?.parents).toEqual([moved, sha]);
    expect(await readFile(forge, 'main', 'b')).toBe('meanwhile');
  });

  test('a base that is expected elsewhere is not merged into', async () => {
    const { forge, world } = context();
    const { base, sha } = await propose(forge, { files: { a: '1' } });
    const { number } = await open(forge);
    const moved = await world.person.commit('main', { b: 'meanwhile' });
    expect(await merge(forge, number, sha, base)).toEqual({ kind: 'base-moved' });
    expect(await tipOf(forge, 'main')).toBe(moved);
    expect(await only(forge)).toMatchObject({ state: 'open' });
    expect(await merge(forge, number, sha, moved)).toMatchObject({ kind: 'merged' });
    expect(await merge(forge, number, sha, moved), 'it was merged at that head before').toMatchObject({
      kind: 'merged',
    });
  });

  test('of two merges at once on one expected base only one is made', async () => {
    const { forge, world } = context();
    const forges = [forge, await world.openAgain()];
    const ready: { number: number; sha: CommitSha }[] = [];
    for (const head of ['consignee/dev/a', 'consignee/dev/b']) {
      const { sha } = await propose(forge, { branch: head, files: { [`${head}.yaml`]: '1' } });
      ready.push({ sha, number: (await open(forge, { head })).number });
    }
    const base = await tipOf(forge, 'main');
    const merged = await Promise.all(
      ready.map(({ number, sha }, index) => merge(forges[index] ?? forge, number, sha, base)),
    );
    expect(merged.map(({ kind }) => kind).sort()).toEqual(['base-moved', 'merged']);
    const [commit] = await forge.content.readCommits({ to: await tipOf(forge, 'main'), limit: 1 });
    expect(commit?.parents[0]).toBe(base);
  });

  test('merges of several pull requests at once all arrive', async () => {
    const { forge, world } = context();
    const forges = [forge, await world.openAgain(), await world.openAgain()];
    const heads = ['consignee/dev/a', 'consignee/dev/b', 'consignee/dev/c'];
    const ready: { number: number; sha: CommitSha }[] = [];
    for (const head of heads) {
      const { sha } = await propose(forge, { branch: head, files: { [`${head}.yaml`]: '1' } });
      ready.push({ sha, number: (await open(forge, { head })).number });
    }
    const merged = await Promise.all(ready.map(({ number, sha }, index) => merge(forges[index] ?? forge, number, sha)));
    expect(merged.map(({ kind }) => kind)).toEqual(['merged', 'merged', 'merged']);
    const tree = await forge.content.readTree(await tipOf(forge, 'main'));
    for (const head of heads) expect(tree.has(`${head}.yaml`)).toBe(true);
  });

  test('a conflict is told with its paths and changes nothing', async () => {
    const { forge, world } = context();
    const { sha } = await propose(forge, { files: { 'apps/one.yaml': 'name: one\nreplicas: 2\n' } });
    const { number } = await open(forge);
    const base = await world.person.commit('main', { 'apps/one.yaml': 'name: one\nreplicas: 5\n' });
    expect(await merge(forge, number, sha)).toEqual({ kind: 'conflict' });
    expect(await tipOf(forge, 'main')).toBe(base);
    expect(await only(forge)).toMatchObject({ state: 'open' });
    expect(await forge.content.mergeTrees(base, sha)).toEqual({ kind: 'conflict', paths: ['apps/one.yaml'] });
  });

  test('what is closed is not merged', async () => {
    const { forge } = context();
    const { base, sha } = await propose(forge, { files: { a: '1' } });
    const { number } = await open(forge);
    await forge.pullRequests.close(number, bot);
    expect(await merge(forge, number, sha)).toEqual({ kind: 'closed' });
    expect(await tipOf(forge, 'main')).toBe(base);
  });

  test('what is merged is not closed', async () => {
    const { forge } = context();
    const { sha } = await propose(forge, { files: { a: '1' } });
    const { number } = await open(forge);
    await merge(forge, number, sha);
    expect(await forge.pullRequests.close(number, bot)).toMatchObject({ state: 'merged' });
  });
}

function testMergingByPeople(context: () => Context) {
  test("a person's own merge counts as merged, and by whom", async () => {
    const { forge, world } = context();
    const { sha } = await propose(forge, { files: { a: '1' } });
    const { number } = await open(forge);
    await world.person.commit('main', { earlier: 'work' });
    const mergeCommit = await world.person.merge(branch, 'main');
    await world.person.commit('main', { later: 'work' });
    expect(await only(forge)).toMatchObject({
      state: 'merged',
      headSha: sha,
      mergeCommit,
      endedBy: { id: expect.stringMatching(/./) },
    });
    const again = await forge.pullRequests.merge(number, { expectedHead: sha, message: 'Merge', by: bot });
    expect(again).toEqual({ kind: 'merged', commit: mergeCommit });
  });

  test("a person's fast-forward counts as merged", async () => {
    const { forge, world } = context();
    const { sha } = await propose(forge, { files: { a: '1' } });
    await open(forge);
    await world.person.fastForward(branch, 'main');
    expect(await only(forge)).toMatchObject({ state: 'merged', headSha: sha, mergeCommit: sha });
  });

  test('who made the fast-forward is not known, even when the head itself is a merge', async () => {
    const { forge, world } = context();
    await propose(forge, { files: { a: '1' } });
    await open(forge);
    await world.person.commit('main', { b: 'meanwhile' });
    const headSha = await world.person.merge('main', branch);
    await world.person.fastForward(branch, 'main');
    expect(await only(forge)).toMatchObject({ state: 'merged', headSha, endedBy: undefined });
  });

  test('a merge counts when the branch was deleted with it', async () => {
    const { forge, world } = context();
    const { sha } = await propose(forge, { files: { a: '1' } });
    await open(forge);
    await world.person.merge(branch, 'main');
    await world.person.deleteBranch(branch);
    expect(await only(forge)).toMatchObject({ state: 'merged', headSha: sha });
  });

  test("a person's commit on the branch, merged with it, counts as merged at that head", async () => {
    const { forge, world } = context();
    const { sha } = await propose(forge, { files: { a: '1' } });
    const { number } = await open(forge);
    const headSha = await world.person.commit(branch, { b: 'by hand' });
    await world.person.merge(branch, 'main');
    expect(await only(forge)).toMatchObject({ state: 'merged', headSha });
    const merging = await forge.pullRequests.merge(number, { expectedHead: sha, message: 'Merge', by: bot });
    expect(merging).toEqual({ kind: 'head-moved' });
  });

  test('the next proposal on the branch is another pull request, and the merged one stays merged', async () => {
    const { forge, world } = context();
    const { sha } = await propose(forge, { files: { a: '1' } });
    const first = await open(forge);
    await world.person.merge(branch, 'main');
    await propose(forge, { files: { a: '2' }, expect: sha });
    expect(await only(forge)).toMatchObject({ number: first.number, state: 'merged', headSha: sha });
    const second = await open(forge);
    const listed = await listAll(forge);
    expect(listed.map(({ number, state }) => ({ number, state }))).toEqual([
      { number: first.number, state: 'merged' },
      { number: second.number, state: 'open' },
    ]);
  });
}

/** Makes a commit on top of `main` and moves the branch to it. */
async function propose(
  forge: Forge,
  { branch: name = branch, files, expect: expected }: Proposal,
): Promise<{ base: CommitSha; sha: CommitSha; pushed: 'pushed' | 'stale' }> {
  const base = await tipOf(forge, 'main');
  const sha = await writeCommit(forge, base, files);
  const pushed = await forge.writer.push([{ ref: `refs/heads/${name}`, expect: expected, to: sha }]);
  return { base, sha, pushed };
}

interface Proposal {
  readonly branch?: string;
  readonly files: Readonly<Record<string, string | undefined>>;
  readonly expect?: CommitSha | undefined;
}

async function writeCommit(forge: Forge, base: CommitSha, files: Proposal['files']): Promise<CommitSha> {
  const changes: readonly FileChange[] = Object.entries(files).map(([path, content]) => ({ path, content }));
  const tree = await forge.writer.writeTree(base, changes);
  return forge.writer.writeCommit({ tree, parents: [base], message: 'Propose\n', author: bot, at });
}

function open(forge: Forge, request: Partial<Parameters<Forge['pullRequests']['open']>[0]> = {}): Promise<PullRequest> {
  return forge.pullRequests.open({
    head: branch,
    base: 'main',
    title: 'Title',
    body: 'Body',
    labels: [],
    by: bot,
    ...request,
  });
}

async function only(forge: Forge): Promise<PullRequest | undefined> {
  const all = await listAll(forge);
  expect(all).toHaveLength(1);
  return all[0];
}

async function tipOf(forge: Forge, name: string): Promise<CommitSha> {
  const tip = parseCommitSha((await forge.content.readRefs()).get(`refs/heads/${name}`) ?? '');
  if (!tip) throw new Error(`there is no branch ${name}`);
  return tip;
}

async function readFile(forge: Forge, name: string, path: string): Promise<string | undefined> {
  const blob = (await forge.content.readTree(await tipOf(forge, name))).get(path)?.blob;
  const bytes = blob && (await forge.content.readBlobs([blob])).get(blob);
  return bytes && text(bytes);
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString();
}
