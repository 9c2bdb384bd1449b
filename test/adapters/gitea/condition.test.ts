import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCondition } from '../../../src/adapters/gitea/condition.ts';
import { createStandInWorld, type StandInWorld } from '../../support/gitea-worlds.ts';
import { type Lie, startLyingServer } from './lying-server.ts';

let world: StandInWorld;
beforeAll(async () => {
  world = await createStandInWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

test('the bot has what it needs on a server that is well', async () => {
  const { place, forge, standIn } = world;
  const before = JSON.stringify(standIn.counts());
  expect(await forge.condition?.examine('main')).toEqual({
    server: 'Gitea 1.26.0-dev',
    account: { id: expect.any(String), name: 'consignee' },
    clockAheadSeconds: 0,
    name: `${place.owner}/${place.repository}`,
    archived: false,
    hasIssues: true,
    hasPullRequests: true,
    missing: [],
    rules: undefined,
  });
  expect(JSON.stringify(standIn.counts())).toBe(before);
});

test('the rule of the branch is told as far as writers are told', async () => {
  const rule = { rule: 'main', contexts: ['ci/build'], approvals: 2, dismissStale: false, at: new Date() };
  world.standIn.state.protections.set('main', rule);
  const condition = await world.forge.condition?.examine('main');
  world.standIn.state.protections.delete('main');
  expect(condition?.rules).toEqual({ botMayMerge: true, approvals: 2, checks: ['ci/build'] });
  expect((await world.forge.condition?.examine('gone'))?.rules).toBeUndefined();
});

const repository = {
  ...{ full_name: 'team/apps', default_branch: 'main', archived: false, has_issues: true, has_pull_requests: true },
  permissions: { admin: false, push: true, pull: true },
};

/** A server as the recorded answers are, but for what is given by the end of the path. */
async function examineWith(lies: Readonly<Record<string, Lie>>) {
  const truths: Readonly<Record<string, Lie>> = {
    'GET /api/v1/user': { body: { id: 7, login: 'bot' } },
    'GET /api/v1/repos/team/apps': { body: repository },
  };
  await using server = await startLyingServer(
    ({ method, url }) => lies[`${method} ${url}`] ?? truths[`${method} ${url}`],
  );
  return await createCondition(server.site).examine('main');
}

/** As Gitea 1.26 words it. */
function lackingScope(scope: string): Lie {
  const message = `token does not have at least one of required scope(s), required=[${scope}], token scope=read:user`;
  return { status: 403, body: { message } };
}

test('scopes that the token lacks are told by their names', async () => {
  const { missing } = await examineWith({
    'PATCH /api/v1/repos/team/apps/pulls/0': lackingScope('write:repository'),
    'PATCH /api/v1/repos/team/apps/issues/comments/0': lackingScope('write:issue'),
  });
  expect(missing).toEqual([
    { right: 'pull-requests', words: 'the token lacks the scope write:repository' },
    { right: 'comments', words: 'the token lacks the scope write:issue' },
  ]);
});

test('an account that may only read, an archive and another name are told', async () => {
  const body = { ...repository, full_name: 'team/renamed', archived: true, permissions: { push: false } };
  const found = await examineWith({ 'GET /api/v1/repos/team/apps': { body } });
  expect(found).toMatchObject({
    name: 'team/renamed',
    archived: true,
    missing: [{ right: 'push', words: 'the account may only read' }],
  });
});

test('the clock of the server is read from its answer', async () => {
  const date = new Date(Date.now() + 100_000).toUTCString();
  const { clockAheadSeconds } = await examineWith({
    'GET /api/v1/repos/team/apps': { body: repository, headers: { date } },
  });
  expect(clockAheadSeconds).toBeGreaterThan(97);
});

test('a list that the bot is not on keeps it from merging', async () => {
  const body = { protected: true, user_can_merge: false, required_approvals: 0, enable_status_check: false };
  const { rules } = await examineWith({ 'GET /api/v1/repos/team/apps/branches/main': { body } });
  expect(rules).toEqual({ botMayMerge: false, approvals: 0, checks: [] });
});
