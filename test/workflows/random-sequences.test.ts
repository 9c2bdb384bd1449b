import { fc } from '@fast-check/vitest';
import { expect, test } from 'vitest';
import type { CommitSha } from '../../src/core/repository/commit.ts';
import { compareVersions, parseVersion } from '../../src/core/version/version.ts';
import { withBoundaries } from '../support/boundaries.ts';
import { branch, createWorld, type World } from '../support/world.ts';

/** What has been done so far, as far as the rules speak about it. */
interface History {
  readonly world: World;
  /** Of the newest version that was published. */
  minor: number;
  /** Commits that people made on the bot's branch. */
  readonly foreign: CommitSha[];
  /** Versions whose pull request people closed. */
  readonly closed: Set<string>;
  /** What people set `replicas` to last. */
  replicas: number;
  edits: number;
}

const publish = (tampered: boolean) => async (history: History) => {
  history.minor += 1;
  const parameters = { replicas: 1, [`parameter${history.minor % 3}`]: 'x' };
  await history.world.publish(`v1.${history.minor}.0`, { tampered, parameters });
};

const openOnes = async ({ world }: History) => (await world.pullRequests()).filter(({ state }) => state === 'open');
const headOf = ({ world }: History) => world.git.tip(`refs/heads/${branch}`);

/** Everything that happens to an installation, each in one word. */
const events = {
  publish: publish(false),
  tamper: publish(true),
  pass: async ({ world }: History) => void (await world.step()),
  /** A pass that ends after some write, as if it were killed. */
  crash: async (history: History) => {
    history.edits += 1;
    let writes = history.edits % 6;
    const after = async () => {
      if (writes-- === 0) throw new Crash();
    };
    await history.world.step({ wrap: (ports) => withBoundaries(ports, { after }) }).catch((error: unknown) => {
      if (!(error instanceof Crash)) throw error;
    });
  },
  race: async ({ world }: History) => void (await Promise.all([world.step(), world.step({ store: 'other' })])),
  merge: async (history: History) => {
    const [open] = await openOnes(history);
    // A person merges what merges; the rest waits for the bot.
    if (open?.headSha)
      await history.world.person.merge(branch, 'main').catch(() => history.world.person.git('merge', '--abort'));
  },
  close: async (history: History) => {
    const [open] = await openOnes(history);
    const { version } = (await history.world.lock(branch)) ?? {};
    if (!open || !version || open.headSha === undefined) return;
    await history.world.closePullRequest(open.number);
    history.closed.add(version);
  },
  editValues: async (history: History) => {
    history.edits += 1;
    history.replicas = history.edits;
    await history.world.person.commit('main', { 'values.yaml': `podinfo:\n  replicas: ${history.edits}\n` });
  },
  commitToBranch: async (history: History) => {
    if (!(await headOf(history))) return;
    history.edits += 1;
    history.foreign.push(await history.world.person.commit(branch, { 'notes.txt': `${history.edits}\n` }));
  },
  deleteBranch: async (history: History) => {
    // What a person deletes is that person's decision, and foreign commits go with it.
    if (await headOf(history)) await history.world.person.deleteBranch(branch);
    history.foreign.length = 0;
  },
  loseStore: ({ world }: History) => world.loseStore(),
} as const;

class Crash extends Error {}

type Event = keyof typeof events;

/** What endangers most comes most often, with passes in between. */
const anyEvents = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.constant<Event>('pass') },
    { weight: 3, arbitrary: fc.constant<Event>('publish') },
    { weight: 2, arbitrary: fc.constant<Event>('commitToBranch') },
    { weight: 2, arbitrary: fc.constant<Event>('merge') },
    { weight: 6, arbitrary: fc.constantFrom(...(Object.keys(events) as Event[])) },
  ),
  { minLength: 6, maxLength: 12 },
);

const runs = 8;
/** The same sequences each time, so that a failure is the change's; another seed explores. */
const seed = Number(process.env.CONSIGNEE_SEED ?? 20_261_121);

test(`${runs} random sequences of events keep every rule`, { timeout: 120_000 }, async () => {
  await using prepared = await createWorld();
  await fc.assert(
    fc.asyncProperty(anyEvents, (sequence) => holdRules(prepared, sequence)),
    { numRuns: runs, seed, interruptAfterTimeLimit: 100_000 },
  );
});

async function holdRules(prepared: World, sequence: readonly Event[]) {
  await using world = await prepared.copy();
  const history: History = { world, minor: 0, foreign: [], closed: new Set(), replicas: 1, edits: 0 };
  await events.publish(history);
  await events.pass(history);
  let installed = await installedVersion(world);
  for (const event of sequence) {
    await events[event](history);
    const now = await installedVersion(world);
    expect(isBelow(now, installed), `${event} took ${installed} down to ${now}`).toBe(false);
    installed = now;
    await expectRules(history);
  }
  await expectRest(history);
}

async function expectRules(history: History) {
  const { world, foreign, closed } = history;
  const open = await openOnes(history);
  expect(open.length).toBeLessThanOrEqual(1);
  if (open.length > 0) expect(closed).not.toContain((await world.lock(branch))?.version);
  const reachable = new Set((await world.git.git('rev-list', '--branches')).trim().split('\n'));
  expect(foreign.filter((it) => !reachable.has(it))).toEqual([]);
  const values = await world.read('main', 'values.yaml');
  if (values !== undefined) expect(values).toContain(`replicas: ${history.replicas}\n`);
}

/** From wherever it is, three passes lead to rest (C-02), and then nothing is written. */
async function expectRest({ world }: History) {
  for (let pass = 0; pass < 2; pass++) expect(await world.step()).not.toMatch(/^failed/);
  const last = await world.step();
  expect(last).toMatch(/^(leave|refuse) /);
  const before = await world.refs();
  expect(await world.step()).toBe(last);
  expect(await world.refs()).toBe(before);
}

const installedVersion = async (world: World) => (await world.lock('main'))?.version;

function isBelow(now: string | undefined, before: string | undefined): boolean {
  const [a, b] = [parseVersion(now ?? ''), parseVersion(before ?? '')];
  return b !== undefined && (a === undefined || compareVersions(a, b) < 0);
}
