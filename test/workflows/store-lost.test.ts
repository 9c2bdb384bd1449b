import { describe, expect } from 'vitest';
import {
  branch,
  configPath,
  configText,
  createWorld,
  expectNothingWritten,
  install,
  proposeUpdate,
  test,
  type World,
} from '../support/world.ts';

/** Where an installation may stand when its store is lost, and what the next pass then does, which is what it would do anyway. */
const states: Readonly<Record<string, { readonly reach: (world: World) => Promise<unknown>; readonly next: string }>> =
  {
    'before anything': { reach: (world) => world.publish('v1.0.0'), next: 'open' },
    'a first proposal is open': { reach: proposeFirst, next: 'leave waiting-for-merge' },
    'a first proposal was closed': {
      reach: async (world) => {
        await proposeFirst(world);
        await world.closePullRequest(1);
      },
      next: 'leave passed-over',
    },
    installed: { reach: (world) => install(world, 'v1.0.0'), next: 'leave in-sync' },
    'an update is open': { reach: proposeUpdate, next: 'leave waiting-for-merge' },
    'an update is open, a newer version arrives': {
      reach: async (world) => {
        await proposeUpdate(world);
        await world.publish('v1.2.0');
      },
      next: 'update',
    },
    'an update is open, and main moved': {
      reach: async (world) => {
        await proposeUpdate(world);
        await world.person.commit('main', { 'other.txt': 'unrelated\n', 'values.yaml': 'podinfo:\n  replicas: 4\n' });
      },
      next: 'leave waiting-for-merge',
    },
    'an update is open, and main changes how it is rendered': {
      reach: async (world) => {
        await proposeUpdate(world);
        await world.person.commit('main', { [configPath]: configText().replace('kind }', 'kind, source: fleet }') });
      },
      next: 'update',
    },
    'an update is open, and main overrides a template': {
      reach: async (world) => {
        await proposeUpdate(world);
        const deploy = (await world.read('main', 'components/podinfo/deploy.yaml')) ?? '';
        const path = '.consignee/templates/ocm-controller/deploy.yaml';
        await world.person.commit('main', { [path]: deploy.replace('interval: 10s', 'interval: 1m') });
      },
      next: 'update',
    },
    'an update is open, and was put on the skip list': {
      reach: async (world) => {
        await proposeUpdate(world);
        await world.person.commit('main', { [configPath]: configText('skip: [v1.1.0]\n') });
      },
      next: 'close',
    },
    'an update was closed': {
      reach: async (world) => {
        await proposeUpdate(world);
        await world.closePullRequest(2);
      },
      next: 'leave in-sync',
    },
    'an update was closed, a newer version arrives': {
      reach: async (world) => {
        await proposeUpdate(world);
        await world.closePullRequest(2);
        await world.publish('v1.2.0');
      },
      next: 'open',
    },
    'an update was squashed into main': {
      reach: async (world) => {
        await proposeUpdate(world);
        await world.person.squash(branch, 'main');
      },
      next: 'close',
    },
    'an update was transferred again': {
      reach: async (world) => {
        await proposeUpdate(world);
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
  test.each(Object.entries(states))('%s', async (_, { reach, next }) => {
    await using world = await createWorld();
    await reach(world);
    await world.loseStore();
    if (next.startsWith('leave')) await expectNothingWritten(world, next);
    else expect(await world.step()).toBe(next);
    const after = await world.step({ mode: 'plan' });
    expect(after).toMatch(/^leave (waiting-for-merge|in-sync|passed-over)$/);
    expect((await world.pullRequests()).filter(({ state }) => state === 'open').length).toBeLessThanOrEqual(1);
    await world.loseStore();
    await expectNothingWritten(world, after);
  });

  test("what is not the bot's is not taken for it", async () => {
    await using world = await createWorld();
    await proposeUpdate(world);
    await world.person.commit(branch, { 'components/podinfo/deploy.yaml': 'mine: true\n' });
    await world.loseStore();
    await expectNothingWritten(world, 'leave branch-has-other-commits');
  });

  test('a branch that cannot be rendered again, its version being gone, is left alone', async ({ world }) => {
    await proposeUpdate(world);
    await world.closePullRequest(2);
    await world.publish('v1.2.0');
    await world.withdraw('v1.1.0');
    await world.loseStore();
    await expectNothingWritten(world, 'leave branch-has-other-commits');
  });
});
