import { describe, expect } from 'vitest';
import {
  branch,
  configPath,
  configText,
  expectNothingWritten,
  test,
  type World,
  type Worlds,
} from '../support/world.ts';

/** Where an installation may stand when its store is lost, and what the next pass then does, which is what it would do anyway. */
interface State {
  readonly from: keyof Worlds;
  readonly reach?: (world: World) => Promise<unknown>;
  readonly next: string;
}

const states: Readonly<Record<string, State>> = {
  'before anything': { from: 'world', reach: (world) => world.publish('v1.0.0'), next: 'open' },
  'a first proposal is open': { from: 'world', reach: proposeFirst, next: 'leave waiting-for-merge' },
  'a first proposal was closed': {
    from: 'world',
    reach: async (world) => {
      await proposeFirst(world);
      await world.closePullRequest(1);
    },
    next: 'leave passed-over',
  },
  installed: { from: 'installed', next: 'leave in-sync' },
  'an update is open': { from: 'proposed', next: 'leave waiting-for-merge' },
  'an update is open, a newer version arrives': {
    from: 'proposed',
    reach: async (world) => {
      await world.publish('v1.2.0');
    },
    next: 'update',
  },
  'an update is open, and main moved': {
    from: 'proposed',
    reach: async (world) => {
      await world.person.commit('main', { 'other.txt': 'unrelated\n', 'values.yaml': 'podinfo:\n  replicas: 4\n' });
    },
    next: 'leave waiting-for-merge',
  },
  'an update is open, and main changes how it is rendered': {
    from: 'proposed',
    reach: async (world) => {
      await world.person.commit('main', { [configPath]: configText().replace('kind }', 'kind, source: fleet }') });
    },
    next: 'update',
  },
  'an update is open, and main overrides a template': {
    from: 'proposed',
    reach: async (world) => {
      const deploy = (await world.read('main', 'components/podinfo/deploy.yaml')) ?? '';
      const path = '.consignee/templates/ocm-controller/deploy.yaml';
      await world.person.commit('main', { [path]: deploy.replace('interval: 10s', 'interval: 1m') });
    },
    next: 'update',
  },
  'an update is open, and was put on the skip list': {
    from: 'proposed',
    reach: async (world) => {
      await world.person.commit('main', { [configPath]: configText('skip: [v1.1.0]\n') });
    },
    next: 'close',
  },
  'an update was closed': {
    from: 'proposed',
    reach: async (world) => {
      await world.closePullRequest(2);
    },
    next: 'leave in-sync',
  },
  'an update was closed, a newer version arrives': {
    from: 'proposed',
    reach: async (world) => {
      await world.closePullRequest(2);
      await world.publish('v1.2.0');
    },
    next: 'open',
  },
  'an update was squashed into main': {
    from: 'proposed',
    reach: async (world) => {
      await world.person.squash(branch, 'main');
    },
    next: 'close',
  },
  'an update was transferred again': {
    from: 'proposed',
    reach: async (world) => {
      await world.publish('v1.1.0', { through: 'elsewhere.example.org' });
    },
    next: 'leave waiting-for-merge',
  },
};

async function proposeFirst(world: World) {
  await world.publish('v1.0.0');
  await world.step();
}

describe.concurrent('a store that is lost changes nothing', () => {
  test.for(Object.entries(states))('%s', async ([, { from, reach, next }], { world: empty, installed, proposed }) => {
    const world = { world: empty, installed, proposed }[from];
    await reach?.(world);
    await world.loseStore();
    if (next.startsWith('leave')) await expectNothingWritten(world, next);
    else expect(await world.step()).toBe(next);
    const after = await world.step({ mode: 'plan' });
    expect(after).toMatch(/^leave (waiting-for-merge|in-sync|passed-over)$/);
    expect((await world.pullRequests()).filter(({ state }) => state === 'open').length).toBeLessThanOrEqual(1);
    await world.loseStore();
    await expectNothingWritten(world, after);
  });

  test("what is not the bot's is not taken for it", async ({ proposed: world }) => {
    await world.person.commit(branch, { 'components/podinfo/deploy.yaml': 'mine: true\n' });
    await world.loseStore();
    await expectNothingWritten(world, 'leave branch-has-other-commits');
  });

  test('a branch that cannot be rendered again, its version being gone, is left alone', async ({ proposed: world }) => {
    await world.closePullRequest(2);
    await world.publish('v1.2.0');
    await world.withdraw('v1.1.0');
    await world.loseStore();
    await expectNothingWritten(world, 'leave branch-has-other-commits');
  });
});
