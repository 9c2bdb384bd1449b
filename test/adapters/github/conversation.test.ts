import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CommitSha } from '../../../src/core/repository/commit.ts';
import type { Forge } from '../../../src/ports/forge.ts';
import { createAccounts } from '../../support/github-accounts.ts';
import { refuse } from '../../support/github-routes.ts';
import type { StoredRun } from '../../support/github-state.ts';
import { createGitHubWorld, type GitHubWorld } from '../../support/github-world.ts';

let world: GitHubWorld;
let forge: Forge;
let sha: CommitSha;
beforeEach(async () => {
  world = await createGitHubWorld();
  forge = world.forge;
  sha = await world.gitHub.world.person.commit('consignee/dev/one', { a: '1' }, 'main');
});
afterEach(() => world[Symbol.asyncDispose]());

const by = { name: 'Consignee', email: 'consignee@example.org' };
const openOne = () =>
  forge.pullRequests.open({ head: 'consignee/dev/one', base: 'main', title: 'T', body: 'B', labels: [], by });
const written = () => world.gitHub.requests.filter((it) => !it.startsWith('GET')).length;

describe('people', () => {
  test.each([
    ['admin', 'admin', 'admin'],
    ['write', 'maintain', 'write'],
    ['write', 'release-engineer', 'write'],
    ['read', 'triage', 'read'],
    ['none', '', 'none'],
    ['owner', 'owner', 'unknown'],
  ])('the permission %s of the role %j is %s', async (permission, role_name, expected) => {
    const { actors } = createAccounts(world.gitHub);
    world.gitHub.state.permissions.set(Number(actors.maintainer.id), { permission, role_name });
    expect(await forge.people.permissionOf(actors.maintainer)).toBe(expected);
  });

  test('who was renamed keeps his rights, and who took the name has none of them', async () => {
    const { actors } = createAccounts(world.gitHub);
    const account = world.gitHub.state.accounts.find(({ id }) => String(id) === actors.maintainer.id);
    const stranger = world.gitHub.state.accounts.find(({ id }) => String(id) === actors.stranger.id);
    Object.assign(account ?? {}, { login: 'mara-renamed' });
    Object.assign(stranger ?? {}, { login: actors.maintainer.name });
    expect(await forge.people.permissionOf(actors.maintainer)).toBe('write');
    expect(await forge.people.permissionOf({ ...actors.stranger, name: actors.maintainer.name })).toBe('read');
    expect(await forge.people.permissionOf({ id: '1', name: actors.admin.name })).toBe('unknown');
  });

  test('what may not be asked is not known; what cannot be asked now is a failure', async () => {
    const { actors, teams } = createAccounts(world.gitHub);
    world.gitHub.faults.push({ on: 'GET /permission', answer: refuse(403, 'Resource not accessible') });
    expect(await forge.people.permissionOf(actors.maintainer)).toBe('unknown');
    world.gitHub.faults.push({ on: 'GET /permission', answer: refuse(503, 'Unavailable'), times: 3 });
    await expect(forge.people.permissionOf(actors.maintainer)).rejects.toMatchObject({ code: 'forge-unreachable' });
    world.gitHub.faults.push({ on: 'GET /release-managers', answer: refuse(403, 'Resource not accessible') });
    expect(await forge.people.isMember(actors.maintainer, teams.own)).toBe('unknown');
  });

  test('who was only invited to a team is no member', async () => {
    const { actors, teams } = createAccounts(world.gitHub);
    const members = world.gitHub.state.teams.get(teams.own);
    members?.set(Number(actors.maintainer.id), 'pending');
    expect(await forge.people.isMember(actors.maintainer, teams.own)).toBe(false);
    members?.set(Number(actors.maintainer.id), 'active');
    expect(await forge.people.isMember(actors.maintainer, teams.own)).toBe(true);
    expect(await forge.people.isMember(actors.maintainer, 'release-managers')).toBe(true);
    expect(await forge.people.isMember(actors.maintainer, 'nobody-has-this')).toBe('unknown');
    expect(await forge.people.isMember(actors.maintainer, `${teams.own}/../x`)).toBe('unknown');
  });
});

describe('checks', () => {
  const wanted = { context: 'consignee/verified', state: 'success', description: '1 signature' } as const;
  const run = (known: Partial<StoredRun>): StoredRun => ({
    ...{ id: 1, sha, name: 'build', status: 'completed', conclusion: 'success' },
    ...{
      app: { id: 15368, slug: 'github-actions' },
      startedAt: '2026-01-01T00:00:00Z',
      completedAt: '2026-01-01T00:01:00Z',
    },
    ...known,
  });
  const list = async () => (await forge.checks?.list(sha)) ?? [];

  test('what says the same already is not written', async () => {
    await forge.checks?.set(sha, wanted);
    const before = written();
    await forge.checks?.set(sha, wanted);
    expect(written()).toBe(before);
    await forge.checks?.set(sha, { ...wanted, link: 'https://example.org/' });
    expect(written()).toBe(before + 1);
  });

  test('what somebody else says in its place does not keep the bot from saying it', async () => {
    const accounts = createAccounts(world.gitHub);
    await forge.checks?.set(sha, { ...wanted, state: 'failure' });
    await accounts.setStatus('maintainer', sha, { context: wanted.context, state: 'success' });
    Object.assign(world.gitHub.state.statuses.at(-1) ?? {}, { description: wanted.description });
    await forge.checks?.set(sha, wanted);
    expect(await list()).toMatchObject([{ state: 'success', by: await forge.people.self() }]);
  });

  test('a description that is too long is cut, and is then the same', async () => {
    await forge.checks?.set(sha, { ...wanted, description: '✓'.repeat(200) });
    const [check] = await list();
    expect(check?.description).toBe(`${'✓'.repeat(139)}…`);
    const before = written();
    await forge.checks?.set(sha, { ...wanted, description: '✓'.repeat(200) });
    expect(written()).toBe(before);
  });

  test.each([
    ['queued', null, 'pending'],
    ['in_progress', null, 'pending'],
    ['completed', 'success', 'success'],
    ['completed', 'neutral', 'success'],
    ['completed', 'skipped', 'success'],
    ['completed', 'failure', 'failure'],
    ['completed', 'cancelled', 'failure'],
    ['completed', 'timed_out', 'failure'],
    ['completed', 'action_required', 'failure'],
  ])('a check run that is %s with %s counts as %s', async (status, conclusion, state) => {
    world.gitHub.state.runs.push(run({ status, conclusion }));
    const actor = { id: 'app:15368', name: 'github-actions' };
    expect(await list()).toMatchObject([{ context: 'build', state, by: actor }]);
  });

  test('the newer of a status and a check run of one name counts, and one that waits is the newest', async () => {
    await forge.checks?.set(sha, { ...wanted, context: 'build', state: 'failure' });
    world.gitHub.state.runs.push(run({}));
    expect(await list()).toMatchObject([{ state: 'failure' }]);
    world.gitHub.state.runs.push(
      run({ id: 2, status: 'queued', conclusion: null, startedAt: null, completedAt: null }),
    );
    expect(await list()).toMatchObject([{ state: 'pending' }]);
  });

  test('who may not read check runs reads statuses', async () => {
    await forge.checks?.set(sha, wanted);
    world.gitHub.faults.push({ on: 'GET /check-runs', answer: refuse(403, 'Resource not accessible by token') });
    expect(await list()).toHaveLength(1);
    world.gitHub.faults.push({ on: 'GET /check-runs', answer: refuse(500, 'Error'), times: 3 });
    await expect(list()).rejects.toMatchObject({ code: 'forge-unreachable' });
  });

  test('an error of a status is a failure', async () => {
    const at = world.gitHub.state.now();
    const known = { id: 5, sha, context: 'ci', description: null, link: null, creator: null, at };
    world.gitHub.state.statuses.push({ ...known, state: 'error' });
    expect(await list()).toEqual([{ context: 'ci', state: 'failure', description: '', by: undefined }]);
  });
});

describe('comments', () => {
  test('a comment by nobody any more, and without a number of its own', async () => {
    const { number } = await openOne();
    const { id } = await forge.comments.add(number, { body: 'x', by });
    const [comment] = world.gitHub.state.comments;
    Object.assign(comment ?? {}, { author: null });
    expect(await forge.comments.read(id)).toMatchObject({ author: { id: 'ghost' }, number });
    for (const none of ['', '0', '-1', '1e3', '../1', '99999999999999999999']) {
      expect(await forge.comments.read(none)).toBeUndefined();
    }
  });

  test('the sign that it was seen is an eye, and a comment that is gone needs none', async () => {
    const { number } = await openOne();
    const { id } = await forge.comments.add(number, { body: 'x', by });
    await forge.comments.acknowledge(id);
    const [comment] = world.gitHub.state.comments;
    expect([...(comment?.reactions ?? [])]).toEqual(['consignee-bot eyes']);
    await forge.comments.acknowledge('4711');
  });

  test('line ends that the forge changed are no other text', async () => {
    const { number } = await openOne();
    await forge.comments.ensure(number, { key: 'k', body: 'a\nb', by });
    const [comment] = world.gitHub.state.comments;
    Object.assign(comment ?? {}, { body: comment?.body.replaceAll('\n', '\r\n') });
    expect((await forge.comments.ensure(number, { key: 'k', body: 'a\nb', by })).written).toBe(false);
  });
});

describe('reviews', () => {
  test('one that is still being written says nothing, one by nobody counts', async () => {
    const { number } = await openOne();
    const reviews = world.gitHub.state.items[0]?.pull?.reviews;
    reviews?.push({ id: 1, by: world.gitHub.bot, state: 'PENDING', head: null });
    reviews?.push({ id: 2, by: null, state: 'CHANGES_REQUESTED', head: null });
    expect(await forge.reviews?.list(number)).toEqual([
      { by: { id: 'ghost', name: 'ghost' }, verdict: 'changes-requested', head: undefined, dismissed: false },
    ]);
  });

  test('an approval after one that was dismissed counts', async () => {
    const { number } = await openOne();
    const accounts = createAccounts(world.gitHub);
    world.gitHub.state.items[0]?.pull?.reviews.push({ id: 1, by: world.gitHub.bot, state: 'DISMISSED', head: sha });
    expect(await forge.reviews?.list(number)).toMatchObject([{ verdict: 'commented', dismissed: true }]);
    await accounts.review('maintainer', number, 'approved');
    expect(await forge.reviews?.list(number)).toHaveLength(2);
  });
});

test('an issue that the bot does not keep is not closed by it', async () => {
  const accounts = createAccounts(world.gitHub);
  const body = '<!-- consignee:issue k -->\n';
  const number = await accounts.openIssue('maintainer', { title: 'T', body });
  await expect(forge.issues?.close(number, 'x')).rejects.toMatchObject({ name: 'Failure' });
  expect(world.gitHub.state.items[0]?.state).toBe('open');
});

test('an issue is found among many, also when another one is closed while they are read', async () => {
  const { items, now } = world.gitHub.state;
  const author = world.gitHub.bot;
  for (let number = 1; number <= 101; number++) {
    const body = number === 101 ? '<!-- consignee:issue last -->\n' : 'By hand';
    const rest = { state: 'open', labels: [], closedAt: null, pull: undefined, events: [] } as const;
    items.push({ ...rest, events: [], number, author, title: `${number}`, body, createdAt: now() });
  }
  const [first] = items;
  const close = () => Object.assign(first ?? {}, { state: 'closed' });
  world.gitHub.faults.push({ on: 'GET /issues', meanwhile: () => undefined }, { on: 'GET /issues', meanwhile: close });
  expect(await forge.issues?.listOpen()).toMatchObject([{ number: 101, key: 'last' }]);
});

test('a pull request is no issue, whatever its text', async () => {
  const { number } = await openOne();
  await forge.pullRequests.update(number, { body: '<!-- consignee:issue k -->', by });
  expect(await forge.issues?.listOpen()).toEqual([]);
});
