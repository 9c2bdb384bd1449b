import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CommitSha } from '../../../src/core/repository/commit.ts';
import type { GiteaFault } from '../../support/gitea-stand-in-faults.ts';
import { createStandInWorld, type StandInWorld } from '../../support/gitea-worlds.ts';

const by = { name: 'Consignee', email: 'consignee@example.org' };
const head = 'consignee/dev/podinfo';
const at = new Date('2026-03-01T12:00:00Z');

let world: StandInWorld;
beforeEach(async () => {
  world = await createStandInWorld({ writeSeconds: 3 });
});
afterEach(() => world[Symbol.asyncDispose]());

/** The server does what it is asked, and its answer is lost. */
const lost: readonly GiteaFault[] = ['error-500-after', 'reset-after'];
/** The server does nothing, and does not say so. */
const dropped: readonly GiteaFault[] = ['error-500-before', 'reset-before', 'html-200'];

async function propose(file = 'a'): Promise<CommitSha> {
  const { writer, content } = world.forge;
  const refs = await content.readRefs();
  const base = refs.get('refs/heads/main');
  if (!base) throw new Error('there is no main');
  const tree = await writer.writeTree(base, [{ path: file, content: file }]);
  const sha = await writer.writeCommit({ tree, parents: [base], message: 'Propose\n', author: by, at });
  await writer.push([{ ref: `refs/heads/${head}`, expect: refs.get(`refs/heads/${head}`), to: sha }]);
  return sha;
}

const open = () =>
  world.forge.pullRequests.open({ head, base: 'main', title: 'Title', body: 'Body', labels: ['one'], by });

const sent = (pattern: RegExp) => world.standIn.requests.filter((it) => pattern.test(it)).length;

describe.each(lost)('when the answer is lost (%s)', (fault) => {
  test('a pull request is opened once', async () => {
    await propose();
    world.standIn.faults.add({ method: 'POST', path: /\/pulls$/, fault, times: 1 });
    const opened = await open();
    expect(await world.forge.pullRequests.listOpen()).toMatchObject([{ number: opened.number, labels: ['one'] }]);
    expect(sent(/^POST .*\/pulls$/)).toBe(1);
    expect(world.standIn.counts().pullRequests).toBe(1);
  });

  test('it is merged once, and known to be merged', async () => {
    const sha = await propose();
    const { number } = await open();
    world.standIn.faults.add({ method: 'POST', path: /\/merge$/, fault, times: 1 });
    const merging = await world.forge.pullRequests.merge(number, { expectedHead: sha, message: 'Merge', by });
    expect(merging).toMatchObject({ kind: 'merged' });
    expect(sent(/^POST .*\/merge$/)).toBe(1);
  });

  test('it is changed and closed', async () => {
    await propose();
    const { number } = await open();
    world.standIn.faults.add({ method: 'PATCH', path: /\/pulls\/\d+$/, fault });
    const { pullRequests } = world.forge;
    expect(await pullRequests.update(number, { title: 'Other', by })).toMatchObject({ title: 'Other' });
    expect(await pullRequests.close(number, by)).toMatchObject({ state: 'closed' });
    expect(sent(/^PATCH /)).toBe(2);
  });

  test('a comment is made once', async () => {
    await propose();
    const { number } = await open();
    world.standIn.faults.add({ method: 'POST', path: /\/comments$/, fault });
    const said = await world.forge.comments.add(number, { body: 'Hello', by });
    await world.forge.comments.ensure(number, { key: 'a', body: 'Kept', by });
    expect(await world.forge.comments.list(number)).toMatchObject([said, { body: expect.stringMatching(/^Kept/) }]);
    expect(world.standIn.counts().comments).toBe(2);
  });

  test('a check and an issue are made once', async () => {
    const sha = await propose();
    world.standIn.faults.add({ method: 'POST', path: /\/(?:statuses\/.*|issues)$/, fault });
    const check = { context: 'consignee/verified', state: 'success', description: 'fine' } as const;
    await world.forge.checks?.set(sha, check);
    expect(await world.forge.checks?.list(sha)).toMatchObject([check]);
    const issue = await world.forge.issues?.ensure({ key: 'a', title: 'T', body: 'B' });
    expect(await world.forge.issues?.listOpen()).toEqual([issue]);
    expect(world.standIn.counts().issues).toBe(1);
  });
});

describe.each(dropped)('when nothing was done and nobody says so (%s)', (fault) => {
  test('nothing is sent twice, and all of it is a failure that may pass', async () => {
    const sha = await propose();
    const { pullRequests, comments, checks, issues } = world.forge;
    const { number } = await open();
    const counts = world.standIn.counts();
    world.standIn.faults.add({ method: 'POST', path: /\/(?:merge|comments|statuses\/.*|issues)$/, fault });
    world.standIn.faults.add({ method: 'PATCH', path: /./, fault });
    const unreachable = { code: 'forge-unreachable' };
    const merge = { expectedHead: sha, message: 'Merge', by };
    await expect(pullRequests.merge(number, merge)).rejects.toMatchObject(unreachable);
    await expect(pullRequests.update(number, { body: 'Other', by })).rejects.toMatchObject(unreachable);
    await expect(pullRequests.close(number, by)).rejects.toMatchObject(unreachable);
    await expect(comments.add(number, { body: 'Hello', by })).rejects.toMatchObject(unreachable);
    const check = { context: 'a', state: 'pending', description: '' } as const;
    await expect(checks?.set(sha, check)).rejects.toMatchObject(unreachable);
    await expect(issues?.ensure({ key: 'a', title: 'T', body: 'B' })).rejects.toMatchObject(unreachable);
    expect(sent(/^POST .*\/merge$/)).toBe(1);
    expect(sent(/^POST .*\/comments$/)).toBe(1);
    expect(sent(/^PATCH /)).toBe(2);
    expect(world.standIn.counts()).toEqual(counts);
  });
});

describe('a merge that is refused', () => {
  test.each([
    ['Does not have enough approvals', 1],
    ['Not all required status checks successful', 1],
    ['User not allowed to merge PR', 1],
    ['Please try again later', 6],
  ])('with "%s" is waited for, in the words of the forge', async (message, times) => {
    const sha = await propose();
    const { number } = await open();
    world.standIn.faults.add({ method: 'POST', path: /\/merge$/, fault: { status: 405, message } });
    const merging = await world.forge.pullRequests.merge(number, { expectedHead: sha, message: 'Merge', by });
    expect(merging).toEqual({ kind: 'not-ready', why: message });
    expect(sent(/^POST .*\/merge$/)).toBe(times);
  });

  test('because of what it is to be merged with is denied', async () => {
    const sha = await propose();
    const { number } = await open();
    const fault = { status: 405, message: 'merge is not an allowed merge style for this repository' };
    world.standIn.faults.add({ method: 'POST', path: /\/merge$/, fault });
    const merging = world.forge.pullRequests.merge(number, { expectedHead: sha, message: 'Merge', by });
    await expect(merging).rejects.toMatchObject({
      code: 'forge-denied',
      remedy: expect.stringMatching(/merge commits/),
    });
  });

  test('by another merge is tried again', async () => {
    const sha = await propose();
    const { number } = await open();
    const message = "PushRejected with remote message: cannot lock ref 'refs/heads/main': is at a but expected b";
    world.standIn.faults.add({ method: 'POST', path: /\/merge$/, fault: { status: 409, message }, times: 2 });
    const merging = await world.forge.pullRequests.merge(number, { expectedHead: sha, message: 'Merge', by });
    expect(merging).toMatchObject({ kind: 'merged' });
    expect(sent(/^POST .*\/merge$/)).toBe(3);
  });

  test('again and again by others is a conflict', async () => {
    const sha = await propose();
    const { number } = await open();
    const fault = { status: 409, message: 'merge push out of date' };
    world.standIn.faults.add({ method: 'POST', path: /\/merge$/, fault });
    const merging = world.forge.pullRequests.merge(number, { expectedHead: sha, message: 'Merge', by });
    await expect(merging).rejects.toMatchObject({ code: 'forge-conflict' });
  });

  test('with a promise instead is not merged', async () => {
    const sha = await propose();
    const { number } = await open();
    world.standIn.faults.add({ method: 'POST', path: /\/merge$/, fault: { status: 201 } });
    const merging = await world.forge.pullRequests.merge(number, { expectedHead: sha, message: 'Merge', by });
    expect(merging).toMatchObject({ kind: 'not-ready' });
  });
});

describe('what a pass without work costs', () => {
  test('is one request for pull requests and one for comments', async () => {
    await propose();
    const { number } = await open();
    await world.forge.comments.add(number, { body: 'Hello', by });
    const { forge, standIn } = world;
    const before = standIn.requests.length;
    await forge.pullRequests.listOpen();
    await forge.comments.listSince(new Date(0));
    expect(standIn.requests.slice(before)).toEqual([
      expect.stringMatching(/^GET .*\/pulls\?state=open&page=1&limit=\d+$/),
      expect.stringMatching(/^GET .*\/issues\/comments\?since=.*&page=1&limit=\d+$/),
    ]);
  });

  test('is one request for those that ended, after each listing of the open ones', async () => {
    const { forge, standIn } = world;
    await propose();
    const { number } = await open();
    await forge.pullRequests.close(number, by);
    const first = await forge.pullRequests.listEnded(head);
    await forge.pullRequests.listOpen();
    const before = standIn.requests.length;
    expect(await forge.pullRequests.listEnded(head)).toEqual(first);
    expect(await forge.pullRequests.listEnded('consignee/other')).toEqual([]);
    expect(standIn.requests.length - before).toBe(1);
    await propose('b');
    const second = await open();
    await forge.pullRequests.close(second.number, by);
    const ended = await forge.pullRequests.listEnded(head);
    expect(ended.map((it) => it.number)).toEqual([number, second.number]);
  });
});
