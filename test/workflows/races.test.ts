import { describe, expect } from 'vitest';
import type { PassPorts } from '../../src/workflows/pass.ts';
import { withBoundaries } from '../support/boundaries.ts';
import { startPass } from '../support/start-pass.ts';
import { branch, expectNothingWritten, test, type World, type Worlds } from '../support/world.ts';

/** Has somebody do something just before, or just after, the first write of this name. */
function meanwhile(side: 'before' | 'after', write: string, act: () => Promise<unknown>) {
  let done = false;
  const once = async (name: string) => {
    if (done || name !== write) return;
    done = true;
    await act();
  };
  return { wrap: (ports: PassPorts) => withBoundaries(ports, { [side]: once }) };
}

const openOnes = async (world: World) => (await world.pullRequests()).filter(({ state }) => state === 'open');

describe.concurrent('two passes at once', () => {
  /** What two passes that know nothing of each other find, and how often the later of them may have to look again. */
  const scenes: Readonly<Record<string, (worlds: Pick<Worlds, 'world' | 'proposed'>) => Promise<World>>> = {
    'of a first version': async ({ world }) => {
      await world.publish('v1.0.0');
      return world;
    },
    'of a newer version': async ({ proposed: world }) => {
      await world.merge();
      await world.publish('v1.2.0');
      return world;
    },
    'of a newer version while one is proposed': async ({ proposed: world }) => {
      await world.publish('v1.2.0');
      return world;
    },
    'of a squashed pull request': async ({ proposed: world }) => {
      await world.person.squash(branch, 'main');
      return world;
    },
  };

  test.for(Object.entries(scenes))(
    '%s end with one open pull request at most',
    async ([, prepare], { world: empty, proposed }) => {
      const world = await prepare({ world: empty, proposed });
      const both = await Promise.all([
        world.step({ store: 'one', at: '2026-11-21T12:00:00Z' }),
        world.step({ store: 'two', at: '2026-11-21T12:00:07Z' }),
      ]);
      for (const step of both) expect(step).toMatch(/^(open|update|close|leave .*|failed forge-conflict)$/);
      expect((await openOnes(world)).length).toBeLessThanOrEqual(1);
      await expectConvergence(world, { store: 'two' });
      await expectNothingWritten(world, await world.step({ mode: 'plan' }), { store: 'one' });
    },
  );

  test('of two processes end with one open pull request', async ({ world }) => {
    await world.publish('v1.0.0');
    const processes = ['one', 'two', 'three'].map((store) => startPass(world.folder, { store }));
    for (const ended of await Promise.all(processes)) expect(ended).toEqual({ code: 0, signal: null });
    expect(await openOnes(world)).toHaveLength(1);
    await expectConvergence(world);
  });
});

describe.concurrent('a person is faster than the bot', () => {
  const notes = { 'notes.txt': 'mine\n' };

  test.for(['recordSeen', 'push'])(
    'and pushes to the branch before the %s: nothing is overwritten',
    async (write, { proposed: world }) => {
      await world.publish('v1.2.0');
      const push = meanwhile('before', write, () => world.person.commit(branch, notes));
      expect(await world.step(push)).toBe('failed forge-conflict');
      expect(await world.read(branch, 'notes.txt')).toBe('mine\n');
      await expectNothingWritten(world, 'leave branch-has-other-commits');
    },
  );

  test('and makes the branch: nothing is overwritten', async ({ world }) => {
    await world.publish('v1.0.0');
    const push = meanwhile('before', 'push', () => world.person.commit(branch, notes, 'main'));
    expect(await world.step(push)).toBe('failed forge-conflict');
    expect(await world.read(branch, 'notes.txt')).toBe('mine\n');
    await expectNothingWritten(world, 'leave branch-has-other-commits');
  });

  test.for(['before', 'after'] as const)(
    'and merges %s the push: what is installed counts',
    async (side, { proposed: world }) => {
      await world.publish('v1.2.0');
      const proposed = await world.git.tip(`refs/heads/${branch}`);
      const merge = async () => {
        await world.person.git('fetch', '-q', 'origin', proposed ?? '', 'main');
        await world.person.git('checkout', '-q', '-B', 'main', 'origin/main');
        await world.person.git('merge', '-q', '--no-ff', '--no-edit', proposed ?? '');
        await world.person.git('push', '-q', 'origin', 'main');
      };
      expect(await world.step(meanwhile(side, 'push', merge))).toBe('failed forge-conflict');
      expect((await world.pullRequests())[1]).toMatchObject({
        state: 'merged',
        title: 'default/podinfo v1.0.0 → v1.1.0',
      });
      expect(await world.step()).toBe('open');
      expect((await world.pullRequests())[2]).toMatchObject({
        state: 'open',
        title: 'default/podinfo v1.1.0 → v1.2.0',
      });
      await expectConvergence(world);
    },
  );

  test.for(['before', 'after'] as const)(
    'and closes %s the push: that version is skipped, no other',
    async (side, { proposed: world }) => {
      await world.publish('v1.2.0');
      const close = meanwhile(side, 'push', () => world.closePullRequest(2));
      expect(await world.step(close)).toBe('failed forge-conflict');
      expect((await world.pullRequests())[1]).toMatchObject({
        state: 'closed',
        title: 'default/podinfo v1.0.0 → v1.1.0',
      });
      expect(await world.step()).toBe('open');
      expect(await world.lock(branch)).toMatchObject({ version: 'v1.2.0' });
    },
  );

  test('and pushes to the branch of a pull request that is closed as moot: the branch stays', async ({
    proposed: world,
  }) => {
    await world.person.squash(branch, 'main');
    const commit = meanwhile('after', 'close', () => world.person.commit(branch, notes));
    expect(await world.step(commit)).toBe('close');
    expect(await world.read(branch, 'notes.txt')).toBe('mine\n');
  });

  test('and closes the pull request that has become moot: the bot adds nothing to it', async ({ proposed: world }) => {
    await world.person.squash(branch, 'main');
    await world.step(meanwhile('before', 'recordSeen', () => world.closePullRequest(2)));
    expect((await world.pullRequests())[1]).toMatchObject({ state: 'closed', endedBy: { name: 'Pat Person' } });
    expect(await world.comments(2)).toEqual([]);
    await expectNothingWritten(world, 'leave in-sync');
  });

  test('and moves the base branch: the proposal follows', async ({ world }) => {
    await world.publish('v1.0.0');
    const commit = () => world.person.commit('main', { 'values.yaml': 'podinfo:\n  replicas: 9\n' });
    expect(await world.step(meanwhile('before', 'push', commit))).toBe('open');
    expect(await world.step()).toBe('update');
    expect(await world.read(branch, 'values.yaml')).toBe('podinfo:\n  replicas: 9\n');
    await expectConvergence(world);
  });
});

/** Two passes are enough from wherever a race ended, and the next writes nothing. */
async function expectConvergence(world: World, changes = {}) {
  expect(await world.step(changes)).not.toMatch(/^failed/);
  await world.step(changes);
  await expectNothingWritten(world, await world.step({ ...changes, mode: 'plan' }), changes);
}
