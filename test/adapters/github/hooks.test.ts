import { afterEach, beforeEach, expect, test } from 'vitest';
import { createGitHubAccount } from '../../../src/adapters/github/github-account.ts';
import { createGitHubHooks } from '../../../src/adapters/github/hooks.ts';
import { neededEvents } from '../../../src/adapters/github/needed-events.ts';
import type { Hooks } from '../../../src/ports/hooks.ts';
import { refuse } from '../../support/github-routes.ts';
import { type GitHubStandIn, startGitHub } from '../../support/github-stand-in.ts';

let gitHub: GitHubStandIn;
let hooks: Hooks;
beforeEach(async () => {
  gitHub = await startGitHub();
  const { owner, name } = gitHub.state;
  const pace = { writeSpacing: 0, notificationSpacing: 0, retryPause: 1, readLimit: 10_000, writeLimit: 30_000 };
  const place = { address: gitHub.address, owner, name, clock: { now: () => new Date() }, pace };
  hooks = createGitHubHooks(place, createGitHubAccount(place, { kind: 'token', token: async () => gitHub.token }));
});
afterEach(() => gitHub[Symbol.asyncDispose]());

const url = 'https://consignee.example.org/hooks/github/main';
const config = { url, content_type: 'json', secret: 'old' };
const stored = { active: true, events: neededEvents, config, pings: 0 };

test('a webhook is created with all that the bot needs, and is complete', async () => {
  expect(await hooks.ensure({ url, secret: 'a secret' })).toBe('created');
  expect(gitHub.state.hooks).toMatchObject([
    { active: true, events: neededEvents, config: { url, secret: 'a secret' } },
  ]);
  expect(await hooks.list()).toMatchObject([{ url, active: true, events: neededEvents, complete: true }]);
});

test('one that may have another secret is brought to this one, and twins of it are removed', async () => {
  const other = { ...config, url: 'https://elsewhere.example.org' };
  gitHub.state.hooks.push(
    { ...stored, id: 1 },
    { ...stored, id: 2, config: other },
    { ...stored, id: 3, active: false },
  );
  expect(await hooks.ensure({ url, secret: 'new' })).toBe('replaced');
  expect(gitHub.state.hooks.map(({ id, config: { secret } }) => [id, secret])).toEqual([
    [1, 'new'],
    [2, 'old'],
  ]);
});

test.each([
  ['is switched off', { active: false }],
  ['lacks an event', { events: neededEvents.slice(1) }],
  ['sends forms', { config: { ...config, content_type: 'form' } }],
])('one that %s is not complete', async (_, changed) => {
  gitHub.state.hooks.push({ ...stored, id: 1, ...changed });
  expect(await hooks.list()).toMatchObject([{ complete: false }]);
});

test('one that sends everything is complete', async () => {
  gitHub.state.hooks.push({ ...stored, id: 1, events: ['*'] });
  expect(await hooks.list()).toMatchObject([{ complete: true }]);
});

test('those of the organisation are listed where they can be seen, and both are tested', async () => {
  gitHub.state.hooks.push({ ...stored, id: 1 });
  gitHub.state.organisationHooks.push({ ...stored, id: 1 });
  const listed = await hooks.list();
  expect(listed.map(({ id }) => id)).toEqual(['repository/1', 'organisation/1']);
  for (const { id } of listed) await hooks.sendTest(id);
  expect([gitHub.state.hooks[0]?.pings, gitHub.state.organisationHooks[0]?.pings]).toEqual([1, 1]);
  gitHub.faults.push({ on: `GET /orgs/${gitHub.state.owner}/hooks`, answer: refuse(403, 'Forbidden') });
  expect(await hooks.list()).toHaveLength(1);
  gitHub.faults.push({ on: `GET /orgs/${gitHub.state.owner}/hooks`, answer: refuse(404, 'Not Found') });
  expect(await hooks.list()).toHaveLength(1);
});

test('an account that may not see those of the repository is told so', async () => {
  gitHub.faults.push({ on: 'GET /hooks', answer: refuse(403, 'Resource not accessible'), times: 2 });
  await expect(hooks.ensure({ url, secret: 'x' })).rejects.toMatchObject({ code: 'forge-denied' });
  await expect(hooks.sendTest('../1')).rejects.toMatchObject({ name: 'Failure', code: 'usage' });
  gitHub.faults.length = 0;
});
