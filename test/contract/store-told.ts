import { expect, test } from 'vitest';
import { type Context, first, later } from './store-world.ts';

export function testTold(context: () => Context): void {
  test('what was said last is known by its subject, in its repository', async () => {
    const { store, world } = context();
    expect(await store.told.last('fleet', 'check/1')).toBeUndefined();
    await store.told.record('fleet', 'check/1', 'success', first);
    await store.told.record('fleet', 'check/2', 'pending', first);
    await store.told.record('fleet', 'check/1', 'failure', later);
    expect(await store.told.last('fleet', 'check/1')).toBe('failure');
    expect(await store.told.last('fleet', 'check/2')).toBe('pending');
    expect(await store.told.last('other', 'check/1')).toBeUndefined();
    await using again = await world.open();
    expect(await again.told.last('fleet', 'check/1')).toBe('failure');
  });

  test('what was said more than 90 days ago is forgotten as new things are said, and nothing else', async () => {
    const { store } = context();
    const days = (count: number) => new Date(first.getTime() + count * 24 * 60 * 60 * 1000);
    await store.told.record('fleet', 'old', 'a', first);
    await store.told.record('fleet', 'young', 'b', days(30));
    for (let count = 0; count <= 100; count++) await store.told.record('fleet', `new/${count}`, 'c', days(100));
    expect(await store.told.last('fleet', 'old')).toBeUndefined();
    expect(await store.told.last('fleet', 'young')).toBe('b');
    expect(await store.told.last('fleet', 'new/0')).toBe('c');
  });
}
