import { join } from 'node:path';
import { test as baseTest, describe, expect } from 'vitest';
import { openSqliteStore } from '../../src/adapters/sqlite/sqlite-store.ts';
import type { HintEvent } from '../../src/ports/deliveries.ts';
import type { Inbox } from '../../src/ports/inbox.ts';
import { type Addressed, createDispatcher } from '../../src/workflows/dispatch-deliveries.ts';
import type { InstallationResult } from '../../src/workflows/pass.ts';
import { workFor } from '../../src/workflows/work-for-hint.ts';
import { createWorkplace } from '../support/cli.ts';

const clock = { now: () => new Date('2026-11-21T12:00:00Z') };
const pushed = (name: string): HintEvent => ({ kind: 'branch', repository: { id: '1', name }, branch: 'main' });

/* biome-ignore-start lint/correctness/noEmptyPattern: what a fixture is made from is read from this pattern. */
const test = baseTest.extend('inbox', async ({}, { onCleanup }): Promise<Inbox> => {
  const place = await createWorkplace();
  const store = await openSqliteStore(join(place.folder, 'store.sqlite'));
  onCleanup(async () => {
    await store[Symbol.asyncDispose]();
    await place[Symbol.asyncDispose]();
  });
  return store.inbox;
});
/* biome-ignore-end lint/correctness/noEmptyPattern: what a fixture is made from is read from this pattern. */

let count = 0;
async function receive(inbox: Inbox, events: readonly HintEvent[], connection = 'forge:internal'): Promise<void> {
  count += 1;
  await inbox.receive([{ connection, id: `${count}`, type: 'push', bodyDigest: `${count}`, events, at: clock.now() }]);
}

interface Taking extends Addressed {
  readonly hints: { readonly event: HintEvent; readonly delivery: number; readonly registry: string | undefined }[];
}

function laneOf(repository: string, takes = true): Taking {
  const hints: Taking['hints'] = [];
  return {
    ...{ connection: 'forge:internal', repository, packages: 'git.example.org', hints },
    lane: {
      hint: (event, delivery, registry) => {
        if (takes) hints.push({ event, delivery, registry });
        return takes;
      },
      wake: () => undefined,
    },
  };
}

function dispatcherOf(inbox: Inbox, lanes: readonly Addressed[]) {
  const warnings: string[] = [];
  const log = { info: () => undefined, warn: (event: string) => void warnings.push(event) };
  return { ...createDispatcher({ inbox, clock, log }, () => lanes), warnings };
}

describe('deliveries', () => {
  test('are about the repository that they name, whatever its case, and those of others are done with', async ({
    inbox,
  }) => {
    const [mine, other] = [laneOf('org/apps'), laneOf('org/others')];
    await receive(inbox, [pushed('Org/Apps')]);
    await receive(inbox, [pushed('stranger/apps')]);
    await receive(inbox, [pushed('org/apps')], 'forge:another');
    await receive(inbox, []);
    const dispatcher = dispatcherOf(inbox, [mine, other]);
    dispatcher.wake();
    await dispatcher.settle();
    expect(mine.hints.map(({ event }) => event)).toEqual([pushed('Org/Apps')]);
    expect(other.hints).toEqual([]);
    expect(await inbox.pending()).toHaveLength(1);
  });

  test('stay until every lane has acted on every event of them', async ({ inbox }) => {
    const lanes = [laneOf('org/apps'), laneOf('org/others'), laneOf('org/idle', false)];
    await receive(
      inbox,
      [
        { kind: 'artifact', name: 'a', tag: 'v1' },
        { kind: 'artifact', name: 'b', tag: 'v1' },
      ],
      'registry:registry.example.org/dev',
    );
    const dispatcher = dispatcherOf(inbox, lanes);
    dispatcher.wake();
    await dispatcher.settle();
    const [first, second] = lanes.map(({ hints }) => hints.map(({ delivery }) => delivery));
    expect(lanes[0]?.hints[0]?.registry).toBe('registry.example.org');
    await dispatcher.done(first ?? []);
    await dispatcher.done((second ?? []).slice(1));
    expect(await inbox.pending()).toHaveLength(1);
    await dispatcher.done((second ?? []).slice(1));
    expect(await inbox.pending()).toEqual([]);
  });

  test('of packages come by the connection of the forge, too', async ({ inbox }) => {
    const lanes = [laneOf('org/apps'), laneOf('org/others')];
    const event = { kind: 'artifact', name: 'org/a', tag: 'v1' } as const;
    await receive(inbox, [event]);
    const dispatcher = dispatcherOf(inbox, lanes);
    dispatcher.wake();
    await dispatcher.settle();
    for (const { hints } of lanes) expect(hints).toMatchObject([{ event, registry: 'git.example.org' }]);
  });

  test('are handed over once in a process, and again in the next one', async ({ inbox }) => {
    const lane = laneOf('org/apps');
    await receive(inbox, [pushed('org/apps')]);
    const dispatcher = dispatcherOf(inbox, [lane]);
    for (let times = 0; times < 3; times++) {
      dispatcher.wake();
      await dispatcher.settle();
    }
    expect(lane.hints).toHaveLength(1);
    const next = dispatcherOf(inbox, [lane]);
    next.wake();
    await next.settle();
    expect(lane.hints).toHaveLength(2);
  });

  test.for([0, 1, 2, 3, 4, 5, 6, 7, 8])(
    'that arrive %i turns after the last look are not left',
    async (turns, { inbox }) => {
      const lane = laneOf('org/apps');
      const dispatchers: ReturnType<typeof dispatcherOf>[] = [];
      const { promise: woken, resolve } = Promise.withResolvers<void>();
      const wakeAfter = (left: number) => {
        if (left > 0) return queueMicrotask(() => wakeAfter(left - 1));
        dispatchers[0]?.wake();
        resolve();
      };
      let looks = 0;
      const pending: Inbox['pending'] = async (after) => {
        looks += 1;
        const found = await inbox.pending(after);
        if (looks > 1) return found;
        await receive(inbox, [pushed('org/apps')]);
        queueMicrotask(() => wakeAfter(turns));
        return found;
      };
      const dispatcher = dispatcherOf({ ...inbox, pending }, [lane]);
      dispatchers.push(dispatcher);
      dispatcher.wake();
      await woken;
      await dispatcher.settle();
      expect(lane.hints).toHaveLength(1);
    },
  );

  test('are looked for again after the store failed', async ({ inbox }) => {
    const lane = laneOf('org/apps');
    await receive(inbox, [pushed('org/apps')]);
    let broken = true;
    const pending: Inbox['pending'] = async (after) => {
      if (broken) throw new Error('busy');
      return inbox.pending(after);
    };
    const dispatcher = dispatcherOf({ ...inbox, pending }, [lane]);
    dispatcher.wake();
    await dispatcher.settle();
    expect(dispatcher.warnings).toEqual(['inbox.failed']);
    broken = false;
    dispatcher.wake();
    await dispatcher.settle();
    expect(lane.hints).toHaveLength(1);
  });
});

describe('of what people propose', () => {
  const repository = { id: '1', name: 'org/apps' };
  const head = 'a'.repeat(40);
  const at = { known: [], branch: 'main', registry: undefined, watched: [{ number: 7, head, waits: true }] };
  const author = { id: '3', name: 'mira' };
  const comment = { kind: 'comment', repository, id: '1', author, bodyDigest: '', permission: undefined } as const;

  test.each<[string, HintEvent, ReadonlySet<string> | undefined]>([
    ['a pull request', { kind: 'pull-request', repository, number: 9, head: 'mine' }, new Set()],
    ['a status on a head that has statuses of the bot', { kind: 'check', repository, sha: head }, new Set([head])],
    ['a status elsewhere', { kind: 'check', repository, sha: 'b'.repeat(40) }, undefined],
    ['a comment where an approval is waited for', { ...comment, number: 7 }, new Set([head])],
    ['a comment elsewhere', { ...comment, number: 8 }, undefined],
  ])('%s is looked at when it may say something', (_, event, heads) => {
    expect(workFor(event, at)?.heads).toEqual(heads);
  });

  test('the branch of an installation is no pull request of people', () => {
    const event = { kind: 'pull-request', repository, number: 1, head: 'consignee/dev/podinfo' } as const;
    expect(workFor(event, at)).toEqual({ installations: new Map([['dev/podinfo', { anew: false }]]) });
  });
});

describe('before all installations were looked at', () => {
  const unknown = { known: undefined, watched: [], branch: 'main', registry: 'registry.example.org' };
  const none: readonly InstallationResult[] = [];
  const repository = { id: '1', name: 'org/apps' };

  test.each<[string, HintEvent]>([
    ['a check', { kind: 'check', repository, sha: 'a'.repeat(40) }],
    ['something in a registry', { kind: 'artifact', name: 'consumer/x', tag: 'v1' }],
  ])('%s may be about any of them', (_, event) => {
    expect(workFor(event, unknown)).toEqual({ everything: true });
    expect(workFor(event, { ...unknown, known: none })).toBeUndefined();
  });
});
