import { expect, test } from 'vitest';
import type { CommitSha } from '../../src/core/repository/commit.ts';
import type { Forge } from '../../src/ports/forge.ts';
import { listAll } from '../support/list-all.ts';
import { bot, branch, type Contract, only, open, propose, readFile, tipOf } from './forge-context.ts';

export function testMerging({ context, needs }: Contract) {
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

  needs('merge compares the base')('of two merges at once on one expected base only one is made', async () => {
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

export function testMergingByPeople({ context, needs }: Contract) {
  const test = needs('merged with git');

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
