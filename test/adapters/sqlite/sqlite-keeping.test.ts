import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openDatabase } from '../../../src/adapters/sqlite/open-database.ts';
import { openSqliteStore } from '../../../src/adapters/sqlite/sqlite-store.ts';
import { inTransaction, withoutSync } from '../../../src/adapters/sqlite/transaction.ts';
import type { Store } from '../../../src/ports/store.ts';

const day = 24 * 60 * 60 * 1000;
const now = new Date('2026-03-01T10:00:00.123Z');
const ago = (days: number) => new Date(now.getTime() - days * day);

let folder: string;
let path: string;
let database: DatabaseSync;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'consignee-test-'));
  path = join(folder, 'store.db');
  database = openDatabase(path);
});

afterEach(async () => {
  database.close();
  await rm(folder, { recursive: true, force: true });
});

const begin = (store: Store, at: Date) =>
  store.journal.begin({ repository: 'r', kind: 'push', key: 'k', detail: {}, at });

const countOf = (table: 'effects' | 'deliveries') =>
  Number(database.prepare(`select count(*) as count from ${table}`).get()?.count);

const numbers = (count: number, insert: string) =>
  database.exec(`with recursive n(i) as (select 1 union all select i + 1 from n where i < ${count}) ${insert} from n`);

describe('effects', () => {
  test('that ended more than thirty days ago are removed with the first that begins, younger ones stay', async () => {
    const sequences: number[] = [];
    {
      await using store = await openSqliteStore(path);
      for (const days of [40, 31, 29]) {
        const sequence = await begin(store, ago(days));
        await store.journal.end(sequence, { result: 'not-done', detail: `${days}`, at: ago(days) });
        sequences.push(sequence);
      }
      expect(countOf('effects')).toBe(3);
    }
    await using store = await openSqliteStore(path);
    expect(await begin(store, now)).toBeGreaterThan(sequences[2] ?? 0);
    expect(database.prepare('select outcome_detail from effects order by sequence').all()).toEqual([
      { outcome_detail: '29' },
      { outcome_detail: null },
    ]);
  });

  test('are cleaned up with every hundredth, and a few hundred at most at a time', async () => {
    await using store = await openSqliteStore(path);
    await begin(store, now);
    numbers(
      800,
      `insert into effects (repository, kind, key, detail, at, result, ended_at) select 'r', 'push', 'k', '{}', i, 'done', i`,
    );
    for (let index = 0; index < 99; index++) await begin(store, now);
    expect(countOf('effects')).toBe(900);
    await begin(store, now);
    expect(countOf('effects')).toBe(401);
  });

  test('keep the outcome they have, only an unknown one gives way', async () => {
    await using store = await openSqliteStore(path);
    const sequence = await begin(store, now);
    for (const [result, detail] of [
      ['unknown', 'no answer'],
      ['done', 'seen'],
      ['not-done', 'late'],
      ['unknown', 'later'],
    ] as const) {
      await store.journal.end(sequence, { result, detail, at: now });
    }
    expect(database.prepare('select result, outcome_detail, ended_at from effects').all()).toEqual([
      { result: 'done', outcome_detail: 'seen', ended_at: now.getTime() },
    ]);
  });
});

describe('deliveries', () => {
  test('keep the time they were acted on first', async () => {
    await using store = await openSqliteStore(path);
    await store.inbox.receive([{ connection: 'c', id: '1', type: 't', bodyDigest: 'a', events: [], at: now }]);
    const sequences = (await store.inbox.pending()).map(({ sequence }) => sequence);
    await store.inbox.done(sequences, ago(1));
    await store.inbox.done(sequences, now);
    expect(database.prepare('select done_at from deliveries').all()).toEqual([{ done_at: ago(1).getTime() }]);
  });

  test('are cleaned up with every hundredth, and a few hundred at most at a time', async () => {
    await using store = await openSqliteStore(path);
    const receive = (id: string) =>
      store.inbox.receive([{ connection: 'c', id, type: 't', bodyDigest: 'a', events: [], at: now }]);
    await receive('first');
    numbers(
      800,
      `insert into deliveries (connection, id, type, body_digest, events, at, done_at) select 'c', i, 't', 'a', '[]', i, i`,
    );
    await Promise.all(Array.from({ length: 99 }, (_, index) => receive(`next ${index}`)));
    // What was received before is not written, and does not count.
    await Promise.all(Array.from({ length: 10 }, (_, index) => receive(`next ${index}`)));
    expect(countOf('deliveries')).toBe(900);
    await receive('last');
    expect(countOf('deliveries')).toBe(401);
  });
});

test('a command keeps its reply when it comes to a state without one', async () => {
  await using store = await openSqliteStore(path);
  const key = { repository: 'r', comment: '1' };
  await store.commands.receive({ ...key, number: 1, bodyDigest: 'a', permission: 'read', at: ago(2) });
  await store.commands.advance(key, 'executed', 'It is done.', ago(1));
  await store.commands.advance(key, 'answered', undefined, now);
  expect(database.prepare('select state, reply, at, state_at from commands').all()).toEqual([
    { state: 'answered', reply: 'It is done.', at: ago(2).getTime(), state_at: now.getTime() },
  ]);
});

describe('a handle', () => {
  const pragma = (name: string) => Object.values(database.prepare(`pragma ${name}`).get() ?? {})[0];

  test('waits for the disk with each commit, and not for other processes', () => {
    expect(pragma('journal_mode')).toBe('wal');
    expect(pragma('synchronous')).toBe(2);
    expect(pragma('busy_timeout')).toBe(0);
  });

  test('waits for the disk again after work that need not', () => {
    expect(withoutSync(database, () => pragma('synchronous'))).toBe(1);
    expect(pragma('synchronous')).toBe(2);
    const fail = () => {
      throw new Error('it broke');
    };
    expect(() => withoutSync(database, fail)).toThrow('it broke');
    expect(pragma('synchronous')).toBe(2);
  });

  test('has all of a transaction or nothing', () => {
    const insert = `insert into comment_watermarks values ('r', 1)`;
    expect(() =>
      inTransaction(database, () => {
        database.exec(insert);
        database.exec(insert);
      }),
    ).toThrow('UNIQUE');
    expect(database.prepare('select * from comment_watermarks').all()).toEqual([]);
    inTransaction(database, () => database.exec(insert));
    expect(database.prepare('select * from comment_watermarks').all()).toHaveLength(1);
  });
});
