import { describe, expect, test } from 'vitest';
import { digestOf } from '../../src/core/digest.ts';
import { Failure } from '../../src/core/failure.ts';
import type { Comment } from '../../src/core/pull-request/pull-request.ts';
import type { HintEvent } from '../../src/ports/deliveries.ts';
import { catchUpComments } from '../../src/workflows/catch-up-comments.ts';
import { createLane, type Lane, type LaneInput } from '../../src/workflows/lane.ts';
import type { PassPorts } from '../../src/workflows/pass.ts';
import { branch, type CommandWorld, createProposed, withForge } from '../support/command-world.ts';
import { createInstalled } from '../support/people-world.ts';
import { configPath, configText } from '../support/world.ts';

interface Running extends AsyncDisposable {
  readonly lane: Lane;
  readonly done: number[];
  /** The names of all installations, after each pass. */
  readonly passes: (readonly string[] | undefined)[];
  /** @returns Once it is so; looked at whenever something was logged, done or passed. */
  until(isSo: () => unknown): Promise<void>;
}

/** Starts a lane that polls once an hour and tries again after a few milliseconds. */
function start(world: CommandWorld, changes: Partial<LaneInput> = {}): Running {
  const done: number[] = [];
  const passes: (readonly string[] | undefined)[] = [];
  const watchers = new Set<() => void>();
  const look = () => {
    for (const it of watchers) it();
  };
  const ports = changes.ports ?? world.ports;
  const note: PassPorts['log']['info'] = (event, fields) => {
    ports.log.info(event, fields);
    look();
  };
  const lane = createLane({
    options: world.options,
    pollingSeconds: 3600,
    firstPause: 5,
    afterPass: async (_, configured) => {
      passes.push(configured);
      look();
    },
    onDone: async (deliveries) => {
      done.push(...deliveries);
      look();
    },
    ...changes,
    ports: { ...ports, log: { info: note, warn: note } },
  });
  const ended = lane.run();
  return {
    ...{ lane, done, passes },
    async until(isSo) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const watch = () => {
        if (isSo()) resolve();
      };
      watchers.add(watch);
      watch();
      await promise;
      watchers.delete(watch);
    },
    async [Symbol.asyncDispose]() {
      lane.stop();
      await ended;
    },
  };
}

const repository = { id: '1', name: 'software-consumer/ocm-applications' };

function eventOf({ id, number, author, body }: Comment): HintEvent {
  const bodyDigest = digestOf(body).slice('sha256:'.length);
  return { kind: 'comment', repository, number, id, author, bodyDigest, permission: 'write' };
}

const branchEvent: HintEvent = { kind: 'branch', repository, branch };

/** Everything that has to do with this comment fails until it is mended; comments are known by webhooks alone. */
function poisoned(world: CommandWorld, { id }: Comment, step: 'read' | 'reply') {
  const state = { mended: false, tries: 0 };
  const fail = () => {
    state.tries += 1;
    throw step === 'read' ? new TypeError('not what was expected') : new Failure('forge-denied', 'The talk is locked.');
  };
  const ports = withForge(world.ports, ({ comments }) => ({
    comments: {
      ...comments,
      listSince: async () => [],
      read: async (asked) => (step === 'read' && asked === id && !state.mended ? fail() : comments.read(asked)),
      ensure: async (number, said) =>
        step === 'reply' && said.key === `reply/${id}` && !state.mended ? fail() : comments.ensure(number, said),
    },
  }));
  return { ports, state };
}

describe('a comment that always fails', () => {
  test('keeps nobody from anything, and is dealt with once it can be', async () => {
    await using world = await createProposed();
    const issue = await world.site.accounts?.openIssue('stranger', { title: 'A question', body: 'How?' });
    const bad = await world.comment('stranger', issue ?? 0, '/help');
    const good = await world.comment('maintainer', 1, '/hold 3d');
    const { ports, state } = poisoned(world, bad, 'read');
    await using running = start(world, { ports });
    running.lane.hint(eventOf(bad), 1);
    running.lane.hint(eventOf(good), 2);
    running.lane.hint(branchEvent, 3);
    await running.until(() => running.done.includes(2) && running.done.includes(3) && state.tries > 2);
    expect((await world.said()).holds).toHaveLength(1);
    expect(running.passes.length).toBeGreaterThan(0);
    expect(running.done).not.toContain(1);
    state.mended = true;
    await running.until(() => running.done.includes(1));
  });

  test('keeps those back that came after it in the same place: they hold in their order', async () => {
    await using world = await createProposed();
    const hold = await world.comment('maintainer', 1, '/hold 3d');
    const resume = await world.comment('maintainer', 1, '/resume');
    const { ports, state } = poisoned(world, hold, 'read');
    await using running = start(world, { ports });
    running.lane.hint(eventOf(hold), 1);
    running.lane.hint(eventOf(resume), 2);
    await running.until(() => state.tries > 2);
    expect(running.done).toEqual([]);
    state.mended = true;
    await running.until(() => running.done.includes(2));
    expect((await world.repliesTo(resume)).join()).toContain('1 hold is ended');
    expect((await world.said()).holds).toEqual([]);
  });

  test('to answer is carried out all the same, keeps nobody back, and is answered once that is possible', async () => {
    await using world = await createProposed();
    const hold = await world.comment('maintainer', 1, '/hold 3d');
    const resume = await world.comment('maintainer', 1, '/resume');
    const { ports, state } = poisoned(world, hold, 'reply');
    await using running = start(world, { ports });
    running.lane.hint(eventOf(hold), 1);
    running.lane.hint(eventOf(resume), 2);
    await running.until(() => running.done.includes(2) && state.tries > 2);
    expect(running.done).toContain(1);
    expect((await world.repliesTo(resume)).join()).toContain('1 hold is ended');
    state.mended = true;
    await running.until(() =>
      world.log.some(({ event, fields }) => event === 'command.answered' && fields.comment === hold.id),
    );
    expect((await world.repliesTo(hold)).join()).toContain('Held until');
    expect((await world.said()).holds).toEqual([]);
  });
});

describe('without webhooks', () => {
  test('a comment that fails does not keep the others from being answered, and is read again', async () => {
    await using world = await createProposed();
    const issue = await world.site.accounts?.openIssue('stranger', { title: 'A question', body: 'How?' });
    const bad = await world.comment('stranger', issue ?? 0, '/help');
    const good = await world.comment('maintainer', 1, '/explain');
    const { state } = poisoned(world, bad, 'read');
    const ports = withForge(world.ports, ({ pullRequests }) => ({
      pullRequests: {
        ...pullRequests,
        read: async (number) => {
          if (number !== issue || state.mended) return pullRequests.read(number);
          throw new Failure('forge-unreachable', 'No answer.');
        },
      },
    }));
    const { left } = await catchUpComments({ ports, options: world.options });
    expect(left.map(({ id }) => id)).toEqual([bad.id]);
    expect(await world.repliesTo(good)).toHaveLength(1);
    const mark = await world.ports.store.commands.watermark(world.options.repository);
    expect(mark?.getTime()).toBeLessThanOrEqual(bad.createdAt.getTime());
    state.mended = true;
    expect((await catchUpComments({ ports, options: world.options })).left).toEqual([]);
    expect(await world.repliesTo(good)).toHaveLength(1);
  });

  test('what was dealt with costs one listing, however often it is listed', async () => {
    await using world = await createProposed();
    await world.comment('maintainer', 1, '/explain');
    await catchUpComments({ ports: world.ports, options: world.options });
    const { requests } = world.site.standIn;
    const before = requests.length;
    expect((await catchUpComments({ ports: world.ports, options: world.options })).answered).not.toContainEqual(
      expect.objectContaining({ kind: 'answered' }),
    );
    expect(requests.slice(before)).toHaveLength(1);
  });
});

describe('what an earlier process left', () => {
  test('is finished, or given up where the comment is gone', async () => {
    await using world = await createProposed();
    const { repository: name } = world.options;
    const { commands } = world.ports.store;
    const kept = await world.comment('maintainer', 1, '/hold 3d');
    const gone = await world.comment('maintainer', 1, '/hold 4d');
    for (const { id, number, body } of [gone, kept]) {
      const bodyDigest = digestOf(body).slice('sha256:'.length);
      await commands.receive({
        repository: name,
        comment: id,
        number,
        bodyDigest,
        permission: undefined,
        at: new Date(),
      });
    }
    await world.site.accounts?.deleteComment('maintainer', gone.id);
    const ports = withForge(world.ports, ({ comments }) => ({ comments: { ...comments, listSince: async () => [] } }));
    await using running = start(world, { ports });
    await running.until(() => running.passes.length > 0);
    expect(await commands.unfinished(name)).toEqual([]);
    expect(await world.repliesTo(kept)).toHaveLength(1);
  });
});

describe('passes', () => {
  test('what is configured is not concluded from a part of the installations', async () => {
    await using world = await createProposed();
    let hinted = false;
    const lanes: Running[] = [];
    const info: PassPorts['log']['info'] = (event) => {
      if (event !== 'installation.decided' || hinted) return;
      hinted = true;
      lanes[0]?.lane.hint(branchEvent, 1);
    };
    await using running = start(world, { ports: { ...world.ports, log: { info, warn: info } } });
    lanes.push(running);
    await running.until(() => running.passes.length > 1);
    expect(running.passes.slice(0, 2)).toEqual([undefined, ['default/podinfo']]);
  });

  test('what is new ends the pause after failures', { timeout: 15_000 }, async () => {
    await using world = await createProposed();
    await world.configure('nonsense: true\n');
    let failures = 0;
    const lanes: Running[] = [];
    const warn: PassPorts['log']['warn'] = (event) => {
      if (event !== 'lane.failed') return;
      failures += 1;
      // The pauses between them, that nothing ends, take almost 20 s.
      if (failures < 7)
        setImmediate(() => lanes[0]?.lane.hint({ kind: 'branch', repository, branch: 'main' }, failures));
    };
    const ports = { ...world.ports, log: { info: warn, warn } };
    await using running = start(world, { ports, firstPause: 300 });
    lanes.push(running);
    await running.until(() => failures >= 7);
    expect(running.done).toEqual([]);
    await world.configure('');
    running.lane.wake();
    await running.until(() => running.done.length > 0);
    expect(running.done).toContain(6);
  });

  test('a lane that is stopped leaves what it has not begun to the next process', async () => {
    await using world = await createProposed();
    const comments = [
      await world.comment('maintainer', 1, '/explain'),
      await world.comment('maintainer', 1, '/hold 3d'),
    ];
    const ports = withForge(world.ports, ({ comments: all }) => ({ comments: { ...all, listSince: async () => [] } }));
    const lanes: Running[] = [];
    const info: PassPorts['log']['info'] = (event) => {
      if (event === 'command.answered') lanes[0]?.lane.stop();
    };
    const running = start(world, { ports: { ...ports, log: { info, warn: info } } });
    lanes.push(running);
    for (const [index, comment] of comments.entries()) running.lane.hint(eventOf(comment), index + 1);
    await running.until(() => running.done.includes(1));
    await running[Symbol.asyncDispose]();
    expect(running.done).toEqual([1]);
    expect(running.passes).toEqual([]);
    expect((await world.said()).holds).toEqual([]);
  });
});

test('a pull request of people is looked at once a webhook tells of it, and again for an approval', async () => {
  const trusting = 'roles: { trust: { users: [harbourmaster] } }\n';
  await using world = await createInstalled(trusting);
  await using running = start(world);
  await running.until(() => running.passes.length === 1);
  const { number, head } = await world.propose('mine', { [configPath]: configText(`${trusting}merge: automatic\n`) });
  running.lane.hint({ kind: 'pull-request', repository, number, head: 'mine' }, 1);
  await running.until(() => running.done.includes(1));
  expect(await world.statuses(head)).toEqual([expect.stringContaining('config failure Waits for an approval')]);
  const looks = () => world.log.filter(({ event }) => event === 'pull-requests.looked-at').length;
  const before = looks();
  await world.approveAsAdmin(number, `/approve ${head}`);
  const comment = (await world.site.forge.comments.list(number)).at(-1);
  if (!comment) throw new Error('There is no comment.');
  running.lane.hint(eventOf(comment), 2);
  await running.until(() => looks() > before);
  expect(await world.statuses(head)).toEqual([expect.stringContaining('config success Approved by harbourmaster')]);
  expect(running.passes).toHaveLength(1);
});
