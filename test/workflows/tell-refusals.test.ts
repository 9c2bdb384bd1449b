import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createNotifier } from '../../src/adapters/notify/notifier.ts';
import { defaultLimits } from '../../src/adapters/notify/timing.ts';
import { openSqliteStore } from '../../src/adapters/sqlite/sqlite-store.ts';
import { Failure } from '../../src/core/failure.ts';
import type { Forge } from '../../src/ports/forge.ts';
import type { Store } from '../../src/ports/store.ts';
import { createRefusalTeller, type ToldResult } from '../../src/workflows/tell-refusals.ts';
import { badSignature, leave, missingImage, refuse, resultOf } from '../builders/refused.ts';
import { createStandInWorld, type StandInWorld } from '../support/gitea-worlds.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { createWorld } from '../support/world.ts';

const secret = 'fixture-secret';
const all = ['prod/billing', 'dev/billing', 'default/podinfo', 'a--b/c'];

let world: StandInWorld;
let receiver: Receiver;
let store: Store;
let warnings: { readonly event: string; readonly fields: Readonly<Record<string, unknown>> }[];
let now: number;
const owned: AsyncDisposable[] = [];

beforeEach(async () => {
  [world, receiver] = await Promise.all([createStandInWorld(), startReceiver(secret)]);
  store = await openSqliteStore(join(world.git.folder, 'store.sqlite'));
  warnings = [];
  now = Date.parse('2026-11-21T12:00:00Z');
});
afterEach(async () => {
  for (const it of [...owned.splice(0), store, receiver, world]) await it[Symbol.asyncDispose]();
});

/** A process of its own, on the forge and the store that there are. */
function startTeller({ forge = world.forge }: { readonly forge?: Pick<Forge, 'issues'> } = {}) {
  const notifier = createNotifier({
    receivers: [{ name: 'chat', url: receiver.url, secret: async () => secret }],
    limits: { ...defaultLimits, attempts: 1, pauseSeconds: 0 },
  });
  owned.push(notifier);
  const warn = (event: string, fields: Readonly<Record<string, unknown>>) => warnings.push({ event, fields });
  const teller = createRefusalTeller({
    ...{ repository: 'apps', issues: forge.issues, notifier, told: store.told },
    clock: { now: () => new Date(now) },
    log: { info: () => undefined, warn },
  });
  return (...results: readonly ToldResult[]) => {
    now += 60_000;
    return teller.tell(results, all);
  };
}

const refused = () => resultOf(refuse({}, new Date(now).toISOString()));
const other = () => resultOf(refuse({ reasons: [missingImage, badSignature] }));
const over = () => resultOf(leave);

/** Issues as people see them: number, state and title. */
function issues(): readonly string[] {
  return [...world.standIn.state.issues.values()].map(({ number, state, title }) => `#${number} ${state} ${title}`);
}

const issueOf = (number: number) => world.standIn.state.issues.get(number);
const events = () =>
  receiver.notifications.map((it) => (typeof it === 'object' && it && 'event' in it ? it.event : it));

describe('the issue', () => {
  test('is opened once, says the same pass after pass without a request, and is closed with the reason', async () => {
    const tell = startTeller();
    await tell(refused());
    expect(issues()).toEqual(['#1 open prod/billing: v2.3.0 is refused']);
    expect(issueOf(1)?.body).toContain(missingImage.where);
    const requests = world.standIn.requests.length;
    await tell(refused());
    await tell(refused());
    await tell();
    expect(world.standIn.requests).toHaveLength(requests);
    await tell(over());
    expect(issues()).toEqual(['#1 closed prod/billing: v2.3.0 is refused']);
    expect(world.standIn.state.comments.map(({ body }) => body)).toEqual([
      expect.stringContaining('This is over. v2.3.0 is installed, and nothing newer is there.'),
    ]);
    const after = world.standIn.requests.length;
    await tell(over());
    expect(world.standIn.requests).toHaveLength(after);
  });

  test('is edited when something else is refused', async () => {
    const tell = startTeller();
    await tell(refused());
    await tell(other());
    expect(issues()).toHaveLength(1);
    expect(issueOf(1)?.body).toContain(badSignature.where);
  });

  test('there is one for each installation', async () => {
    const tell = startTeller();
    await tell(refused(), resultOf(refuse(), {}, 'dev/billing'));
    await tell(over());
    expect(issues()).toEqual(['#1 closed prod/billing: v2.3.0 is refused', '#2 open dev/billing: v2.3.0 is refused']);
  });

  test('is found again by the next process, and by one that lost its store', async () => {
    await startTeller()(refused());
    await startTeller()(refused());
    await store[Symbol.asyncDispose]();
    store = await openSqliteStore(join(world.git.folder, 'other.sqlite'));
    await startTeller()(refused());
    expect(issues()).toEqual(['#1 open prod/billing: v2.3.0 is refused']);
    await store[Symbol.asyncDispose]();
    store = await openSqliteStore(join(world.git.folder, 'third.sqlite'));
    await startTeller()(over());
    expect(issues()).toEqual(['#1 closed prod/billing: v2.3.0 is refused']);
  });

  test('the next process looks once what is open, and writes nothing where nothing is new', async () => {
    await startTeller()(refused());
    const before = world.standIn.requests.length;
    const tell = startTeller();
    await tell(refused());
    await tell(refused());
    const made = world.standIn.requests.slice(before);
    expect(made.filter((it) => /\/issues\?/.test(it))).toHaveLength(1);
    expect(made.filter((it) => !it.startsWith('GET '))).toEqual([]);
  });

  test('stays closed when a person closed it, for the next process as well, until there is something new', async () => {
    const tell = startTeller();
    await tell(refused());
    await world.forge.issues?.close(1, 'seen');
    await tell(refused());
    await startTeller()(refused());
    expect(issues()).toEqual(['#1 closed prod/billing: v2.3.0 is refused']);
    await tell(other());
    expect(issues()).toEqual(['#1 closed prod/billing: v2.3.0 is refused', '#2 open prod/billing: v2.3.0 is refused']);
  });

  test('is opened anew when the same is refused again after it was over', async () => {
    const tell = startTeller();
    await tell(refused());
    await tell(over());
    await tell(refused());
    expect(issues()).toHaveLength(2);
    expect(issueOf(2)?.state).toBe('open');
  });

  test('what people write into it stays until there is something new', async () => {
    const tell = startTeller();
    await tell(refused());
    const issue = issueOf(1);
    if (issue) issue.body = `Called them. ${issue.body}`;
    await tell(refused());
    await startTeller()(refused());
    expect(issueOf(1)?.body).toContain('Called them.');
    await tell(other());
    expect(issueOf(1)?.body).not.toContain('Called them.');
    expect(issues()).toHaveLength(1);
  });

  test('is closed when the installation is not configured any more', async () => {
    await startTeller()(resultOf(refuse(), {}, 'old--er/billing'));
    expect(issues()).toEqual(['#1 closed old--er/billing: v2.3.0 is refused']);
    expect(events()).toEqual(['refused', 'resolved']);
  });

  test('of an installation with two dashes in its name is kept and found like any other', async () => {
    await startTeller()(resultOf(refuse(), {}, 'a--b/c'));
    const tell = startTeller();
    await tell();
    expect(issueOf(1)?.state).toBe('open');
    await tell(resultOf(leave, {}, 'a--b/c'));
    expect(issueOf(1)?.state).toBe('closed');
  });

  test('that was opened while its answer was lost is found and closed', async () => {
    const { issues: real } = world.forge;
    if (!real) throw new Error('there are no issues');
    const ensure: typeof real.ensure = async (issue) => {
      await real.ensure(issue);
      throw new Failure('forge-unreachable', 'The answer was lost.');
    };
    const tell = startTeller({ forge: { issues: { ...real, ensure } } });
    await tell(refused());
    expect(issueOf(1)?.state).toBe('open');
    await tell(over());
    expect(issueOf(1)?.state).toBe('closed');
  });

  test('of an installation that this pass did not look at is left', async () => {
    await startTeller()(refused());
    await startTeller()(resultOf(leave, {}, 'dev/billing'));
    expect(issueOf(1)?.state).toBe('open');
  });

  test('of others is left', async () => {
    await world.forge.issues?.ensure({ key: 'dashboard', title: 'Consignee', body: 'x' });
    await startTeller()(over());
    expect(issueOf(1)?.state).toBe('open');
  });

  test.each<readonly [string, () => ToldResult]>([
    ['failed', () => ({ ...over(), outcome: { kind: 'failed', failure: new Failure('registry-unreachable', 'x') } })],
    ['saw a part of the versions', () => resultOf({ kind: 'leave', because: 'listing-incomplete', detail: 'x' })],
  ])('is left while a pass %s', async (_, result) => {
    const tell = startTeller();
    await tell(refused());
    await tell(result());
    expect(issueOf(1)?.state).toBe('open');
    expect(events()).toEqual(['refused']);
  });

  test('what the forge did not take is logged, looked up, and written by the next pass', async () => {
    const tell = startTeller();
    const path = /\/issues$/;
    world.standIn.faults.add({ method: 'POST', path, fault: { status: 403, message: 'no' } });
    await tell(refused());
    expect(warnings).toMatchObject([
      { event: 'refusal.issue-failed', fields: { installation: 'prod/billing', code: 'forge-denied' } },
    ]);
    expect(events()).toEqual(['refused']);
    world.standIn.faults.clear();
    const before = world.standIn.requests.length;
    await tell(refused());
    expect(issues()).toEqual(['#1 open prod/billing: v2.3.0 is refused']);
    expect(world.standIn.requests.slice(before).filter((it) => /\/issues\?/.test(it)).length).toBeGreaterThan(1);
  });

  test('what could not be closed is closed by the next pass', async () => {
    const tell = startTeller();
    await tell(refused());
    world.standIn.faults.add({ method: 'PATCH', path: /\/issues\/1$/, fault: { status: 403, message: 'no' } });
    await tell(over());
    expect(issueOf(1)?.state).toBe('open');
    world.standIn.faults.clear();
    await tell(over());
    expect(issueOf(1)?.state).toBe('closed');
  });
});

describe('the notification', () => {
  test('is sent when a refusal is new, changes, and is over, and not in between', async () => {
    const tell = startTeller();
    for (const result of [over, refused, refused, other, other, over, over, refused]) await tell(result());
    expect(events()).toEqual(['refused', 'refused', 'resolved', 'refused']);
    expect(warnings).toEqual([]);
  });

  test('links to the issue from the first on', async () => {
    const tell = startTeller();
    await tell(refused());
    await tell(over());
    const issue = expect.stringMatching(/\/issues\/1$/);
    expect(receiver.notifications).toMatchObject([{ issue }, { issue }]);
  });

  test('is not sent again by the next process', async () => {
    await startTeller()(refused());
    await startTeller()(refused());
    await startTeller()(over());
    expect(events()).toEqual(['refused', 'resolved']);
  });

  test('that failed is logged and sent again by the next pass, under the same id', async () => {
    const tell = startTeller();
    receiver.next(500, 500);
    await tell(refused());
    await tell(refused());
    await tell(refused());
    await tell(refused());
    expect(warnings.map(({ event, fields }) => [event, fields.installation, fields.code])).toEqual(
      Array.from({ length: 2 }, () => ['refusal.not-notified', 'prod/billing', 'receiver-unreachable']),
    );
    const [first, ...again] = receiver.notifications;
    expect(again).toHaveLength(2);
    expect(again).toMatchObject(Array.from({ length: 2 }, () => ({ id: idOf(first) })));
  });

  test('that it is over is sent again when it failed', async () => {
    const tell = startTeller();
    await tell(refused());
    receiver.next(500);
    await tell(over());
    await tell(over());
    expect(events()).toEqual(['refused', 'resolved', 'resolved']);
  });

  test('is sent where a forge has no issues, too', async () => {
    const tell = startTeller({ forge: { issues: undefined } });
    await tell(refused());
    await tell(over());
    expect(receiver.notifications).toMatchObject([{ event: 'refused', issue: null }, { event: 'resolved' }]);
    expect(world.standIn.requests.filter((it) => it.includes('/issues'))).toEqual([]);
  });

  test('one that fails keeps no other installation from its own', async () => {
    receiver.next(500);
    await startTeller()(refused(), resultOf(refuse(), {}, 'dev/billing'));
    expect(receiver.notifications).toMatchObject([{}, { installation: { environment: 'dev' } }]);
    expect(issues()).toHaveLength(2);
  });
});

function idOf(notification: unknown): unknown {
  return typeof notification === 'object' && notification && 'id' in notification ? notification.id : undefined;
}

test('a mistake of the program is no warning', async () => {
  const { issues: real } = world.forge;
  if (!real) throw new Error('there are no issues');
  const ensure = () => Promise.reject(new TypeError('a bug'));
  await expect(startTeller({ forge: { issues: { ...real, ensure } } })(refused())).rejects.toThrow('a bug');
});

test('what passes refuse is told once, however often they look again', async () => {
  await using delivery = await createWorld();
  const tell = startTeller();
  await delivery.publish('v1.0.0', { tampered: true });
  for (const at of ['2026-11-21T12:00:00Z', '2026-11-21T12:05:00Z', '2026-11-21T15:00:00Z'])
    await tell(...(await delivery.pass({ at })));
  expect(issues()).toEqual(['#1 open default/podinfo: v1.0.0 is refused']);
  expect(receiver.notifications).toMatchObject([
    {
      event: 'refused',
      component: 'example.org/podinfo',
      candidate: 'v1.0.0',
      because: 'not-verified',
      reasons: [{ code: 'signature-invalid', where: 'example.org/podinfo:v1.0.0 signature release' }],
    },
  ]);
  await delivery.publish('v1.1.0');
  await tell(...(await delivery.pass({ at: '2026-11-21T15:05:00Z' })));
  expect(events()).toEqual(['refused', 'resolved']);
  expect(issues()).toEqual(['#1 closed default/podinfo: v1.0.0 is refused']);
});
