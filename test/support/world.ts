import { cp, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { test as baseTest, expect } from 'vitest';
import { createArchiveWriter } from '../../src/adapters/ctf/write-archive.ts';
import { createEvaluator } from '../../src/adapters/worker/evaluator.ts';
import { type LockFile, parseLockFile } from '../../src/core/installation/lock-file.ts';
import { lockPathOf } from '../../src/core/installation/places.ts';
import type { Comment, PullRequest } from '../../src/core/pull-request/pull-request.ts';
import type { Forge } from '../../src/ports/forge.ts';
import type { InstallationResult, PassOptions, PassPorts } from '../../src/workflows/pass.ts';
import { runPass } from '../../src/workflows/run-pass.ts';
import { createKeyPair, type KeyPair } from '../builders/component-version.ts';
import { type PodinfoOptions, podinfoVersion } from '../builders/podinfo-version.ts';
import { createGitWorld, type GitPerson, type GitWorld, openGitWorld } from './git-world.ts';
import { listAll } from './list-all.ts';
import { applicationsIn, archiveIn, openPorts, registry, storeIn, worldOptions } from './world-ports.ts';

/** Making keys and starting the thread that renders take longer than a test; both are shared, and neither remembers anything. */
const evaluator = createEvaluator({ timeoutSeconds: 20 });
let madeKeys: KeyPair | undefined;

/** @returns What `release` is signed with, and verified with by what `createWorld` configures. */
export function keys(): KeyPair {
  madeKeys ??= createKeyPair();
  return madeKeys;
}

/** How one pass is made, where it differs. */
export interface PassChanges extends Partial<PassOptions> {
  /** Puts something between the workflows and the ports. */
  readonly wrap?: (ports: PassPorts) => PassPorts;
  /** Name of another store. */
  readonly store?: string;
  readonly at?: string;
}

/**
 * An applications repository with its configuration, an archive in the place of its registry, a store, and a person who works with
 * the repository by ordinary git: all in one folder.
 */
export interface World extends AsyncDisposable {
  readonly folder: string;
  readonly git: GitWorld;
  readonly person: GitPerson;
  publish(version: string, options?: PodinfoOptions): Promise<void>;
  /** Takes component versions out of the registry. */
  withdraw(...versions: readonly string[]): Promise<void>;
  /** Makes a pass. */
  pass(changes?: PassChanges): Promise<readonly InstallationResult[]>;
  /** Makes a pass and gives in a word what came of each installation: `open`, `leave in-sync`, `failed forge-conflict`. */
  steps(changes?: PassChanges): Promise<readonly string[]>;
  /** As `steps`, of the one installation that there is. */
  step(changes?: PassChanges): Promise<string>;
  pullRequests(): Promise<readonly PullRequest[]>;
  comments(number: number): Promise<readonly Comment[]>;
  /** Works with the forge as a person does who has a command line or a browser. */
  onForge<Result>(work: (forge: Forge) => Promise<Result>): Promise<Result>;
  closePullRequest(number: number): Promise<void>;
  /** Merges the bot's branch as `git merge --no-ff` does while the base branch has not moved. */
  merge(): Promise<void>;
  /** @returns The file as it is on a branch, or `undefined`. */
  read(branch: string, path: string): Promise<string | undefined>;
  lock(branch: string, application?: string): Promise<LockFile | undefined>;
  /** All refs with where they are: what anybody can see of a repository. */
  refs(): Promise<string>;
  loseStore(): Promise<void>;
  /** The same in another folder. */
  copy(): Promise<World>;
}

export interface WorldChanges {
  /** Lines of `.consignee/config.yaml` after those of `configText`. */
  readonly config?: string;
  /** Name of the registry, where it is another one. */
  readonly registryName?: string;
  readonly objectFormat?: 'sha1' | 'sha256';
}

export const branch = 'consignee/default/podinfo';
export const configPath = '.consignee/config.yaml';

/** @returns The text of `.consignee/config.yaml`, with more applications or settings. */
export function configText(more = '', registryName = registry): string {
  return `registry: ${registryName}
verify: [{ signature: release, publicKey: keys/release.pub }]
flux: { kustomizations: clusters/kind }
applications:
  podinfo: { component: example.org/podinfo }
${more}`;
}

export async function createWorld({ config, registryName, objectFormat = 'sha1' }: WorldChanges = {}): Promise<World> {
  const git = await createGitWorld({ objectFormat });
  const configuration = {
    [configPath]: configText(config, registryName),
    '.consignee/keys/release.pub': keys().publicKey,
  };
  await git.person.commit('main', configuration);
  return worldIn(git);
}

function worldIn(git: GitWorld): World {
  const { folder, person } = git;
  const archive = archiveIn(folder);

  async function withPorts<Result>(changes: PassChanges, work: (ports: PassPorts) => Promise<Result>) {
    await using ports = await openPorts(folder, { evaluator, ...changes });
    return await work(ports);
  }
  const onForge: World['onForge'] = (work) => withPorts({}, ({ forge }) => work(forge));
  const pass: World['pass'] = (changes = {}) => {
    const { wrap = (it) => it, store: _, at: __, ...options } = changes;
    return withPorts(changes, (ports) => runPass(wrap(ports), worldOptions(options)));
  };
  const steps: World['steps'] = async (changes) => (await pass(changes)).map(inWords);
  const read: World['read'] = (ref, path) => git.git('cat-file', 'blob', `${ref}:${path}`).catch(() => undefined);
  return {
    ...{ folder, git, person, onForge, pass, steps, read },
    publish: (version, options = {}) => createArchiveWriter().add(archive, podinfoVersion(version, options, keys())),
    withdraw: (...versions) => withdraw(archive, versions),
    async step(changes) {
      const [step, ...others] = await steps(changes);
      if (step === undefined || others.length > 0) throw new Error('There is not one installation.');
      return step;
    },
    pullRequests: () => onForge(listAll),
    comments: (number) => onForge((forge) => forge.comments.list(number)),
    async closePullRequest(number) {
      await onForge((forge) => forge.pullRequests.close(number, { name: person.name, email: person.email }));
    },
    async merge() {
      const words = ['-p', 'main', '-p', branch, '-m', `Merge ${branch}`];
      const merged = await git.git('commit-tree', ...words, `${branch}^{tree}`);
      await git.git('update-ref', 'refs/heads/main', merged.trim());
    },
    async lock(ref, application = 'podinfo') {
      const path = lockPathOf({ environment: 'default', application });
      const text = await read(ref, path);
      return text === undefined ? undefined : parseLockFile(text, path);
    },
    refs: () => readRefs(applicationsIn(folder)),
    async loseStore() {
      // A store in write-ahead mode is three files.
      for (const ending of ['', '-wal', '-shm']) await rm(`${storeIn(folder)}${ending}`, { force: true });
    },
    copy: () => copyFrom(folder),
    [Symbol.asyncDispose]: () => git[Symbol.asyncDispose](),
  };
}

/** What is a copy of another thing itself is left out. */
async function copyFrom(from: string): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'consignee-test-'));
  const filter = (path: string) => !/^(cache|clone)$/.test(relative(from, path));
  await cp(from, folder, { recursive: true, filter });
  return worldIn(openGitWorld(folder));
}

async function withdraw(archive: string, versions: readonly string[]): Promise<void> {
  const index = join(archive, 'artifact-index.json');
  const { artifacts, ...rest } = JSON.parse(await readFile(index, 'utf8')) as { artifacts: { tag: string }[] };
  const kept = artifacts.filter(({ tag }) => !versions.includes(tag));
  await writeFile(`${index}.new`, JSON.stringify({ ...rest, artifacts: kept }));
  await rename(`${index}.new`, index);
}

/** Faster than asking git; in a young repository each ref is a file. */
async function readRefs(bare: string): Promise<string> {
  const entries = await readdir(join(bare, 'refs'), { recursive: true, withFileTypes: true });
  const files = entries.filter((it) => it.isFile()).map((it) => join(it.parentPath, it.name));
  const lines = files.toSorted().map(async (path) => `${relative(bare, path)} ${await readFile(path, 'utf8')}`);
  return (await Promise.all(lines)).join('');
}

/** @returns What came of an installation, in a word or two. */
export function inWords({ outcome }: InstallationResult): string {
  if (outcome.kind === 'failed') return `failed ${outcome.failure.code}`;
  const { decision } = outcome;
  return 'because' in decision ? `${decision.kind} ${decision.because}` : decision.kind;
}

/** Makes a pass that must take this step and leave every ref where it is. */
export async function expectNothingWritten(world: World, step: string | RegExp, changes?: PassChanges): Promise<void> {
  const before = await world.refs();
  const taken = await world.step(changes);
  if (typeof step === 'string') expect(taken).toBe(step);
  else expect(taken).toMatch(step);
  expect(await world.refs()).toBe(before);
}

/** Publishes a version, has it proposed, and merges that. */
export async function install(world: World, version: string, options?: PodinfoOptions): Promise<void> {
  await world.publish(version, options);
  expect(await world.step()).toBe('open');
  await world.merge();
}

export interface Worlds {
  /** There is a configuration, and nothing else. */
  readonly world: World;
  /** v1.0.0 is installed. */
  readonly installed: World;
  /** v1.0.0 is installed, v1.1.0 is proposed in pull request #2. */
  readonly proposed: World;
}

/* biome-ignore-start lint/correctness/noEmptyPattern: what a fixture is made from is read from this pattern. */

/** A test with worlds of its own, so that those of a file can run beside each other. What takes passes is prepared once a file. */
export const test = baseTest
  .extend('forInstalled', { scope: 'file' }, async ({}, { onCleanup }): Promise<World> => {
    const world = await createWorld();
    onCleanup(() => world[Symbol.asyncDispose]());
    await install(world, 'v1.0.0');
    return world;
  })
  .extend('forProposed', { scope: 'file' }, async ({ forInstalled }, { onCleanup }): Promise<World> => {
    const world = await forInstalled.copy();
    onCleanup(() => world[Symbol.asyncDispose]());
    await world.publish('v1.1.0');
    expect(await world.step()).toBe('open');
    return world;
  })
  .extend('world', async ({}, { onCleanup }): Promise<World> => {
    const world = await createWorld();
    onCleanup(() => world[Symbol.asyncDispose]());
    return world;
  })
  .extend('installed', async ({ forInstalled }, { onCleanup }): Promise<World> => {
    const world = await forInstalled.copy();
    onCleanup(() => world[Symbol.asyncDispose]());
    return world;
  })
  .extend('proposed', async ({ forProposed }, { onCleanup }): Promise<World> => {
    const world = await forProposed.copy();
    onCleanup(() => world[Symbol.asyncDispose]());
    return world;
  });
/* biome-ignore-end lint/correctness/noEmptyPattern: what a fixture is made from is read from this pattern. */
