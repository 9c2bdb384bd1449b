import { expect, test } from 'vitest';
import type { DecisionRecord } from '../../src/ports/store.ts';
import { type Context, first, later } from './store-world.ts';

/** Why installations are where they are. */
export function testDecisions(context: () => Context): void {
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

export function decision(change: Partial<DecisionRecord>): DecisionRecord {
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
