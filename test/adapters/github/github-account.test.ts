import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openGitRepository } from '../../../src/adapters/git/git-repository.ts';
import { createGitHubAccount, type GitHubAppAccess } from '../../../src/adapters/github/github-account.ts';
import { createGitHubWorld, type GitHubWorld } from '../../support/github-world.ts';

const { privateKey, publicKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});
const other = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});

let world: GitHubWorld;
beforeEach(async () => {
  world = await createGitHubWorld();
});
afterEach(() => world[Symbol.asyncDispose]());

const access: GitHubAppAccess = { kind: 'app', appId: 7, privateKey: async () => privateKey, installation: 70 };
const install = () => world.gitHub.install({ id: 7, slug: 'consignee', installation: 70, publicKey });
const tokenRequests = () => world.gitHub.requests.filter((it) => it.endsWith('/access_tokens'));

test('with a token the bot is the account of the token', async () => {
  const { bot } = world.gitHub;
  expect(await world.forge.people.self()).toEqual({ id: String(bot.id), name: bot.login });
  await world.forge.people.self();
  expect(world.gitHub.requests.filter((it) => it === 'GET /user')).toHaveLength(1);
});

test('as an App the bot is the user of the App, and what it opens is its own', async () => {
  const account = install();
  const forge = await world.openAgain(access);
  expect(await forge.people.self()).toEqual({ id: String(account.id), name: 'consignee[bot]' });
  await world.gitHub.world.person.commit('consignee/dev/one', { a: '1' }, 'main');
  const by = { name: 'x', email: 'x@example.org' };
  const request = { head: 'consignee/dev/one', base: 'main', title: 'T', body: 'B', labels: [], by };
  const opened = await forge.pullRequests.open(request);
  expect(await forge.pullRequests.listOpen()).toEqual([opened]);
  expect(await world.forge.pullRequests.listOpen(), 'that of the account with a token').toEqual([]);
  expect(tokenRequests()).toHaveLength(1);
});

test('an installation that is not named is looked up', async () => {
  install();
  const { installation: _, ...rest } = access;
  const account = createGitHubAccount(world.place, rest);
  expect(await account.token()).toMatch(/^ghs_/);
});

test('one token serves many that ask at once, and another one when it comes to its end', async () => {
  install();
  let now = Date.now();
  const account = createGitHubAccount({ ...world.place, clock: { now: () => new Date(now) } }, access);
  const tokens = await Promise.all([account.token(), account.token(), account.token()]);
  expect(new Set(tokens).size).toBe(1);
  now += 54 * 60_000;
  expect(await account.token()).toBe(tokens[0]);
  now += 2 * 60_000;
  expect(await account.token()).not.toBe(tokens[0]);
  expect(tokenRequests()).toHaveLength(2);
});

test('a token that was revoked is replaced by the next request', async () => {
  install();
  const account = createGitHubAccount(world.place, access);
  world.gitHub.state.tokens.delete(await account.token());
  const { owner, name: repo } = world.place;
  const list = () => account.client.rest.pulls.list({ owner, repo });
  await expect(list()).rejects.toMatchObject({ code: 'forge-denied' });
  expect((await list()).data).toEqual([]);
});

test('a token is asked for this repository only', async () => {
  install();
  const account = createGitHubAccount({ ...world.place, name: 'another' }, access);
  await expect(account.token()).rejects.toMatchObject({ name: 'Failure', code: 'forge-denied' });
});

test('another key than that of the App is a denial; a later attempt may have the right one', async () => {
  install();
  const keys = [other.privateKey, privateKey];
  const account = createGitHubAccount(world.place, { ...access, privateKey: async () => keys.shift() ?? '' });
  await expect(account.token()).rejects.toMatchObject({ code: 'forge-denied' });
  expect(await account.token()).toMatch(/^ghs_/);
});

test('git pushes with the token of the installation', async () => {
  install();
  const account = createGitHubAccount(world.place, access);
  const { owner, name } = world.place;
  const repository = await openGitRepository({
    url: `${world.gitHub.address}/${owner}/${name}.git`,
    cacheFolder: join(world.gitHub.world.folder, 'over-http'),
    name: 'applications',
    environment: process.env,
    credentials: async () => ({ user: 'x-access-token', password: await account.token() }),
  });
  const main = (await repository.readRefs()).get('refs/heads/main');
  const ref = 'refs/heads/consignee/dev/one';
  expect(await repository.push([{ ref, expect: undefined, to: main }])).toBe('pushed');
  expect(await world.gitHub.world.tip(ref)).toBe(main);
  await repository[Symbol.asyncDispose]();
});
