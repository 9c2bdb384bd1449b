import { afterEach, beforeEach, expect, test } from 'vitest';
import { Failure } from '../../src/core/failure.ts';
import type { CommitSha } from '../../src/core/repository/commit.ts';
import type { Forge } from '../../src/ports/forge.ts';
import { journalForge } from '../../src/workflows/journalled-forge.ts';
import { bot, branch, createJournalWorld, type JournalWorld, repository } from '../support/journal-world.ts';

const ref = `refs/heads/${branch}`;
const secret = 'hunter2-canary';
const by = bot;

let world: JournalWorld;
beforeEach(async () => {
  world = await createJournalWorld();
});
afterEach(() => world[Symbol.asyncDispose]());

const open = (forge: Forge) =>
  forge.pullRequests.open({ head: branch, base: 'main', title: 'A title', body: secret, labels: [], by });

/** Every write that others can see, after #1 was opened and commented on. */
const writes: readonly (readonly [string, (forge: Forge, head: CommitSha) => Promise<unknown>, string])[] = [
  ['push', (forge, head) => forge.writer.push([{ ref: `${ref}-2`, expect: undefined, to: head }]), 'done'],
  ['open', open, 'done #1'],
  ['update', (forge) => forge.pullRequests.update(1, { title: 'Another', body: secret, by }), 'done'],
  ['comment', (forge) => forge.comments.add(1, { body: secret, by }), 'done'],
  ['comment', (forge) => forge.comments.ensure(1, { key: 'closed', body: secret, by }), 'done'],
  ['acknowledge', (forge) => forge.comments.acknowledge('1'), 'done'],
  [
    'status',
    async (forge, head) =>
      forge.checks?.set(head, { context: 'consignee/verified', state: 'success', description: secret }),
    'done',
  ],
  ['issue', async (forge) => forge.issues?.ensure({ key: 'refused/x', title: secret, body: secret }), 'done'],
  ['close', (forge) => forge.pullRequests.close(1, by), 'done'],
];

test('every write is preceded by its intent and followed by its outcome', async () => {
  const { plain, journalled, events, head } = world;
  await open(plain);
  await plain.comments.add(1, { body: 'Hello.', by });
  expect(await world.journal.unresolved(repository)).toEqual([]);
  for (const [kind, write, outcome] of writes) {
    world.forget();
    await write(journalled, head);
    const [begun, ...others] = events;
    const ended = others.pop();
    expect([kind, begun, ended]).toEqual([kind, `begin ${kind}`, `end ${outcome}`]);
    expect(others.length).toBeGreaterThan(0);
    expect(others).toEqual(others.map(() => 'write'));
  }
  expect(await world.journal.unresolved(repository)).toEqual([]);
});

test('issues are closed and pull requests merged with intents, too', async () => {
  const { plain, journalled, events, head } = world;
  await open(plain);
  const issue = await plain.issues?.ensure({ key: 'refused/x', title: 'A title', body: 'A body' });
  world.forget();
  await journalled.issues?.close(issue?.number ?? 0, secret);
  const merged = await journalled.pullRequests.merge(1, { expectedHead: head, message: secret, by });
  expect(merged.kind).toBe('merged');
  const commit = merged.kind === 'merged' ? merged.commit : '';
  expect(events.filter((it) => it !== 'write')).toEqual([
    'begin close-issue',
    'end done',
    'begin merge',
    `end done ${commit}`,
  ]);
});

test('nothing that people wrote and nothing secret stands in the journal', async () => {
  const { plain, journalled, head } = world;
  await open(plain);
  for (const [, write] of writes) await write(journalled, head);
  expect(world.effects).toHaveLength(writes.length);
  expect(JSON.stringify(world.effects)).not.toContain(secret);
});

test('what others did first is stored as not done', async () => {
  const { plain, journalled, events, head, person } = world;
  await open(plain);
  await person.commit(branch, { 'by-hand.txt': 'x\n' });
  world.forget();
  expect(await journalled.writer.push([{ ref, expect: head, to: undefined }])).toBe('stale');
  expect(await journalled.pullRequests.merge(1, { expectedHead: head, message: 'm', by })).toEqual({
    kind: 'head-moved',
  });
  expect(events.filter((it) => it.startsWith('end'))).toEqual(['end not-done stale', 'end not-done head-moved']);
});

test.each([
  ['the forge refused', { status: 403, message: 'no' }, 'forge-denied', 'end not-done forge-denied'],
  ['no answer came', 'reset-before', 'forge-unreachable', 'end unknown forge-unreachable'],
] as const)('when %s, that is stored, and thrown as it was', async (_, fault, code, end) => {
  const { plain, journalled, events, standIn } = world;
  await open(plain);
  standIn.faults.add({ method: 'POST', path: /comments/, fault });
  world.forget();
  await expect(journalled.comments.add(1, { body: 'b', by })).rejects.toMatchObject({ code });
  expect(events.at(-1)).toBe(end);
});

test('after a mistake of the program nobody knows what was done', async () => {
  const { plain, journal, clock, log, events } = world;
  const broken = {
    ...plain,
    comments: {
      ...plain.comments,
      add: async () => {
        throw new TypeError('a bug');
      },
    },
  };
  const forge = journalForge(broken, { journal, repository, clock, log });
  await expect(forge.comments.add(1, { body: 'b', by })).rejects.toThrow('a bug');
  expect(events).toEqual(['begin comment', 'end unknown internal']);
});

test('what cannot be written down beforehand is not done', async () => {
  const { plain, journal, clock, log, standIn, head } = world;
  const begin = async () => {
    throw new Failure('store', 'The disk is full.');
  };
  const forge = journalForge(plain, { journal: { ...journal, begin }, repository, clock, log });
  const before = standIn.requests.length;
  for (const [, write] of writes) await expect(write(forge, head)).rejects.toMatchObject({ code: 'store' });
  await expect(forge.pullRequests.merge(1, { expectedHead: head, message: 'm', by })).rejects.toThrow();
  await expect(forge.issues?.close(1, 'w')).rejects.toThrow();
  expect(standIn.requests.slice(before)).toEqual([]);
});

test('what was done is done, though it cannot be written down', async () => {
  const { plain, journal, clock, log, warnings } = world;
  const end = async () => {
    throw new Failure('store', 'The disk is full.');
  };
  const forge = journalForge(plain, { journal: { ...journal, end }, repository, clock, log });
  expect(await open(forge)).toMatchObject({ number: 1 });
  expect(warnings).toEqual(['effect.unrecorded']);
  expect(await journal.unresolved(repository)).toMatchObject([{ kind: 'open', detail: { head: branch } }]);
});

test('a push of nothing is no effect', async () => {
  const { journalled, events } = world;
  expect(await journalled.writer.push([])).toBe('pushed');
  expect(events).toEqual([]);
});

test('the same effect has the same key, another one has another', async () => {
  const { plain, journalled, effects } = world;
  await open(plain);
  await journalled.comments.ensure(1, { key: 'closed', body: 'one', by });
  await journalled.comments.ensure(1, { key: 'closed', body: 'one', by });
  await journalled.comments.ensure(1, { key: 'closed', body: 'two', by });
  await journalled.comments.add(1, { body: 'one', by });
  const [first, second, third, fourth] = effects.map(({ key }) => key);
  expect(second).toBe(first);
  expect(new Set([first, third, fourth]).size).toBe(3);
});

test('a forge without statuses and issues has none with a journal either', () => {
  const { plain, journal, clock, log } = world;
  const forge = journalForge({ ...plain, checks: undefined, issues: undefined }, { journal, repository, clock, log });
  expect(forge.checks).toBeUndefined();
  expect(forge.issues).toBeUndefined();
});
