import { describe, expect } from 'vitest';
import type { PassPorts } from '../../src/workflows/pass.ts';
import { withBoundaries } from '../support/boundaries.ts';
import {
  branch,
  configPath,
  configText,
  createWorld,
  expectNothingWritten,
  test,
  type World,
} from '../support/world.ts';
import { bot } from '../support/world-ports.ts';

const automatic = { config: 'merge: automatic\n' };

/** v1.0.0 is proposed and would be merged by the next pass. */
async function readyToMerge(changes = automatic): Promise<World> {
  const world = await createWorld(changes);
  await world.publish('v1.0.0');
  expect(await world.step()).toBe('open');
  return world;
}

/** Has somebody do something after the decision to merge, just before it is acted on. */
function beforeActing(act: () => Promise<unknown>) {
  const wrap = (ports: PassPorts): PassPorts => {
    let done = false;
    const before = async (name: string) => {
      if (done || name !== 'recordSeen') return;
      done = true;
      await act();
    };
    return withBoundaries(ports, { before });
  };
  return { wrap };
}

describe.concurrent('a merge by the bot', () => {
  test('is of exactly the head that was verified, and says what it rests on', async () => {
    await using world = await readyToMerge();
    const head = await world.git.tip(`refs/heads/${branch}`);
    const main = await world.git.tip('refs/heads/main');
    expect(await world.step()).toBe('merge');
    expect(await world.pullRequests()).toMatchObject([{ state: 'merged', endedBy: { id: bot.email }, headSha: head }]);
    expect((await world.git.git('log', '-1', '--format=%P', 'main')).trim()).toBe(`${main} ${head}`);
    const message = await world.git.git('log', '-1', '--format=%B', 'main');
    expect(message).toContain('Merge pull request #1: default/podinfo v1.0.0 (installation)');
    for (const trailer of ['Installation', 'Component', 'Component-Digest', 'Render-Digest', 'Policy-Commit'])
      expect(message).toMatch(new RegExp(`^Consignee-${trailer}: \\S`, 'm'));
    expect(await world.git.tip(`refs/heads/${branch}`)).toBeUndefined();
    await expectNothingWritten(world, 'leave in-sync');
  });

  test('is not made with a commit of somebody else', async () => {
    await using world = await readyToMerge();
    await world.person.commit(branch, { 'notes.txt': 'mine\n' });
    await expectNothingWritten(world, 'leave branch-has-other-commits');
    await world.loseStore();
    await expectNothingWritten(world, 'leave branch-has-other-commits');
  });

  test('is made without a store as well, once the proposal is recognised', async () => {
    await using world = await readyToMerge();
    await world.loseStore();
    expect(await world.step()).toBe('merge');
  });

  test('is not made of what was signed again, lost or tampered with meanwhile', async () => {
    await using world = await readyToMerge();
    await world.publish('v1.0.0', { note: 'something else' });
    expect(await world.step()).toBe('refuse content-changed');
    await world.publish('v1.0.0', { tampered: true });
    await expectNothingWritten(world, 'refuse not-verified');
    await world.withdraw('v1.0.0');
    await expectNothingWritten(world, 'refuse version-vanished');
    await world.publish('v1.0.0');
    expect(await world.step()).toBe('update');
    expect(await world.step()).toBe('merge');
  });

  test('is made where the base branch moved without touching it', async () => {
    await using world = await readyToMerge();
    await world.person.commit('main', { 'other.txt': 'unrelated\n' });
    expect(await world.step()).toBe('merge');
    expect(await world.read('main', 'other.txt')).toBe('unrelated\n');
    await expectNothingWritten(world, 'leave in-sync');
  });

  test('waits until the proposal follows what changed on the base branch', async () => {
    await using world = await readyToMerge();
    await world.person.commit('main', { 'values.yaml': 'podinfo:\n  replicas: 5\n' });
    expect(await world.step()).toBe('update');
    expect(await world.step()).toBe('merge');
    expect(await world.read('main', 'values.yaml')).toBe('podinfo:\n  replicas: 5\n');
  });

  const overtaken: Readonly<Record<string, { act: (world: World) => Promise<unknown>; steps: readonly string[] }>> = {
    'pushes to the branch': {
      act: ({ person }) => person.commit(branch, { 'notes.txt': 'mine\n' }),
      steps: ['leave branch-has-other-commits'],
    },
    'closes the pull request': { act: (world) => world.closePullRequest(1), steps: ['leave passed-over'] },
    'turns automatic merging off': {
      act: ({ person }) => person.commit('main', { [configPath]: configText() }),
      steps: ['leave waiting-for-merge'],
    },
    'edits the values': {
      act: ({ person }) => person.commit('main', { 'values.yaml': 'podinfo:\n  replicas: 5\n' }),
      steps: ['update', 'merge'],
    },
    'signs the version again with other content': {
      act: (world) => world.publish('v1.0.0', { note: 'something else' }),
      steps: ['refuse content-changed'],
    },
    'takes the version away': { act: (world) => world.withdraw('v1.0.0'), steps: ['refuse version-vanished'] },
  };

  test.each(Object.entries(overtaken))('is not made when somebody %s in between', async (_, { act, steps }) => {
    await using world = await readyToMerge();
    let main: string | undefined;
    const step = await world.step(
      beforeActing(async () => {
        await act(world);
        main = await world.git.tip('refs/heads/main');
      }),
    );
    expect(step).toMatch(/^failed (forge-conflict|registry-changed)$/);
    expect(await world.git.tip('refs/heads/main')).toBe(main);
    for (const next of steps) expect(await world.step()).toBe(next);
  });
});

describe.concurrent('several installations', () => {
  const names = ['podinfo', 'alpha', 'beta'];
  const more = names.slice(1).map((name) => `  ${name}: { component: example.org/${name} }\n`);

  async function propose(config: string) {
    const world = await createWorld({ config: `${more.join('')}${config}` });
    for (const name of names) await world.publish('v1.0.0', { name: `example.org/${name}` });
    expect(await world.steps()).toEqual(['open', 'open', 'open']);
    return world;
  }

  test('are merged in one pass, each on what the one before left', async () => {
    await using world = await propose('merge: automatic\nvalues: values/{application}.yaml\n');
    expect(await world.steps()).toEqual(['merge', 'merge', 'merge']);
    expect(
      (await world.git.git('log', '--first-parent', '--merges', '--format=%s', 'main')).trim().split('\n'),
    ).toHaveLength(3);
    expect(await world.steps()).toEqual(['leave in-sync', 'leave in-sync', 'leave in-sync']);
  });

  test('that add to the same values file follow each other', async () => {
    await using world = await propose('merge: automatic\n');
    for (let pass = 0; pass < 3; pass++)
      for (const step of await world.steps()) expect(step).toMatch(/^(merge|update|leave in-sync)$/);
    expect(await world.steps()).toEqual(['leave in-sync', 'leave in-sync', 'leave in-sync']);
    const values = await world.read('main', 'values.yaml');
    for (const name of names) expect(values).toContain(`${name}:\n  replicas: 1\n`);
  });
});
