import { expect, test } from 'vitest';
import type { Effect, EffectOutcome } from '../../src/ports/journal.ts';
import { type Context, daysAfter, first, killProcessAfter, later } from './store-world.ts';

const done: EffectOutcome = { result: 'done', at: later };

/** What the bot was about to do, and what came of it. */
export function testJournal(context: () => Context): void {
  test('an intent is unresolved until it has an outcome', async () => {
    const { journal } = context().store;
    const one = effect({ kind: 'push' });
    const two = effect({ kind: 'merge', detail: { number: 7, head: 'ä "✓"', nested: { list: [1, null] } }, at: later });
    const numbers = [await journal.begin(one), await journal.begin(two), await journal.begin(one)];
    expect(new Set(numbers).size).toBe(3);
    await journal.end(numbers[2] ?? 0, done);
    expect(await journal.unresolved('apps')).toEqual([
      { ...one, sequence: numbers[0] },
      { ...two, sequence: numbers[1] },
    ]);
  });

  test.each(['done', 'not-done', 'unknown'] as const)('one that ended as %s is not unresolved', async (result) => {
    const { journal } = context().store;
    await journal.end(await journal.begin(effect({})), { result, detail: 'because', at: later });
    expect(await journal.unresolved('apps')).toEqual([]);
  });

  test('intents of other repositories are left out', async () => {
    const { journal } = context().store;
    await journal.begin(effect({ repository: 'other' }));
    expect(await journal.unresolved('apps')).toEqual([]);
    expect(await journal.unresolved('other')).toHaveLength(1);
  });

  test('an intent without an outcome is never removed', async () => {
    const { journal } = context().store;
    await journal.begin(effect({}));
    for (let index = 0; index < 120; index++) await journal.begin(effect({ at: daysAfter(first, 400) }));
    expect(await journal.unresolved('apps')).toHaveLength(121);
  });

  test('another handle finds what one left behind, and ends it', async () => {
    const { store, world } = context();
    const sequence = await store.journal.begin(effect({}));
    await using other = await world.open();
    expect(await other.journal.unresolved('apps')).toMatchObject([{ sequence }]);
    await other.journal.end(sequence, done);
    expect(await store.journal.unresolved('apps')).toEqual([]);
  });

  test('what had begun is there when the process was killed right after it', async () => {
    const { store, world } = context();
    const script = `
      for (let index = 0; ; index++) {
        const effect = { repository: 'apps', kind: 'push', key: String(index), detail: {}, at: new Date() };
        const sequence = await store.journal.begin(effect);
        if (index % 2 === 0) await store.journal.end(sequence, { result: 'done', at: new Date() });
        console.log(index);
      }`;
    await killProcessAfter(world, script, 20);
    const keys = (await store.journal.unresolved('apps')).map(({ key }) => key);
    expect(keys.slice(0, 10)).toEqual(Array.from({ length: 10 }, (_, index) => `${2 * index + 1}`));
  });
}

function effect(change: Partial<Effect>): Effect {
  return { repository: 'apps', kind: 'push', key: 'a'.repeat(64), detail: { ref: 'b' }, at: first, ...change };
}
