import { expect, test } from 'vitest';
import type { HintEvent } from '../../src/ports/deliveries.ts';
import type { ReceivedDelivery } from '../../src/ports/inbox.ts';
import { type Context, daysAfter, first, killProcessAfter, later, runProcess } from './store-world.ts';

const digest = 'a'.repeat(64);
const events: readonly HintEvent[] = [
  { kind: 'branch', repository: { id: '1', name: 'acme/apps' }, branch: 'main' },
  {
    kind: 'comment',
    repository: { id: '1', name: 'acme/apps' },
    number: 3,
    id: '77',
    author: { id: '5', name: 'ä "✓"' },
    bodyDigest: digest,
    permission: undefined,
  },
];

/** Deliveries of webhooks. */
export function testInbox(context: () => Context): void {
  testReceive(context);
  testPending(context);
  testKeeping(context);
  testDurability(context);
}

function testReceive(context: () => Context) {
  test('a delivery is new once, and then was received before', async () => {
    const { inbox } = context().store;
    expect(await inbox.receive([delivery({})])).toEqual(['new']);
    expect(await inbox.receive([delivery({ at: later, events: [] })])).toEqual(['before']);
    expect(await inbox.pending()).toEqual([{ ...delivery({}), sequence: expect.any(Number) }]);
  });

  test('one with the name of another and other content is not stored', async () => {
    const { inbox } = context().store;
    await inbox.receive([delivery({})]);
    expect(await inbox.receive([delivery({ bodyDigest: 'b'.repeat(64), type: 'other' })])).toEqual(['conflicting']);
    expect(await inbox.receive([delivery({})])).toEqual(['before']);
    expect(await inbox.pending()).toMatchObject([{ bodyDigest: digest, type: 'push' }]);
  });

  test('several are answered in their order, also when they are the same', async () => {
    const { inbox } = context().store;
    const conflicting = delivery({ id: '2', bodyDigest: 'b'.repeat(64) });
    const received = [delivery({ id: '1' }), delivery({ id: '2' }), delivery({ id: '1' }), conflicting];
    expect(await inbox.receive(received)).toEqual(['new', 'new', 'before', 'conflicting']);
    expect(await inbox.receive([])).toEqual([]);
  });

  test('the same name from another connection is another delivery', async () => {
    const { inbox } = context().store;
    await inbox.receive([delivery({})]);
    expect(await inbox.receive([delivery({ connection: 'forge:github' }), delivery({ id: 'A1' })])).toEqual([
      'new',
      'new',
    ]);
  });

  test('calls at once are each answered for their own deliveries', async () => {
    const { inbox } = context().store;
    const calls = Array.from({ length: 1500 }, (_, index) => [
      delivery({ id: `${index}` }),
      delivery({ id: `${index - (index % 2)}` }),
    ]);
    const receipts = await Promise.all(calls.map((call) => inbox.receive(call)));
    expect(receipts).toEqual(calls.map(() => ['new', 'before']));
    const first = await inbox.pending();
    expect(first).toHaveLength(1000);
    expect(await inbox.pending(first.at(-1)?.sequence)).toHaveLength(500);
  });

  test('of handles that receive the same at once exactly one is told that it is new', async () => {
    const { store, world } = context();
    await using other = await world.open();
    const deliveries = Array.from({ length: 100 }, (_, index) => delivery({ id: `${index}` }));
    const receipts = await Promise.all(
      deliveries.flatMap((one) => [store.inbox.receive([one]), other.inbox.receive([one])]),
    );
    const flat = receipts.flat();
    expect(flat.filter((it) => it === 'new')).toHaveLength(100);
    expect(flat.filter((it) => it === 'before')).toHaveLength(100);
    expect(await store.inbox.pending()).toHaveLength(100);
  });
}

function testPending(context: () => Context) {
  test('what was acted on is not pending any more, and the rest comes in the order of arrival', async () => {
    const { inbox } = context().store;
    for (const id of ['c', 'a', 'b', 'd']) await inbox.receive([delivery({ id })]);
    const [c, a] = await inbox.pending();
    await inbox.done([c?.sequence ?? 0, a?.sequence ?? 0], later);
    await inbox.done([], later);
    expect((await inbox.pending()).map(({ id }) => id)).toEqual(['b', 'd']);
    expect(await inbox.receive([delivery({ id: 'a' })])).toEqual(['before']);
    expect(await inbox.pending()).toHaveLength(2);
  });

  test('it is known when the newest of a connection arrived, acted on or not', async () => {
    const { inbox } = context().store;
    expect(await inbox.lastReceived('forge:gitea')).toBeUndefined();
    await inbox.receive([delivery({ id: '1', at: later })]);
    await inbox.receive([delivery({ id: '2', at: first }), delivery({ id: '3', connection: 'x', at: first })]);
    await doneAll(context(), later);
    expect(await inbox.lastReceived('forge:gitea')).toEqual(later);
    expect(await inbox.lastReceived('x')).toEqual(first);
    expect(await inbox.lastReceived('forge')).toBeUndefined();
  });
}

function testKeeping(context: () => Context) {
  test('what was acted on two weeks ago is removed, but not what is pending or tells when a connection was heard of', async () => {
    const { inbox } = context().store;
    await inbox.receive([delivery({ id: 'quiet', connection: 'quiet' }), delivery({ id: 'old' })]);
    await doneAll(context(), first);
    await inbox.receive([delivery({ id: 'young', at: later })]);
    await doneAll(context(), later);
    await inbox.receive([delivery({ id: 'pending', at: later })]);
    const now = daysAfter(first, 14.5);
    await receiveMany(context(), now);
    // Those that are still there are known.
    const kept = [
      delivery({ id: 'quiet', connection: 'quiet' }),
      delivery({ id: 'young' }),
      delivery({ id: 'pending' }),
    ];
    expect(await inbox.receive(kept)).toEqual(['before', 'before', 'before']);
    expect(await inbox.receive([delivery({ id: 'old' })])).toEqual(['new']);
    expect(await inbox.lastReceived('quiet')).toEqual(first);
    expect((await inbox.pending())[0]).toMatchObject({ id: 'pending' });
  });

  test('numbers of what was removed are not given again', async () => {
    const { inbox } = context().store;
    await inbox.receive([delivery({ id: 'a' }), delivery({ id: 'b', at: later })]);
    const before = await inbox.pending();
    await inbox.done(
      before.map(({ sequence }) => sequence),
      first,
    );
    await receiveMany(context(), daysAfter(later, 30));
    const after = await inbox.pending();
    expect(Math.min(...after.map(({ sequence }) => sequence))).toBeGreaterThan(
      Math.max(...before.map(({ sequence }) => sequence)),
    );
  });
}

function testDurability(context: () => Context) {
  test('what was received is there when the process was killed right after it', async () => {
    const { store, world } = context();
    const script = `
      const delivery = ${JSON.stringify(delivery({}))};
      for (let index = 0; ; index++) {
        await store.inbox.receive([{ ...delivery, id: String(index), at: new Date() }]);
        console.log(index);
      }`;
    await killProcessAfter(world, script, 25);
    const ids = (await store.inbox.pending()).map(({ id }) => id);
    expect(ids.slice(0, 25)).toEqual(Array.from({ length: 25 }, (_, index) => `${index}`));
    expect(await store.inbox.receive([delivery({ id: '24' })])).toEqual(['before']);
  });

  test('processes that receive the same at once store it once', async () => {
    const { store, world } = context();
    const script = `
      const delivery = { ...${JSON.stringify(delivery({}))}, at: new Date(5) };
      const calls = Array.from({ length: 200 }, (_, index) => store.inbox.receive([{ ...delivery, id: String(index) }]));
      console.log((await Promise.all(calls)).flat().filter((it) => it === 'new').length);
      await store[Symbol.asyncDispose]();`;
    const counts = await Promise.all([runProcess(world, script), runProcess(world, script), runProcess(world, script)]);
    expect(counts.flat().reduce((sum, count) => sum + Number(count), 0)).toBe(200);
    expect(await store.inbox.pending()).toHaveLength(200);
  });
}

async function doneAll({ store }: Context, at: Date): Promise<void> {
  const pending = await store.inbox.pending();
  await store.inbox.done(
    pending.map(({ sequence }) => sequence),
    at,
  );
}

/** Enough that old ones are cleaned up. */
async function receiveMany({ store }: Context, at: Date): Promise<void> {
  const many = Array.from({ length: 200 }, (_, index) => delivery({ id: `many ${index}`, at }));
  for (const one of [many.slice(0, 100), many.slice(100)]) await store.inbox.receive(one);
}

function delivery(change: Partial<ReceivedDelivery>): ReceivedDelivery {
  return { connection: 'forge:gitea', id: 'a1', type: 'push', bodyDigest: digest, events, at: first, ...change };
}
