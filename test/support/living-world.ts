import { expect } from 'vitest';
import { createBuiltInSets } from '../../src/adapters/built-in-sets/built-in-sets.ts';
import { createComponentRepositories } from '../../src/adapters/ctf/archive-repositories.ts';
import { openSqliteStore } from '../../src/adapters/sqlite/sqlite-store.ts';
import { createEvaluator } from '../../src/adapters/worker/evaluator.ts';
import { Failure } from '../../src/core/failure.ts';
import { ownLabel } from '../../src/core/pull-request/labels.ts';
import type { CommitSha } from '../../src/core/repository/commit.ts';
import type { Forge } from '../../src/ports/forge.ts';
import type { InstallationResult, PassPorts } from '../../src/workflows/pass.ts';
import { runPass } from '../../src/workflows/run-pass.ts';
import type { ForgeAccounts } from '../contract/forge-world.ts';
import { type Boundary, withBoundaries } from './boundaries.ts';
import { giteaAccounts } from './gitea-stand-in-state.ts';
import { createStandInWorld, type StandInWorld } from './gitea-worlds.ts';
import { branch, inWords, test, type World } from './world.ts';
import { archiveIn, registry, storeIn, worldOptions, worldTime } from './world-ports.ts';

const evaluator = createEvaluator({ timeoutSeconds: 20 });
const clock = { now: () => new Date(worldTime) };

/** A living repository on a forge with accounts: the bot with its memory, a rival with another one, and people. */
export interface LivingWorld extends AsyncDisposable {
  readonly world: World;
  readonly forge: StandInWorld;
  readonly accounts: ForgeAccounts;
  /** What people pushed: none of it may be lost. */
  readonly pushed: CommitSha[];
  /** What the bot and its rival wrote. */
  readonly written: Set<CommitSha>;
  /** Makes a pass of the bot. @returns What came of it, in words. */
  step(boundaries?: { readonly before?: Boundary; readonly after?: Boundary }): Promise<string>;
  /** Makes a pass of another process, which has its own store and its own copy of the repository. */
  rivalStep(): Promise<string>;
}

export async function openLivingWorld(world: World): Promise<LivingWorld> {
  const forge = await createStandInWorld({}, world.git);
  const { accounts } = forge;
  if (!accounts) throw new Error('The forge has accounts.');
  const written = new Set<CommitSha>();
  const store = await openSqliteStore(storeIn(world.folder));
  let rival: { readonly forge: Forge; readonly store: typeof store } | undefined;

  const portsOf = (it: { readonly forge: Forge; readonly store: typeof store }): PassPorts => ({
    forge: { ...it.forge, writer: noting(it.forge.writer, written) },
    store: it.store,
    repositories: createComponentRepositories(new Map([[registry, archiveIn(world.folder)]])),
    evaluator,
    templateSets: createBuiltInSets(new URL('../../templates/manifests/', import.meta.url)),
    clock,
    log: { info: () => undefined, warn: () => undefined },
  });
  const stepOf = async (ports: PassPorts): Promise<string> => {
    try {
      return (await runPass(ports, worldOptions())).map(describeResult).join(', ');
    } catch (error) {
      if (error instanceof Failure) return `stopped ${error.code}: ${error.message}`;
      throw error;
    }
  };
  return {
    ...{ world, forge, accounts, written },
    pushed: [],
    step: (boundaries = {}) => stepOf(withBoundaries(portsOf({ forge: forge.forge, store }), boundaries)),
    async rivalStep() {
      rival ??= { forge: await forge.openAgain(), store: await openSqliteStore(storeIn(world.folder, 'rival')) };
      return stepOf(portsOf(rival));
    },
    async [Symbol.asyncDispose]() {
      await rival?.store[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
      await forge[Symbol.asyncDispose]();
    },
  };
}

function describeResult(result: InstallationResult): string {
  const { outcome } = result;
  return outcome.kind === 'failed' ? `${inWords(result)}: ${outcome.failure.message}` : inWords(result);
}

function noting(writer: Forge['writer'], written: Set<CommitSha>): Forge['writer'] {
  return {
    ...writer,
    async writeCommit(commit) {
      const sha = await writer.writeCommit(commit);
      written.add(sha);
      return sha;
    },
  };
}

type PullIssue = ReturnType<typeof pullsOf>[number];

export const pullsOf = ({ forge }: LivingWorld) =>
  [...forge.standIn.state.issues.values()].filter(({ pull }) => pull !== undefined);

/** The pull request that is open; the newest where none is. */
export function currentPull(living: LivingWorld): number {
  const pulls = pullsOf(living);
  return (pulls.find(({ state }) => state === 'open') ?? pulls.at(-1))?.number ?? 0;
}

/** Takes in what was written past the server, as the maintainer's push. */
export async function noticePush({ forge }: LivingWorld): Promise<void> {
  const maintainer = giteaAccounts.find(({ login }) => login === 'mira');
  if (maintainer) await forge.standIn.notice(maintainer);
}

/** What the forge shows, in lines for people; without versions that say nothing new. */
export async function outcomeOf(living: LivingWorld): Promise<readonly string[]> {
  const { forge, world } = living;
  const told = forge.standIn.state.comments.map(({ number, body }) => `#${number} is told: ${inShort(body)}`);
  const tip = await world.git.tip(`refs/heads/${branch}`);
  const whose = tip && living.written.has(tip) ? 'ours' : 'theirs';
  const lock = (await world.lock('main'))?.version;
  return [...pullsOf(living).map(describePull), ...told, `branch ${tip ? whose : 'gone'}`, `main ${lock}`];
}

function describePull({ number, state, pull, title, labels }: PullIssue): string {
  const how = pull?.merged ? `merged by ${pull.merged.by.login}` : state;
  const where = pull?.base === 'main' ? '' : ` into ${pull?.base}`;
  const more = labels.map(({ name }) => (name === ownLabel ? '' : `, ${name}`)).join('');
  return `#${number} ${how}${where}: ${title.replace('default/podinfo ', '')}${more}`;
}

/** The first words of what the bot says in a comment. */
const inShort = (body: string): string => body.match(/^(?:<!--.*-->\s*)*([^(:]{0,80})/)?.[1]?.trim() ?? body;

/** What must be so whatever anybody did. */
export async function expectSound(living: LivingWorld): Promise<void> {
  const { forge, world, pushed, written } = living;
  const holders = pushed.map((sha) => world.git.git('for-each-ref', '--contains', sha, 'refs/heads'));
  expect(await Promise.all(holders), 'a commit of a person is lost').not.toContain('');
  const open = pullsOf(living).filter(({ state }) => state === 'open');
  expect(open.length, 'there are twins').toBeLessThanOrEqual(1);
  const keys = forge.standIn.state.comments.map(
    ({ number, body }) => `${number} ${/<!-- consignee:\S+ .*-->/.exec(body)?.[0] ?? body}`,
  );
  expect(new Set(keys).size, 'something is said twice').toBe(keys.length);
  for (const { pull } of pullsOf(living)) {
    if (pull?.merged?.by.login !== 'consignee') continue;
    const [, , head] = (await world.git.git('rev-list', '--parents', '-1', pull.merged.commit)).trim().split(' ');
    expect(written, 'the bot merged what it did not write').toContain(head);
  }
}

/** Has the bot make passes until one writes nothing. @returns What came of each. */
export async function rest(living: LivingWorld): Promise<readonly string[]> {
  const steps: string[] = [];
  const { requests } = living.forge.standIn;
  for (let pass = 1; pass <= 4; pass++) {
    const before = requests.length;
    steps.push(await living.step());
    if (!requests.slice(before).some((it) => !/^GET |git-upload-pack/.test(it))) return steps;
  }
  throw new Error(`The bot does not rest: ${steps.join(', ')}`);
}

/** A test with a world in which v1.0.0 is installed and nothing was ever proposed. */
export const livingTest = test.extend('living', async ({ installed }, { onCleanup }): Promise<LivingWorld> => {
  // Who installed it worked with git alone.
  await installed.git.git('update-ref', '-d', 'refs/consignee/pull-requests');
  const living = await openLivingWorld(installed);
  onCleanup(() => living[Symbol.asyncDispose]());
  return living;
});
