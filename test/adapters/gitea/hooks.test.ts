import { afterEach, beforeEach, expect, test } from 'vitest';
import { createGiteaHooks } from '../../../src/adapters/gitea/hooks.ts';
import { createStandInWorld, type StandInWorld } from '../../support/gitea-worlds.ts';

const url = 'http://127.0.0.1:9/hooks/gitea/main';
const secret = 'a'.repeat(32);
const needed = [
  'create',
  'delete',
  'issue_comment',
  'package',
  'pull_request',
  'pull_request_comment',
  'pull_request_label',
  'pull_request_review',
  'pull_request_sync',
  'push',
  'repository',
  'status',
];

let world: StandInWorld;
beforeEach(async () => {
  world = await createStandInWorld();
});
afterEach(() => world[Symbol.asyncDispose]());

function hooksBy(account: 'admin' | 'bot' = 'admin') {
  const { url: address, owner, repository: name, tokens } = world.place;
  const token = async () => tokens[account];
  return createGiteaHooks({ address, owner, name, token, clock: { now: () => new Date() }, kind: 'gitea' });
}

test('a webhook is created once, active, with what the bot needs', async () => {
  const hooks = hooksBy();
  expect(await hooks.ensure({ url, secret })).toBe('created');
  expect(await hooks.ensure({ url, secret })).toBe('same');
  expect(await hooks.list()).toMatchObject([{ url, active: true, events: needed, complete: true }]);
});

test('one whose secret may be another is replaced, and there is still one', async () => {
  await hooksBy().ensure({ url, secret });
  const hooks = hooksBy();
  expect(await hooks.ensure({ url, secret })).toBe('replaced');
  expect(await hooks.ensure({ url, secret: 'b'.repeat(32) })).toBe('replaced');
  expect(await hooks.list()).toHaveLength(1);
});

test('others stay, and say when they do not bring what the bot needs', async () => {
  const { url: address, owner, repository, tokens } = world.place;
  await fetch(`${address}/api/v1/repos/${owner}/${repository}/hooks`, {
    method: 'POST',
    headers: { authorization: `token ${tokens.admin}`, 'content-type': 'application/json' },
    body: JSON.stringify({ type: 'gitea', config: { url: 'http://127.0.0.1:9/other', content_type: 'json' } }),
  });
  await hooksBy().ensure({ url, secret });
  expect(await hooksBy().list()).toMatchObject([
    { url: 'http://127.0.0.1:9/other', active: false, events: ['push'], complete: false },
    { url, complete: true },
  ]);
});

test('a webhook that was made without an answer is made once', async () => {
  world.standIn.faults.add({ method: 'POST', path: /\/hooks$/, fault: 'reset-after', times: 1 });
  expect(await hooksBy().ensure({ url, secret })).toBe('created');
  expect(await hooksBy().list()).toHaveLength(1);
});

test('whoever is no owner is told', async () => {
  const ensuring = hooksBy('bot').ensure({ url, secret });
  await expect(ensuring).rejects.toMatchObject({ code: 'forge-denied', message: expect.stringMatching(/admin/) });
});

test('an empty secret is none', async () => {
  await expect(hooksBy().ensure({ url, secret: '' })).rejects.toMatchObject({ code: 'configuration' });
  expect(await hooksBy().list()).toEqual([]);
});

test('a test is sent to webhooks of the repository alone', async () => {
  const hooks = hooksBy();
  await hooks.ensure({ url, secret });
  const [hook] = await hooks.list();
  await hooks.sendTest(hook?.id ?? '');
  expect(world.standIn.requests.at(-1)).toMatch(/^POST .*\/hooks\/\d+\/tests$/);
  await expect(hooks.sendTest('organisation/1')).rejects.toMatchObject({ code: 'usage' });
});
