import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseComponentName } from '../../src/core/component/component-name.ts';
import { digestOf } from '../../src/core/digest.ts';
import { parseCommitSha } from '../../src/core/repository/commit.ts';
import type { DecisionRecord, Store, Verdict } from '../../src/ports/store.ts';

/** A place for one store. */
export interface StoreWorld extends AsyncDisposable {
  /** Opens the store of this world; every call gives another handle on the same one. */
  open(): Promise<Store>;
}

const registry = 'registry.example.org/dev';
const component = required(parseComponentName('acme.example/billing'));
const other = required(parseComponentName('acme.example/web'));
const first = new Date('2026-03-01T10:00:00.123Z');
const later = new Date('2026-03-02T10:00:00.456Z');

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

    testFirstSeen(context);
    testResolved(context);
    testVerdicts(context);
    testRecordedCommits(context);
    testDecisions(context);
    testSharing(context);
  });
}

interface Context {
  readonly world: StoreWorld;
  readonly store: Store;
}

function testFirstSeen(context: () => Context) {
  test('of a component that was never seen nothing is known', async () => {
    expect(await context().store.registries.firstSeen(registry, component)).toEqual(new Map());
  });

  test('a tag keeps the manifest and the time it was seen with first', async () => {
    const { store } = context();
    await store.registries.recordSeen(registry, component, new Map([['1.0.0', digestOf('a')]]), first);
    await store.registries.recordSeen(
      registry,
      component,
      new Map([
        ['1.0.0', digestOf('b')],
        ['1.1.0', undefined],
      ]),
      later,
    );
    expect(await store.registries.firstSeen(registry, component)).toEqual(
      new Map([
        ['1.0.0', { manifest: digestOf('a'), at: first }],
        ['1.1.0', { manifest: undefined, at: later }],
      ]),
    );
  });

  test('registries, components and spellings of tags are kept apart', async () => {
    const { store } = context();
    await store.registries.recordSeen(
      registry,
      component,
      new Map([
        ['V1', undefined],
        ['v1', undefined],
      ]),
      first,
    );
    await store.registries.recordSeen(registry, other, new Map([['v1', undefined]]), later);
    await store.registries.recordSeen(`${registry}/sub`, component, new Map([['v2', undefined]]), later);
    expect([...(await store.registries.firstSeen(registry, component)).keys()].sort()).toEqual(['V1', 'v1']);
    expect([...(await store.registries.firstSeen(registry, other)).keys()]).toEqual(['v1']);
    expect([...(await store.registries.firstSeen(`${registry}/sub`, component)).keys()]).toEqual(['v2']);
  });

  test('ten thousand tags are taken at once, and none at all as well', async () => {
    const { store } = context();
    const tags = new Map(Array.from({ length: 10_000 }, (_, index) => [`1.0.${index}`, undefined] as const));
    await store.registries.recordSeen(registry, component, tags, first);
    await store.registries.recordSeen(registry, component, new Map(), first);
    expect((await store.registries.firstSeen(registry, component)).size).toBe(10_000);
  });
}

function testResolved(context: () => Context) {
  const tag = { registry, component, tag: '1.0.0' };

  test('the newest look-up of a tag counts, whether it was seen or not', async () => {
    const { registries } = context().store;
    expect(await registries.resolved(tag)).toBeUndefined();
    await registries.recordResolved(tag, { manifest: digestOf('a'), at: first });
    await registries.recordResolved(tag, { manifest: digestOf('b'), at: later });
    await registries.recordResolved(tag, { manifest: digestOf('a'), at: first });
    expect(await registries.resolved(tag)).toEqual({ manifest: digestOf('b'), at: later });
    await registries.recordResolved(tag, { manifest: digestOf('b'), content: 'ab', at: later });
    expect(await registries.resolved(tag)).toEqual({ manifest: digestOf('b'), content: 'ab', at: later });
    await registries.recordResolved(tag, { manifest: digestOf('c'), at: new Date(later.getTime() + 1) });
    expect(await registries.resolved(tag)).not.toHaveProperty('content');
    expect(await registries.firstSeen(registry, component)).toEqual(new Map());
  });

  test.each([
    ['registry', { registry: 'elsewhere.example' }],
    ['component', { component: other }],
    ['tag', { tag: '1.0.1' }],
  ])('look-ups in another %s are kept apart', async (_what, change) => {
    const { registries } = context().store;
    await registries.recordResolved(tag, { manifest: digestOf('a'), at: first });
    expect(await registries.resolved({ ...tag, ...change })).toBeUndefined();
  });
}

function testVerdicts(context: () => Context) {
  const tag = { registry, component, tag: '1.0.0' };
  const policy = digestOf('policy');
  const verdict: Verdict = {
    manifest: digestOf('manifest'),
    evidence: {
      component,
      version: '1.0.0',
      signatures: [{ name: 'ä', verdict: 'refused' }],
      resources: [],
      references: [],
      verdict: 'refused',
      reasons: [{ code: 'blob-missing', message: 'it is gone', where: 'x' }],
      warnings: [],
    },
    at: first,
    refusals: 1,
  };

  test('a verdict is read as it was recorded, and the newest takes the place of the one before', async () => {
    const { registries } = context().store;
    expect(await registries.verdict(tag, policy)).toBeUndefined();
    await registries.recordVerdict(tag, policy, verdict);
    expect(await registries.verdict(tag, policy)).toEqual(verdict);
    const next = { ...verdict, manifest: digestOf('other'), at: later, refusals: 2 };
    await registries.recordVerdict(tag, policy, next);
    expect(await registries.verdict(tag, policy)).toEqual(next);
  });

  test.each([
    ['registry', { ...tag, registry: 'elsewhere.example' }, policy],
    ['component', { ...tag, component: other }, policy],
    ['tag', { ...tag, tag: '1.0.1' }, policy],
    ['policy', tag, digestOf('another policy')],
  ])('verdicts of another %s are kept apart', async (_what, where, under) => {
    const { registries } = context().store;
    await registries.recordVerdict(tag, policy, verdict);
    expect(await registries.verdict(where, under)).toBeUndefined();
    await registries.recordVerdict(where, under, { ...verdict, refusals: 7 });
    expect(await registries.verdict(tag, policy)).toEqual(verdict);
  });

  test('verdicts under a policy that is long gone are dropped', async () => {
    const { registries } = context().store;
    await registries.recordVerdict(tag, policy, verdict);
    const monthLater = new Date(first.getTime() + 31 * 24 * 60 * 60 * 1000);
    await registries.recordVerdict(tag, digestOf('new policy'), { ...verdict, at: monthLater });
    expect(await registries.verdict(tag, policy)).toBeUndefined();
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

function testDecisions(context: () => Context) {
  test('a decision is read as it was recorded', async () => {
    const { store } = context();
    const record = decision({ because: undefined, detail: { versions: ['1', '2'], nested: { b: null, a: 'ä "✓"' } } });
    await store.recordDecision(record);
    expect(await store.decisions('apps', 'dev/billing', 10)).toEqual([{ ...record, lastAt: first }]);
  });

  test('the same decision again only moves the time it was made last', async () => {
    const { store } = context();
    await store.recordDecision(decision({ detail: { a: 1, b: { c: 2, d: 3 } } }));
    await store.recordDecision(decision({ detail: { b: { d: 3, c: 2 }, a: 1 }, at: later }));
    expect(await store.decisions('apps', 'dev/billing', 10)).toMatchObject([{ at: first, lastAt: later }]);
    await store.recordDecision(decision({ detail: { a: 1, b: { c: 2, d: 3 } }, at: first }));
    expect(await store.decisions('apps', 'dev/billing', 10)).toMatchObject([{ at: first, lastAt: later }]);
  });

  test.each([
    ['kind', { kind: 'open' }],
    ['reason', { because: 'on-hold' }],
    ['missing reason', { because: undefined }],
    ['detail', { detail: { version: '1.1.0' } }],
    ['order in a list', { detail: { list: [2, 1] } }],
  ])('a decision of another %s is another record', async (_, change) => {
    const { store } = context();
    await store.recordDecision(decision({ detail: { list: [1, 2] } }));
    await store.recordDecision(decision({ detail: { list: [1, 2] }, ...change, at: later }));
    await store.recordDecision(decision({ detail: { list: [1, 2] }, at: later }));
    const records = await store.decisions('apps', 'dev/billing', 10);
    expect(records).toHaveLength(3);
    expect(records[1]).toMatchObject(change);
  });

  test('the newest come first, no more than are asked for, of one installation', async () => {
    const { store } = context();
    for (const kind of ['a', 'b', 'c']) await store.recordDecision(decision({ kind }));
    await store.recordDecision(decision({ kind: 'x', installation: 'prod/billing' }));
    await store.recordDecision(decision({ kind: 'y', repository: 'other' }));
    const kinds = async (limit: number) =>
      (await store.decisions('apps', 'dev/billing', limit)).map(({ kind }) => kind);
    expect(await kinds(10)).toEqual(['c', 'b', 'a']);
    expect(await kinds(2)).toEqual(['c', 'b']);
  });

  test('at most fifty records are kept of each installation', async () => {
    const { store } = context();
    await store.recordDecision(decision({ installation: 'prod/billing' }));
    for (let index = 1; index <= 53; index++) await store.recordDecision(decision({ kind: `${index}` }));
    const kept = await store.decisions('apps', 'dev/billing', 100);
    expect(kept.map(({ kind }) => kind)).toEqual(Array.from({ length: 50 }, (_, index) => `${53 - index}`));
    expect(await store.decisions('apps', 'prod/billing', 100)).toHaveLength(1);
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

function decision(change: Partial<DecisionRecord>): DecisionRecord {
  return {
    repository: 'apps',
    installation: 'dev/billing',
    kind: 'leave',
    because: 'in-sync',
    detail: { version: '1.0.0' },
    at: first,
    ...change,
  };
}

function required<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('a value of the test is wrong');
  return value;
}
