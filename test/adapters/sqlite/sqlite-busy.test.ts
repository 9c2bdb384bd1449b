import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSqliteStore } from '../../../src/adapters/sqlite/sqlite-store.ts';
import { parseComponentName } from '../../../src/core/component/component-name.ts';
import { digestOf } from '../../../src/core/digest.ts';
import { parseCommitSha } from '../../../src/core/repository/commit.ts';
import type { Store } from '../../../src/ports/store.ts';
import { required } from '../../contract/store-world.ts';

const at = new Date('2026-03-01T10:00:00.123Z');
const component = required(parseComponentName('acme.example/billing'));
const sha = required(parseCommitSha('1'.repeat(40)));

/** Stands for another process: it writes, and holds the lock until it is told to end. */
let rival: DatabaseSync;
let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'consignee-test-'));
  path = join(folder, 'store.db');
  await (await openSqliteStore(path))[Symbol.asyncDispose]();
  rival = new DatabaseSync(path);
});

afterEach(async () => {
  if (rival.isOpen) rival.close();
  await rm(folder, { recursive: true, force: true });
});

const receive = (store: Store) =>
  store.inbox.receive([{ connection: 'c', id: '1', type: 't', bodyDigest: 'a', events: [], at }]);

const writes: readonly (readonly [string, (store: Store) => Promise<unknown>])[] = [
  ['a delivery', receive],
  ['that a delivery was acted on', (store) => store.inbox.done([1], at)],
  ['an intent', (store) => store.journal.begin({ repository: 'r', kind: 'push', key: 'k', detail: {}, at })],
  ['an outcome', (store) => store.journal.end(1, { result: 'done', at })],
  [
    'a command',
    (store) =>
      store.commands.receive({
        ...{ repository: 'r', comment: '1', number: 1, bodyDigest: 'a', permission: undefined },
        at,
      }),
  ],
  ['a watermark', (store) => store.commands.setWatermark('r', at)],
  ['a commit', (store) => store.recordCommit('r', 'b', sha, at)],
  [
    'a verdict',
    (store) =>
      store.registries.recordResolved(
        { registry: 'r', component: component, tag: '1' },
        { manifest: digestOf('a'), at },
      ),
  ],
  [
    'a decision',
    (store) =>
      store.recordDecision({ repository: 'r', installation: 'i', kind: 'k', because: undefined, detail: {}, at }),
  ],
];

test.each(writes)('to store %s waits for another writer without stopping this process', async (_, write) => {
  await using store = await openSqliteStore(path);
  rival.exec('begin immediate');
  let stored = false;
  const writing = write(store).then(() => {
    stored = true;
  });
  // This process goes on: otherwise the other writer would never end here.
  for (let turn = 0; turn < 20; turn++) await setImmediate();
  expect(stored).toBe(false);
  rival.exec('rollback');
  await writing;
});

test.each(writes)('to store %s fails when another writer takes too long, and can be tried again', async (_, write) => {
  await using store = await openSqliteStore(path, { busyMilliseconds: 20, receiveMilliseconds: 20 });
  rival.exec('begin immediate');
  await expect(write(store)).rejects.toMatchObject({
    code: 'store',
    message: expect.stringContaining('is locked by another process'),
    remedy: expect.stringMatching(/\.$/),
  });
  rival.exec('rollback');
  await write(store);
});

test('what failed was not stored, and what another writer stored meanwhile counts', async () => {
  await using store = await openSqliteStore(path, { busyMilliseconds: 20, receiveMilliseconds: 20 });
  rival.exec('begin immediate');
  await expect(receive(store)).rejects.toMatchObject({ code: 'store' });
  rival.exec(
    "insert into deliveries (connection, id, type, body_digest, events, at) values ('c', '1', 't', 'b', '[]', 1)",
  );
  rival.exec('commit');
  expect(await receive(store)).toEqual(['conflicting']);
  expect(await store.inbox.pending()).toMatchObject([{ bodyDigest: 'b' }]);
});

test('reading does not wait for a writer', async () => {
  await using store = await openSqliteStore(path, { busyMilliseconds: 0, receiveMilliseconds: 0 });
  rival.exec('begin immediate');
  expect(await store.inbox.pending()).toEqual([]);
  expect(await store.journal.unresolved('r')).toEqual([]);
  expect(await store.commands.unfinished('r')).toEqual([]);
});

test('a delivery that waits when the store is closed is refused, never taken for stored', async () => {
  const store = await openSqliteStore(path);
  const receiving = expect(receive(store)).rejects.toMatchObject({ code: 'store' });
  await store[Symbol.asyncDispose]();
  await receiving;
});
