import { expect, test } from 'vitest';
import type { Hook, Hooks } from '../../../src/ports/hooks.ts';
import { examineHook, examineLastDelivery, tryDelivery } from '../../../src/workflows/doctor/examine-webhook.ts';

const place = {
  where: 'acme/apps',
  url: 'https://bot.example.org/hooks/gitea/internal',
  connection: 'forge:internal',
  blocksPrivate: true,
};
const hook: Hook = { id: '7', url: place.url, active: true, events: [], complete: true };
const now = new Date('2026-11-21T12:00:00Z');

function hooks(all: readonly Hook[], tested: string[] = []): Hooks {
  return {
    list: async () => all,
    ensure: async () => 'same',
    sendTest: async (id) => {
      tested.push(id);
    },
  };
}

/** An inbox that gains a delivery when it was looked into so often. */
function inboxAfter(looks: number) {
  let count = 0;
  return {
    receive: async () => [],
    pending: async () => [],
    done: async () => undefined,
    lastReceived: async () => {
      count += 1;
      return count > looks ? now : undefined;
    },
  };
}

async function tried(looks: number, forged = false) {
  const [tested, pauses]: [string[], number[]] = [[], []];
  const pause = async (milliseconds: number) => {
    pauses.push(milliseconds);
  };
  const inbox = inboxAfter(looks);
  const trial = { hook, inbox, clock: { now: () => now }, waitSeconds: 20, pause, forged: () => forged };
  const found = await tryDelivery({ ...trial, hooks: hooks([hook], tested) }, place);
  return { ...found, tested, waited: pauses.reduce((sum, it) => sum + it, 0) };
}

test('a delivery that arrives ends the waiting', async () => {
  expect(await tried(4)).toMatchObject({ result: 'ok', tested: ['7'], waited: 300 });
});

test('what does not arrive within 20 seconds is explained, the usual cause first', async () => {
  const { result, remedy, waited } = await tried(Number.POSITIVE_INFINITY);
  expect([result, waited]).toEqual(['failed', 20_000]);
  expect(remedy).toMatch(
    /^Look, in this order: .*ALLOWED_HOST_LIST = external, bot\.example\.org in app\.ini.*"publicUrl".*firewall/,
  );
});

test('a delivery that is signed with another secret is told as that', async () => {
  expect((await tried(Number.POSITIVE_INFINITY, true)).message).toContain('signed with another secret');
});

test('an address is the same however it is written', async () => {
  const { hook: found } = await examineHook(hooks([{ ...hook, url: place.url.replace('bot.', 'BOT.') }]), place);
  expect(found?.id).toBe('7');
});

test('two webhooks to one address are one too many', async () => {
  const { found } = await examineHook(hooks([hook, { ...hook, id: '8' }]), place);
  expect(found.map(({ result, message }) => [result, message])).toEqual([
    ['warning', `There are 2 webhooks to ${place.url}: every event arrives as often.`],
  ]);
});

test.each([
  [5, '5 s ago'],
  [600, '10 min ago'],
  [10_800, '3 h ago'],
  [864_000, '10 days ago'],
])('a delivery of %i seconds ago came %s', async (seconds, expected) => {
  const later = new Date(now.getTime() + seconds * 1000);
  expect((await examineLastDelivery(inboxAfter(0), place, later)).message).toContain(expected);
});
