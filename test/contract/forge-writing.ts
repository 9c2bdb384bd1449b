import { expect, test } from 'vitest';
import type { CommitSha } from '../../src/core/repository/commit.ts';
import { worldFiles } from '../support/git-world.ts';
import {
  bot,
  branch,
  type Contract,
  only,
  open,
  propose,
  readFile,
  text,
  tipOf,
  writeCommit,
} from './forge-context.ts';

export function testWriting({ context }: Contract) {
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

export function testServerRefusals({ context }: Contract) {
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
