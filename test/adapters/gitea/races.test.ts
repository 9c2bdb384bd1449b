import { afterEach, beforeEach, expect, test } from 'vitest';
import { openGitRepository } from '../../../src/adapters/git/git-repository.ts';
import { createGiteaForge } from '../../../src/adapters/gitea/gitea-forge.ts';
import type { Forge } from '../../../src/ports/forge.ts';
import { openOne } from '../../contract/forge-context.ts';
import { createStandInWorld, type StandInWorld } from '../../support/gitea-worlds.ts';

const by = { name: 'Consignee', email: 'consignee@example.org' };

let world: StandInWorld;
let forge: Forge;
/** Called right before each request, with the number of those before it. */
let meanwhile: (sent: number) => Promise<void>;
let repository: Awaited<ReturnType<typeof openGitRepository>>;

beforeEach(async () => {
  world = await createStandInWorld();
  meanwhile = async () => {};
  const { url: address, owner, repository: name, tokens } = world.place;
  repository = await openGitRepository({
    url: `${address}/${owner}/${name}.git`,
    cacheFolder: `${world.git.folder}/cache-races`,
    name,
    environment: process.env,
    credentials: async () => ({ user: 'consignee', password: tokens.bot }),
  });
  let sent = 0;
  const token = async () => {
    await meanwhile(sent++);
    return tokens.bot;
  };
  const clock = { now: () => new Date() };
  const limits = { backoffSeconds: 0.01 };
  forge = createGiteaForge({ repository, owner, name, clock, bot: by, address, kind: 'gitea', token, limits });
});
afterEach(async () => {
  await repository[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});

/** Does something right before the next request that `pattern` fits is sent, after the one before it was answered. */
function beforeMerging(act: () => Promise<unknown>): void {
  let done = false;
  const before = world.standIn.requests.length;
  meanwhile = async () => {
    const last = world.standIn.requests.slice(before).findLast((it) => it.includes('/api/v1/'));
    if (done || !last?.match(/^GET .*\/pulls\/\d+$/)) return;
    done = true;
    await act();
  };
}

test('a head that moves between looking and merging is not merged', async () => {
  const { number, sha, head } = await openOne(forge);
  beforeMerging(() => world.person.commit(head, { more: 'by hand' }));
  const merging = await forge.pullRequests.merge(number, { expectedHead: sha, message: 'Merge', by });
  expect(merging).toEqual({ kind: 'head-moved' });
  expect(world.standIn.counts().merges).toBe(0);
});

test('one that somebody closes between looking and merging is closed', async () => {
  const { number, sha } = await openOne(forge);
  beforeMerging(async () => world.accounts?.edit('maintainer', number, { state: 'closed' }));
  const merging = await forge.pullRequests.merge(number, { expectedHead: sha, message: 'Merge', by });
  expect(merging).toEqual({ kind: 'closed' });
});

test('one that somebody merges between looking and merging is merged', async () => {
  const { number, sha } = await openOne(forge);
  beforeMerging(async () => world.accounts?.merge('maintainer', number));
  const merging = await forge.pullRequests.merge(number, { expectedHead: sha, message: 'Merge', by });
  expect(merging).toMatchObject({ kind: 'merged' });
  expect(world.standIn.counts().merges).toBe(1);
});

test('one that somebody closes while it is changed is told as closed', async () => {
  const { number } = await openOne(forge);
  beforeMerging(async () => world.accounts?.edit('maintainer', number, { state: 'closed' }));
  expect(await forge.pullRequests.close(number, by)).toMatchObject({ state: 'closed' });
});

test('what was opened again counts as open, whatever was known of what ended', async () => {
  const { number, head } = await openOne(forge);
  await forge.pullRequests.close(number, by);
  expect(await forge.pullRequests.listEnded(head)).toHaveLength(1);
  await world.accounts?.edit('maintainer', number, { state: 'open' });
  expect(await forge.pullRequests.listOpen()).toMatchObject([{ number }]);
  expect(await forge.pullRequests.listEnded(head)).toEqual([]);
});

test('one that has ended keeps its head when the branch goes on', async () => {
  const { number, sha, head } = await openOne(forge);
  await forge.pullRequests.close(number, by);
  const moved = await world.person.commit(head, { more: 'by hand' });
  expect(moved).not.toBe(sha);
  expect(await forge.pullRequests.read(number)).toMatchObject({ state: 'closed', headSha: sha });
  expect(await forge.pullRequests.listEnded(head)).toMatchObject([{ number, headSha: sha }]);
});

test('one that was merged keeps its head when the branch goes on', async () => {
  const { number, sha, head } = await openOne(forge);
  await forge.pullRequests.merge(number, { expectedHead: sha, message: 'Merge', by });
  await world.person.commit(head, { more: 'by hand' });
  expect(await world.openAgain().then((it) => it.pullRequests.read(number))).toMatchObject({ headSha: sha });
});
