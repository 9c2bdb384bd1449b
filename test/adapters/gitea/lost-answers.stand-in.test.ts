import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { PullRequest } from '../../../src/core/pull-request/pull-request.ts';
import { type CommitSha, parseCommitSha } from '../../../src/core/repository/commit.ts';
import type { Forge, Issues } from '../../../src/ports/forge.ts';
import { runGit } from '../../support/git-world.ts';
import type { GiteaFault } from '../../support/gitea-stand-in-faults.ts';
import { createStandInWorld, type StandInWorld } from '../../support/gitea-worlds.ts';

const bot = { name: 'Consignee', email: 'consignee@example.org' };
const head = 'consignee/dev/one';

let world: StandInWorld;
let forge: Forge;
let sha: CommitSha;

beforeEach(async () => {
  world = await createStandInWorld({ readSeconds: 0.5, writeSeconds: 0.5 });
  forge = world.forge;
  sha = await world.person.commit(head, { one: '1' }, 'main');
  await forge.content.readRefs();
});
afterEach(async () => {
  expect(world.standIn.faults.idle()).toEqual([]);
  await world[Symbol.asyncDispose]();
});

const strike = (method: string, path: RegExp, fault: GiteaFault, times = 1) =>
  world.standIn.faults.add({ method, path, fault, times });

function open(): Promise<PullRequest> {
  return forge.pullRequests.open({ head, base: 'main', title: 'One', body: 'Body\n', labels: ['ours'], by: bot });
}

function issuesOf({ issues }: Forge): Issues {
  if (!issues) throw new Error('the forge has issues');
  return issues;
}

/** How many requests that change something were sent to what matches. */
const writes = (path: RegExp) =>
  world.standIn.requests.filter((it) => /^(?:POST|PATCH|PUT|DELETE)/.test(it) && path.test(it)).length;

describe.each<GiteaFault & string>(['error-500-after', 'reset-after'])('after an answer that is lost (%s)', (fault) => {
  test('a pull request is found instead of opened twice', async () => {
    strike('POST', /\/pulls$/, fault);
    expect(await open()).toMatchObject({ state: 'open', title: 'One', labels: ['ours'] });
    expect(world.standIn.counts().pullRequests).toBe(1);
    expect(writes(/\/pulls$/)).toBe(1);
  });

  test('what was changed is changed', async () => {
    const { number } = await open();
    strike('PATCH', /\/pulls\/\d+$/, fault);
    const changed = await forge.pullRequests.update(number, { title: 'Two', body: 'New\n', by: bot });
    expect(changed).toMatchObject({ title: 'Two', body: 'New\n' });
    expect(writes(/\/pulls\/\d+$/)).toBe(1);
  });

  test('what was closed is closed', async () => {
    const { number } = await open();
    strike('PATCH', /\/pulls\/\d+$/, fault);
    expect(await forge.pullRequests.close(number, bot)).toMatchObject({ state: 'closed' });
    expect(writes(/\/pulls\/\d+$/)).toBe(1);
  });

  test('what was merged is merged, once', async () => {
    const { number } = await open();
    strike('POST', /\/merge$/, fault);
    const merged = await forge.pullRequests.merge(number, { expectedHead: sha, message: 'Merge\n', by: bot });
    const tip = parseCommitSha((await forge.content.readRefs()).get('refs/heads/main') ?? '');
    expect(merged).toEqual({ kind: 'merged', commit: tip });
    expect(world.standIn.counts().merges).toBe(1);
    expect(writes(/\/merge$/)).toBe(1);
  });

  test('what was said is not said again', async () => {
    const { number } = await open();
    strike('POST', /\/comments$/, fault);
    expect(await forge.comments.add(number, { body: 'Hello', by: bot })).toMatchObject({ body: 'Hello' });
    expect(world.standIn.counts().comments).toBe(1);
  });

  test('a comment that is kept is kept once, and edited once', async () => {
    const { number } = await open();
    strike('POST', /\/comments$/, fault);
    const first = await forge.comments.ensure(number, { key: 'why', body: 'Waiting', by: bot });
    strike('PATCH', /\/comments\/\d+$/, fault);
    const second = await forge.comments.ensure(number, { key: 'why', body: 'Done', by: bot });
    expect(second.comment.id).toBe(first.comment.id);
    expect((await forge.comments.list(number)).map(({ body }) => body)).toEqual([expect.stringContaining('Done')]);
    expect(world.standIn.counts().comments).toBe(1);
    expect(writes(/\/comments\/\d+$/)).toBe(1);
  });

  test('a check and a sign are set', async () => {
    const { number } = await open();
    strike('POST', /\/statuses\//, fault);
    await forge.checks?.set(sha, { context: 'consignee/verified', state: 'success', description: 'Fine' });
    expect(await forge.checks?.list(sha)).toMatchObject([{ context: 'consignee/verified', state: 'success' }]);
    const { id } = await forge.comments.add(number, { body: '/hold', by: bot });
    strike('POST', /\/reactions$/, fault);
    await forge.comments.acknowledge(id);
    expect([writes(/\/statuses\//), writes(/\/reactions$/)]).toEqual([1, 1]);
  });

  test('an issue is opened once, and closed with its reason said once', async () => {
    const issues = issuesOf(forge);
    strike('POST', /\/issues$/, fault);
    const { number } = await issues.ensure({ key: 'registry', title: 'It is down', body: 'Since noon.' });
    strike('POST', /\/comments$/, fault);
    strike('PATCH', /\/issues\/\d+$/, fault);
    await issues.close(number, 'It is back.');
    expect(await issues.listOpen()).toEqual([]);
    expect(world.standIn.counts()).toMatchObject({ issues: 1, comments: 1 });
  });
});

describe('an answer that is none', () => {
  test.each<GiteaFault>(['html-200', 'hang', 'error-500-before', 'reset-before', { status: 502 }])(
    'to opening is a failure, and opens nothing (%j)',
    async (fault) => {
      strike('POST', /\/pulls$/, fault);
      await expect(open()).rejects.toMatchObject({ name: 'Failure' });
      expect(world.standIn.counts().pullRequests).toBe(0);
      expect(writes(/\/pulls$/)).toBe(1);
      expect(await open()).toMatchObject({ state: 'open' });
    },
  );

  test('to a listing is never taken for an empty one', async () => {
    await open();
    strike('GET', /\/pulls\?/, 'html-200', 100);
    await expect(forge.pullRequests.listOpen()).rejects.toMatchObject({ name: 'Failure' });
    world.standIn.faults.clear();
    expect(await forge.pullRequests.listOpen()).toHaveLength(1);
  });

  test('to a question is asked for again, when the server says that it is busy', async () => {
    await open();
    for (const status of [429, 503]) strike('GET', /\/pulls\?/, { status, headers: { 'retry-after': '0' } });
    expect(await forge.pullRequests.listOpen()).toHaveLength(1);
  });
});

describe('merging', () => {
  const merge = (number: number) =>
    forge.pullRequests.merge(number, { expectedHead: sha, message: 'Merge\n', by: bot });

  test('waits while the server works the state out', async () => {
    const { number } = await open();
    strike('POST', /\/merge$/, { status: 405, message: 'Please try again later' }, 2);
    expect(await merge(number)).toMatchObject({ kind: 'merged' });
  });

  test('gives up after a while, and says what the server said', async () => {
    const { number } = await open();
    strike('POST', /\/merge$/, { status: 405, message: 'Please try again later' }, 100);
    expect(await merge(number)).toEqual({ kind: 'not-ready', why: expect.stringContaining('try again later') });
    expect(await forge.pullRequests.read(number)).toMatchObject({ state: 'open' });
  });

  test('knows a conflict, whether or not the server knows it yet', async () => {
    await world.person.commit('main', { one: 'other' });
    const { number } = await open();
    for (const late of [true, false]) {
      world.standIn.state.checksAreLate = late;
      expect(await merge(number)).toEqual({ kind: 'conflict' });
    }
  });
});

test('listings are whole, however many pages they have', async () => {
  const names = Array.from({ length: 55 }, (_, index) => `consignee/many/${index}`);
  await runGit(
    world.git.bare,
    ['update-ref', '--stdin'],
    names.map((it) => `create refs/heads/${it} refs/heads/main\n`).join(''),
  );
  await world.person.commit('other', { other: '1' }, 'main');
  for (const [index, name] of names.entries()) {
    const number = await openRaw(name);
    await forge.comments.add(number, { body: `Comment ${index}`, by: bot });
  }
  expect((await forge.pullRequests.listOpen()).map((it) => it.head).sort()).toEqual([...names].sort());
  expect(await forge.comments.listSince(new Date(0))).toHaveLength(names.length);
});

/** Opens one that proposes nothing, which the server allows. */
async function openRaw(name: string): Promise<number> {
  const { url, tokens, owner, repository } = world.place;
  const answer = await fetch(`${url}/api/v1/repos/${owner}/${repository}/pulls`, {
    method: 'POST',
    headers: { authorization: `token ${tokens.bot}` },
    body: JSON.stringify({ head: name, base: 'main', title: name }),
  });
  return JSON.parse(await answer.text()).number;
}
