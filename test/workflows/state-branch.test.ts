import { expect } from 'vitest';
import { addHold, type Hold } from '../../src/core/state/holds.ts';
import { stateBranch } from '../../src/core/state/places.ts';
import type { Forge } from '../../src/ports/forge.ts';
import { changeSaid, readSaid } from '../../src/workflows/state-branch.ts';
import { withBoundaries } from '../support/boundaries.ts';
import { configPath, configText, createWorld, test } from '../support/world.ts';
import { bot } from '../support/world-ports.ts';

const clock = { now: () => new Date('2026-11-21T12:00:00Z') };
const podinfo = { environment: 'default', application: 'podinfo' };

const holdOf = (id: string): Hold => ({
  by: { id, name: `person ${id}` },
  at: clock.now(),
  comment: `c${id}`,
  until: undefined,
  reason: undefined,
});

const hold = (forge: Forge, id: string, owner = podinfo) =>
  changeSaid({
    ...{ forge, owner, clock, by: bot, message: `/hold by ${id}` },
    change: (said) => ({ ...said, holds: addHold(said.holds, holdOf(id), clock.now()) }),
  });

const read = async (forge: Forge, owner = podinfo) =>
  (await readSaid(forge.content, await forge.content.readRefs())).of(owner);

test('of several who write at once nobody’s word is lost', async ({ world }) => {
  const ids = ['1', '2', '3', '4'];
  await Promise.all(ids.map((id) => world.onForge((forge) => hold(forge, id))));
  const { holds } = await world.onForge((forge) => read(forge));
  expect(holds.map(({ by }) => by.id).toSorted()).toEqual(ids);
  expect((await world.git.git('rev-list', '--count', stateBranch)).trim()).toBe('4');
});

test('what is said again writes nothing, and what says nothing leaves no file', async ({ world }) => {
  await world.onForge((forge) => hold(forge, '1'));
  const before = await world.git.tip(`refs/heads/${stateBranch}`);
  await world.onForge((forge) => hold(forge, '1'));
  expect(await world.git.tip(`refs/heads/${stateBranch}`)).toBe(before);
  await world.onForge((forge) =>
    changeSaid({
      ...{ forge, owner: podinfo, clock, by: bot, message: '/resume' },
      change: (said) => ({ ...said, holds: [] }),
    }),
  );
  expect((await world.git.git('ls-tree', '-r', '--name-only', stateBranch)).trim()).toBe('');
});

test('a file that somebody broke stops its own installation, and no other', async ({ world }) => {
  await world.person.commit('main', {
    [configPath]: configText('  other: { component: example.org/podinfo }\n'),
  });
  await world.onForge((forge) => hold(forge, '1'));
  await world.onForge((forge) => hold(forge, '1', { ...podinfo, application: 'other' }));
  await world.person.commit(stateBranch, { 'holds/default/other.yaml': 'state: 1\nholds: nobody\n' });
  await world.publish('v1.0.0');
  expect(await world.steps()).toEqual(['leave held', 'failed configuration']);
});

test('a branch that refuses what the bot writes is told of, and not tried for ever', async ({ world }) => {
  await world.git.refuse('nobody writes here');
  await expect(world.onForge((forge) => hold(forge, '1'))).rejects.toThrow();
});

test('a hold that is given after the decision to merge stops the merge', async () => {
  await using world = await createWorld({ config: 'merge: automatic\n' });
  await world.publish('v1.0.0');
  expect(await world.step()).toBe('open');
  const before = async (name: string) => {
    // The last write of a pass before it merges.
    if (name === 'recordSeen') await world.onForge((forge) => hold(forge, '1'));
  };
  expect(await world.step({ wrap: (ports) => withBoundaries(ports, { before }) })).toBe('failed forge-conflict');
  expect(await world.pullRequests()).toMatchObject([{ state: 'open' }]);
  expect(await world.step()).toBe('leave held');
});
