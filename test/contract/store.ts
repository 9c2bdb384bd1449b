import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseComponentName } from '../../src/core/component/component-name.ts';
import { parseCommitSha } from '../../src/core/repository/commit.ts';
import type { Store } from '../../src/ports/store.ts';
import { testCommandLog } from './store-commands.ts';
import { decision, testDecisions } from './store-decisions.ts';
import { testInbox } from './store-inbox.ts';
import { testJournal } from './store-journal.ts';
import { testRegistries } from './store-registries.ts';
import { testTold } from './store-told.ts';
import { type Context, first, later, required, type StoreWorld } from './store-world.ts';

const registry = 'registry.example.org/dev';
const component = required(parseComponentName('acme.example/billing'));

/** What the workflows rely on, for any store. */
export function testStore(name: string, createWorld: () => Promise<StoreWorld>): void {
  describe(name, () => {
    let world: StoreWorld;
    let store: Store;
    beforeEach(async () => {
      world = await createWorld();
      store = await world.open();
    });
    afterEach(async () => {
      await store[Symbol.asyncDispose]();
      await world[Symbol.asyncDispose]();
    });
    const context = (): Context => ({ world, store });

    testRegistries(context);
    testRecordedCommits(context);
    testDecisions(context);
    testSharing(context);
    describe('inbox', () => testInbox(context));
    describe('journal', () => testJournal(context));
    describe('command log', () => testCommandLog(context));
    describe('what was said', () => testTold(context));
  });
}

function testRecordedCommits(context: () => Context) {
  const [one, two] = [required(parseCommitSha('1'.repeat(40))), required(parseCommitSha('2'.repeat(64)))];

  test('recorded commits are those of the branch', async () => {
    const { store } = context();
    expect(await store.recordedCommits('apps', 'consignee/dev/a')).toEqual(new Set());
    await store.recordCommit('apps', 'consignee/dev/a', one, first);
    await store.recordCommit('apps', 'consignee/dev/a', two, first);
    await store.recordCommit('apps', 'consignee/dev/a', one, later);
    await store.recordCommit('apps', 'consignee/dev/b', one, first);
    await store.recordCommit('other', 'consignee/dev/a', one, first);
    expect(await store.recordedCommits('apps', 'consignee/dev/a')).toEqual(new Set([one, two]));
    expect(await store.recordedCommits('apps', 'consignee/dev/b')).toEqual(new Set([one]));
  });
}

function testSharing(context: () => Context) {
  test('what one handle wrote the other reads, also when the first was closed', async () => {
    const { store, world } = context();
    const before = await world.open();
    await store.recordDecision(decision({}));
    expect(await before.decisions('apps', 'dev/billing', 10)).toHaveLength(1);
    await before.recordDecision(decision({ at: later }));
    await before[Symbol.asyncDispose]();
    const after = await world.open();
    expect(await after.decisions('apps', 'dev/billing', 10)).toMatchObject([{ at: first, lastAt: later }]);
    await after[Symbol.asyncDispose]();
  });

  test('handles that write at once lose nothing and make nothing twice', async () => {
    const { store, world } = context();
    const stores = [store, await world.open(), await world.open()];
    const turns = Array.from({ length: 30 }, (_, index) => index);
    await Promise.all(
      turns.map(async (turn) => {
        const handle = stores[turn % 3] ?? store;
        await handle.recordDecision(decision({ detail: 'the same', at: new Date(first.getTime() + turn) }));
        await handle.registries.recordSeen(
          registry,
          component,
          new Map([
            [`${turn}`, undefined],
            ['shared', undefined],
          ]),
          first,
        );
        await handle.recordCommit('apps', 'b', required(parseCommitSha(`${turn}`.padStart(40, '0'))), first);
      }),
    );
    expect(await store.decisions('apps', 'dev/billing', 100)).toMatchObject([
      { lastAt: new Date(first.getTime() + 29) },
    ]);
    expect((await store.registries.firstSeen(registry, component)).size).toBe(31);
    expect((await store.recordedCommits('apps', 'b')).size).toBe(30);
    for (const handle of stores.slice(1)) await handle[Symbol.asyncDispose]();
  });
}
