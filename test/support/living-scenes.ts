import { expect } from 'vitest';
import { currentPull, expectSound, type LivingWorld, noticePush, outcomeOf, rest } from './living-world.ts';
import { branch, configPath, configText } from './world.ts';

/** What somebody does, or what is prepared. */
export type Act = (living: LivingWorld) => Promise<unknown>;

/** What the bot is about to do in its next pass; v1.0.0 is installed. Its writes are, in this order, those named. */
export const scenes = {
  /** v1.1.0 is there: push, open, check. */
  opening: ({ world }) => world.publish('v1.1.0'),
  /** v1.1.0 is proposed, v1.2.0 is there: push, update, check. */
  updating: async (living) => {
    await propose(living);
    await living.world.publish('v1.2.0');
  },
  /** Somebody merged the proposal with git: ensureComment, close, push. */
  'closing as moot': async (living) => {
    await propose(living);
    await acts['merges it with git'](living);
  },
  /** Merges are the bot's: recordSeen, merge, push. */
  merging: async (living) => {
    await living.forge.person.commit('main', { [configPath]: configText('merge: automatic\n') });
    await propose(living);
  },
  /** The proposal of v1.1.0 was closed, v1.2.0 is there: push, open, check. */
  'opening after one that was closed': async (living) => {
    await propose(living);
    await acts['closes it'](living);
    await living.step();
    await living.world.publish('v1.2.0');
  },
  /** All is done, and a person is to merge. */
  resting: async (living) => {
    await propose(living);
    await living.step();
  },
} satisfies Readonly<Record<string, Act>>;

async function propose({ world, step }: LivingWorld): Promise<void> {
  await world.publish('v1.1.0');
  await step();
}

const edit = (living: LivingWorld, change: Parameters<LivingWorld['accounts']['edit']>[2]) =>
  living.accounts.edit('maintainer', currentPull(living), change);

async function pushTo({ forge, pushed }: LivingWorld, name: string): Promise<void> {
  pushed.push(await forge.person.commit(name, { 'notes.txt': 'mine\n' }, 'main'));
}

const readTree = async ({ world }: LivingWorld) => (await world.git.git('rev-parse', 'main^{tree}')).trim();

export const acts = {
  'pushes to the branch': (living) => pushTo(living, branch),
  'pushes to the branch by force': async (living) => {
    await pushTo(living, 'mine');
    await living.forge.person.reset(branch, 'mine');
    await living.forge.person.deleteBranch('mine');
  },
  'retargets it': async (living) => {
    await living.forge.person.commit('release', { 'release.txt': 'one\n' }, 'main');
    await edit(living, { base: 'release' });
  },
  'closes it': (living) => edit(living, { state: 'closed' }),
  'reopens it': ({ accounts }) => accounts.edit('maintainer', 1, { state: 'open' }),
  'deletes the branch, and again': async (living) => {
    await living.accounts.deleteBranch('maintainer', branch);
    await living.step();
    await living.accounts.deleteBranch('maintainer', branch);
  },
  'closes and reopens it': async (living) => {
    const number = currentPull(living);
    for (const state of ['closed', 'open'] as const) await living.accounts.edit('maintainer', number, { state });
  },
  'merges it': (living) => living.accounts.merge('maintainer', currentPull(living)),
  'merges it with git': async (living) => {
    await living.world.merge();
    await noticePush(living);
  },
  'merges it and reverts that': async (living) => {
    const { git } = living.world.git;
    const before = await readTree(living);
    await living.accounts.merge('maintainer', currentPull(living));
    const revert = await git('commit-tree', '-p', 'main', '-m', 'Revert', before);
    await git('update-ref', 'refs/heads/main', revert.trim());
    await noticePush(living);
  },
  'gives it another title and a label': async (living) => {
    await edit(living, { title: 'Mine' });
    await living.accounts.label('maintainer', currentPull(living), 'mine');
  },
  'marks it as not ready': (living) => edit(living, { title: 'WIP: default/podinfo v1.0.0 → v1.1.0' }),
  'holds it by a label': (living) => living.accounts.label('maintainer', currentPull(living), 'consignee/hold'),
  'deletes the branch': ({ accounts }) => accounts.deleteBranch('maintainer', branch),
  'pushes to main': ({ forge }) => forge.person.commit('main', { 'other.txt': 'unrelated\n' }),
  'changes the values on main': ({ forge }) =>
    forge.person.commit('main', { 'values.yaml': 'podinfo:\n  replicas: 5\n' }),
  'makes a pass with another bot': (living) => living.rivalStep(),
} satisfies Readonly<Record<string, Act>>;

/** A write of a pass; `start` is before all of it. */
export type Write = 'start' | 'recordSeen' | 'push' | 'open' | 'update' | 'check' | 'ensureComment' | 'close' | 'merge';

/** Somebody does something in a scene before the first of each of these writes, and what the forge shows at last. */
export type Row = readonly [
  scene: keyof typeof scenes,
  act: keyof typeof acts,
  before: readonly Write[],
  outcome: readonly string[],
];

/** @returns One case for each of the writes. */
export const casesOf = (rows: readonly Row[]) =>
  rows.flatMap(([scene, act, writes, outcome]) => writes.map((write) => ({ scene, act, write, outcome })));

/** Plays one case until the bot rests, and holds what the forge shows then against the table. */
export async function play(living: LivingWorld, { scene, act, write, outcome }: ReturnType<typeof casesOf>[number]) {
  await scenes[scene](living);
  let done = false;
  const before = async (name: string) => {
    if (done || name !== write) return;
    done = true;
    await acts[act](living);
  };
  await before('start');
  await living.step({ before });
  expect(done, 'the write is made').toBe(true);
  await rest(living);
  expect(await outcomeOf(living)).toEqual(outcome);
  await expectSound(living);
}
