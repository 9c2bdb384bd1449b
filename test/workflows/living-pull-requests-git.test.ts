import { describe, expect } from 'vitest';
import { withBoundaries } from '../support/boundaries.ts';
import { branch, expectNothingWritten, test, type World } from '../support/world.ts';

/** What is different where there is no forge: a pull request outlives its branch, and what git merged counts as merged. */
const acts = {
  'deletes the branch': ({ person }: World) => person.deleteBranch(branch),
  'merges it': (world: World) => world.merge(),
  'closes it': (world: World) => world.closePullRequest(2),
} as const;

type Row = readonly [
  act: keyof typeof acts,
  before: 'push' | 'update',
  steps: readonly string[],
  outcome: readonly string[],
];

/** v1.1.0 is proposed in pull request #2, v1.2.0 is there, and v1.0.0 is installed. */
const rows: readonly Row[] = [
  ['deletes the branch', 'push', ['failed forge-conflict', 'update'], ['#2 open: v1.0.0 → v1.2.0', '#2 is told']],
  ['deletes the branch', 'update', ['update', 'update'], ['#2 open: v1.0.0 → v1.2.0', '#2 is told']],
  ['merges it', 'push', ['failed forge-conflict', 'open'], ['#2 merged: v1.0.0 → v1.1.0', '#3 open: v1.1.0 → v1.2.0']],
  ['merges it', 'update', ['update', 'leave in-sync'], ['#2 merged: v1.0.0 → v1.2.0']],
  ['closes it', 'push', ['failed forge-conflict', 'open'], ['#2 closed: v1.0.0 → v1.1.0', '#3 open: v1.0.0 → v1.2.0']],
  [
    'closes it',
    'update',
    ['failed forge-conflict', 'open'],
    ['#2 closed: v1.0.0 → v1.1.0', '#3 open: v1.0.0 → v1.2.0'],
  ],
];

async function outcomeOf(world: World): Promise<readonly string[]> {
  const all = (await world.pullRequests()).filter(({ number }) => number > 1);
  const shown = all.map(({ number, state, title }) => `#${number} ${state}: ${title.replace('default/podinfo ', '')}`);
  const told = await Promise.all(
    all.map(async ({ number }) => (await world.comments(number)).map(() => `#${number} is told`)),
  );
  return [...shown, ...told.flat()];
}

describe.concurrent('a pull request that lives in git alone', () => {
  test.for(rows)('somebody %s before the %s', async ([act, write, steps, outcome], { proposed: world }) => {
    await world.publish('v1.2.0');
    let done = false;
    const before = async (name: string) => {
      if (done || name !== write) return;
      done = true;
      await acts[act](world);
    };
    expect([await world.step({ wrap: (ports) => withBoundaries(ports, { before }) }), await world.step()]).toEqual(
      steps,
    );
    await expectNothingWritten(world, /^leave (?:in-sync|waiting-for-merge)$/);
    expect(await outcomeOf(world)).toEqual(outcome);
  });
});
