import { expect, test } from 'vitest';
import { listAll } from '../support/list-all.ts';
import { bot, branch, type Contract, only, open, openOne, propose, ready, tipOf } from './forge-context.ts';

export function testPullRequests({ context, needs }: Contract) {
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
    // A forge may refuse to open it.
    await Promise.allSettled([open(forge, { head: 'topic' })]);
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
    const forges = [forge, await ready(await world.openAgain()), await ready(await world.openAgain())];
    const opened = await Promise.all(
      Array.from({ length: 8 }, (_, index) => open(forges[index % 3] ?? forge, { title: `Attempt ${index}` })),
    );
    expect(new Set(opened.map(({ number }) => number)).size).toBe(1);
    expect((await forge.pullRequests.listOpen()).map(({ number }) => number)).toEqual([opened[0]?.number]);
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

  test('the head follows the branch', async () => {
    const { forge, world } = context();
    await propose(forge, { files: { a: '1' } });
    const opened = await open(forge);
    const headSha = await world.person.commit(branch, { b: 'by hand' });
    expect(await only(forge)).toEqual({ ...opened, headSha });
  });

  needs('open without a branch')('the head is unknown when the branch is gone', async () => {
    const { forge, world } = context();
    await propose(forge, { files: { a: '1' } });
    const opened = await open(forge);
    await world.person.deleteBranch(branch);
    expect(await only(forge)).toEqual({ ...opened, headSha: undefined });
  });

  test('open ones and those that ended are listed apart, and each is read by its number', async () => {
    const { forge } = context();
    const [first, second] = [await openOne(forge, 'consignee/dev/one'), await openOne(forge, 'consignee/dev/two')];
    await forge.pullRequests.close(second.number, bot);
    await forge.pullRequests.close(first.number, bot);
    const third = await open(forge, { head: 'consignee/dev/two' });
    expect(await forge.pullRequests.listOpen()).toEqual([third]);
    expect((await forge.pullRequests.listEnded()).map(({ number }) => number)).toEqual([first.number, second.number]);
    const [ended, ...others] = await forge.pullRequests.listEnded('consignee/dev/two');
    expect(others).toEqual([]);
    expect(await forge.pullRequests.read(second.number)).toEqual(ended);
    expect(await forge.pullRequests.read(third.number)).toEqual(third);
    expect(await forge.pullRequests.read(77)).toBeUndefined();
    expect(await forge.pullRequests.listEnded('consignee/dev/three')).toEqual([]);
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
}
