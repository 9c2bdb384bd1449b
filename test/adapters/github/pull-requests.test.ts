import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { endingOf } from '../../../src/adapters/github/pull-request-endings.ts';
import type { PullRequest } from '../../../src/core/pull-request/pull-request.ts';
import type { CommitSha } from '../../../src/core/repository/commit.ts';
import type { Forge } from '../../../src/ports/forge.ts';
import { refuse } from '../../support/github-routes.ts';
import type { Fault } from '../../support/github-stand-in.ts';
import { createGitHubWorld, type GitHubWorld } from '../../support/github-world.ts';

let world: GitHubWorld;
let forge: Forge;
beforeEach(async () => {
  world = await createGitHubWorld();
  forge = world.forge;
});
afterEach(() => world[Symbol.asyncDispose]());

const by = { name: 'Consignee', email: 'consignee@example.org' };
const head = 'consignee/dev/one';
const fail = (...faults: readonly Fault[]) => world.gitHub.faults.push(...faults);
const sent = (request: string) =>
  world.gitHub.requests.filter(
    (it) => it.startsWith(request.split(' ')[0] ?? '') && it.endsWith(request.split(' ')[1] ?? ''),
  );
const open = (labels: readonly string[] = []) =>
  forge.pullRequests.open({ head, base: 'main', title: 'Title', body: 'Body', labels, by });

async function openOne(): Promise<PullRequest & { readonly sha: CommitSha }> {
  const sha = await world.gitHub.world.person.commit(head, { a: '1' }, 'main');
  return { ...(await open()), sha };
}

/** The kinds of lost answers that there are, the client's own tests have. */
const lost: readonly [string, Partial<Fault>][] = [
  ['the answer breaks off', { done: true, torn: true }],
  ['it is a 500', { done: true, answer: refuse(500, 'Server Error') }],
];

describe.each(lost)('what was done although %s is found by reading', (_, fault) => {
  test('opening', async () => {
    await world.gitHub.world.person.commit(head, { a: '1' }, 'main');
    fail({ on: 'POST /pulls', ...fault });
    expect(await open(['a'])).toMatchObject({ number: 1, state: 'open', labels: ['a'] });
    expect(sent('POST /pulls')).toHaveLength(1);
  });

  test('updating and closing', async () => {
    const { number } = await openOne();
    fail({ on: `PATCH /pulls/${number}`, ...fault });
    const updated = await forge.pullRequests.update(number, { title: 'New', body: 'new', by });
    expect(updated).toMatchObject({ title: 'New', body: 'new' });
    fail({ on: `PATCH /pulls/${number}`, ...fault });
    expect(await forge.pullRequests.close(number, by)).toMatchObject({ state: 'closed' });
    expect(sent(`PATCH /pulls/${number}`)).toHaveLength(2);
  });

  test('merging', async () => {
    const { number, sha } = await openOne();
    fail({ on: 'PUT /merge', ...fault });
    const merged = await forge.pullRequests.merge(number, { expectedHead: sha, message: 'Merge', by });
    expect(merged).toEqual({ kind: 'merged', commit: await world.gitHub.world.tip('refs/heads/main') });
    expect(sent('PUT /merge')).toHaveLength(1);
  });

  test('commenting, also when the same was said before', async () => {
    const { number } = await openOne();
    await forge.comments.add(number, { body: 'Same', by });
    fail({ on: 'POST /comments', ...fault });
    const second = await forge.comments.add(number, { body: 'Same', by });
    expect((await forge.comments.list(number)).map(({ id }) => id).indexOf(second.id)).toBe(1);
    expect(await forge.comments.list(number)).toHaveLength(2);
  });

  test('a status and an issue', async () => {
    const { sha } = await openOne();
    fail({ on: `POST /statuses/${sha}`, ...fault }, { on: 'POST /issues', ...fault });
    await forge.checks?.set(sha, { context: 'consignee/verified', state: 'success', description: 'x' });
    expect(await forge.checks?.list(sha)).toHaveLength(1);
    const issue = await forge.issues?.ensure({ key: 'k', title: 'T', body: 'B' });
    expect(await forge.issues?.listOpen()).toEqual([issue]);
    expect(sent('POST /issues')).toHaveLength(1);
  });
});

describe('what was not done is a failure, and is not sent again', () => {
  test.each([
    ['opening', 'POST /pulls', () => open()],
    ['updating', 'PATCH /pulls/1', () => forge.pullRequests.update(1, { title: 'New', by })],
    ['closing', 'PATCH /pulls/1', () => forge.pullRequests.close(1, by)],
    ['commenting', 'POST /comments', () => forge.comments.add(1, { body: 'x', by })],
  ])('%s', async (name, on, write) => {
    await (name === 'opening' ? world.gitHub.world.person.commit(head, { a: '1' }, 'main') : openOne());
    fail({ on });
    const before = sent(on).length;
    await expect(write()).rejects.toMatchObject({ code: 'forge-unreachable' });
    expect(sent(on)).toHaveLength(before + 1);
  });

  test('commenting, although the same was said before', async () => {
    const { number } = await openOne();
    await forge.comments.add(number, { body: 'Same', by });
    fail({ on: 'POST /comments' });
    const adding = forge.comments.add(number, { body: 'Same', by });
    await expect(adding).rejects.toMatchObject({ code: 'forge-unreachable' });
  });

  test('merging, and the pull request is still open', async () => {
    const { number, sha } = await openOne();
    fail({ on: 'PUT /merge', answer: refuse(500, 'Server Error') });
    const merging = forge.pullRequests.merge(number, { expectedHead: sha, message: 'Merge', by });
    await expect(merging).rejects.toMatchObject({ code: 'forge-unreachable' });
    expect(sent('PUT /merge')).toHaveLength(1);
    expect(await forge.pullRequests.read(number)).toMatchObject({ state: 'open' });
  });
});

describe('merging', () => {
  const merge = (expectedHead: CommitSha, expectedBase?: CommitSha) =>
    forge.pullRequests.merge(1, { expectedHead, expectedBase, message: 'Merge one\n\nWhy: because\n', by });
  const moved = refuse(405, 'Base branch was modified. Review and try the merge again.');

  test('names the head, and writes the message as it was given', async () => {
    const { sha } = await openOne();
    await merge(sha);
    const message = await world.gitHub.world.git('log', '-1', '--format=%B', 'main');
    expect(message.trim()).toBe('Merge one\n\nWhy: because');
  });

  test('while the base moves it is tried again, a few times', async () => {
    const { sha } = await openOne();
    fail({ on: 'PUT /merge', answer: moved, times: 2 });
    expect(await merge(sha)).toMatchObject({ kind: 'merged' });
    expect(sent('PUT /merge')).toHaveLength(3);
  });

  test('a base that keeps moving is a conflict', async () => {
    const { sha } = await openOne();
    fail({ on: 'PUT /merge', answer: moved, times: 9 });
    await expect(merge(sha)).rejects.toMatchObject({ code: 'forge-conflict' });
    expect(sent('PUT /merge')).toHaveLength(3);
    world.gitHub.faults.length = 0;
  });

  test('a base that moved away from where it is expected is not merged into', async () => {
    const { sha } = await openOne();
    const base = await world.gitHub.world.tip('refs/heads/main');
    await world.gitHub.world.person.commit('main', { b: '1' });
    expect(await merge(sha, base)).toEqual({ kind: 'base-moved' });
    expect(sent('PUT /merge')).toEqual([]);
  });

  test('a head that GitHub says has moved is read again', async () => {
    const { sha } = await openOne();
    fail({ on: 'PUT /merge', answer: refuse(409, 'Head branch was modified. Review and try the merge again.') });
    expect(await merge(sha), 'it had not').toMatchObject({ kind: 'merged' });
  });

  test.each([
    'Required status check "ci" is expected.',
    'At least 1 approving review is required by reviewers with write access.',
    'Pull Request is not mergeable',
  ])('%s: that is for waiting', async (message) => {
    const { sha } = await openOne();
    fail({ on: 'PUT /merge', answer: refuse(405, message) });
    expect(await merge(sha)).toEqual({ kind: 'not-ready', why: message });
    expect(sent('PUT /merge')).toHaveLength(1);
  });

  test.each([
    [405, 'Merge commits are not allowed on this repository.'],
    [405, 'This branch must not contain merge commits.'],
    [403, 'Resource not accessible by integration'],
    [405, "You're not authorized to push to this branch."],
  ])('%i, %s: no waiting helps', async (status, message) => {
    const { sha } = await openOne();
    fail({ on: 'PUT /merge', answer: refuse(status, message) });
    await expect(merge(sha)).rejects.toMatchObject({ code: 'forge-denied', message: expect.stringContaining(message) });
  });

  test('what somebody merged meanwhile is merged', async () => {
    const { sha } = await openOne();
    fail({ on: 'PUT /merge', done: true, answer: refuse(405, 'Pull Request is not mergeable') });
    expect(await merge(sha)).toMatchObject({ kind: 'merged' });
  });
});

test('line ends that the forge changed are no other text', async () => {
  const { number } = await openOne();
  await forge.pullRequests.update(number, { body: 'a\nb\n', by });
  Object.assign(world.gitHub.state.items[0] ?? {}, { body: 'a\r\nb' });
  await forge.pullRequests.update(number, { body: 'a\nb\n', by });
  expect(sent(`PATCH /pulls/${number}`)).toHaveLength(1);
});

describe('whose it is', () => {
  const pullOf = () => world.gitHub.state.items[0]?.pull;

  test('a branch of a fork is not ours, whatever it is called', async () => {
    const { number } = await openOne();
    Object.assign(pullOf() ?? {}, { headRepository: 4711 });
    expect(await forge.pullRequests.read(number)).toBeUndefined();
    expect(await forge.pullRequests.listOpen()).toEqual([]);
    await expect(forge.pullRequests.close(number, by)).rejects.toMatchObject({ name: 'Failure' });
  });

  test('somebody of the name of the bot is not the bot', async () => {
    const { number } = await openOne();
    const [item] = world.gitHub.state.items;
    Object.assign(item ?? {}, { author: { id: 1, login: world.gitHub.bot.login, type: 'User' } });
    expect(await forge.pullRequests.read(number)).toBeUndefined();
  });
});

describe('lists over several pages', () => {
  /** Fills the repository up to so many pull requests of the bot. */
  async function fill(count: number, state: 'open' | 'closed') {
    const { items, now } = world.gitHub.state;
    await openOne();
    const [first] = items;
    if (!first?.pull) throw new Error('there is none');
    for (let number = 2; number <= count; number++) {
      const pull = { ...first.pull, head: number % 2 || state === 'open' ? head : 'consignee/dev/two' };
      items.push({ ...first, number, state, closedAt: state === 'closed' ? now() : null, pull, events: [] });
    }
    return items;
  }
  const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

  test('all are listed, and those of a branch by its name', async () => {
    await fill(230, 'closed');
    expect((await forge.pullRequests.listOpen()).map((it) => it.number)).toEqual([1]);
    expect((await forge.pullRequests.listEnded()).map((it) => it.number)).toEqual(numbers(2, 230));
    const whole = sent('GET /pulls').length;
    const two = await forge.pullRequests.listEnded('consignee/dev/two');
    expect(sent('GET /pulls').length - whole, 'only that branch is asked for').toBe(2);
    expect(two.map((it) => it.number)).toEqual(numbers(1, 115).map((it) => it * 2));
    const before = world.gitHub.requests.length;
    await forge.pullRequests.listEnded();
    expect(world.gitHub.requests.length - before, 'how they ended is known').toBe(3);
  });

  test.each([
    ['closed', 'open', () => forge.pullRequests.listOpen()],
    ['opened again', 'closed', () => forge.pullRequests.listEnded()],
  ] as const)('none slips through when another one is %s meanwhile', async (_, state, list) => {
    const items = await fill(150, state);
    const change = () => Object.assign(items[50] ?? {}, { state: state === 'open' ? 'closed' : 'open' });
    fail({ on: 'GET /pulls', meanwhile: state === 'open' ? () => undefined : change });
    if (state === 'open') fail({ on: 'GET /pulls', meanwhile: change });
    expect((await list()).map((it) => it.number)).toEqual(expect.arrayContaining(numbers(100, 150)));
  });
});

describe('how one ended', () => {
  const [mara, sven] = [
    { id: 1, login: 'mara' },
    { id: 2, login: 'sven' },
  ];
  const event = (name: string, actor: typeof mara | null = mara) => ({ event: name, actor });
  const ended = (endedBy: typeof mara | undefined, endedWithBranch: boolean) => ({
    endedBy: endedBy && { id: String(endedBy.id), name: endedBy.login },
    endedWithBranch,
  });

  test.each([
    ['closed', [event('closed')], ended(mara, false)],
    ['deleted, which closed it', [event('head_ref_deleted'), event('closed')], ended(mara, true)],
    ['closed, and deleted later', [event('closed'), event('head_ref_deleted', sven)], ended(mara, false)],
    [
      'deleted, restored, opened again and closed',
      ['head_ref_deleted', 'closed', 'head_ref_restored', 'reopened', 'closed'].map((it) => event(it)),
      ended(mara, false),
    ],
    [
      'merged, its branch deleted first',
      ['head_ref_deleted', 'merged', 'closed'].map((it) => event(it)),
      ended(mara, false),
    ],
    ['closed by an account that is gone', [event('closed', null)], ended(undefined, false)],
    [
      'closed by one that is called ghost since',
      [event('closed', { id: 10137, login: 'ghost' })],
      ended(undefined, false),
    ],
    ['by events that GitHub forgot', [event('labeled')], ended(undefined, false)],
  ])('%s', (_, events, expected) => {
    expect(endingOf(events)).toEqual(expected);
  });
});
