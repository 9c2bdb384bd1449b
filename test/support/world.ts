import { cp, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as baseTest, expect } from 'vitest';
import { createArchiveWriter } from '../../src/adapters/ctf/write-archive.ts';
import { createEvaluator } from '../../src/adapters/worker/evaluator.ts';
import { type LockFile, parseLockFile } from '../../src/core/installation/lock-file.ts';
import { lockPathOf } from '../../src/core/installation/places.ts';
import type { Comment, PullRequest } from '../../src/core/pull-request/pull-request.ts';
import type { Person } from '../../src/core/repository/commit.ts';
import type { Forge } from '../../src/ports/forge.ts';
import type { InstallationResult, PassOptions, PassPorts } from '../../src/workflows/pass.ts';
import { runPass } from '../../src/workflows/run-pass.ts';
import { createKeyPair, type KeyPair } from '../builders/component-version.ts';
import { type PodinfoOptions, podinfoVersion } from '../builders/podinfo-version.ts';
import { createGitWorld, type GitPerson, type GitWorld, runGit } from './git-world.ts';
import { applicationsIn, archiveIn, openPorts, registry, storeIn, worldOptions } from './world-ports.ts';

/** Making keys and starting the thread that renders take longer than a test; both are shared, and neither remembers anything. */
const evaluator = createEvaluator({ timeoutSeconds: 20 });
let keys: KeyPair | undefined;

/** How one pass is made, where it differs. */
export interface PassChanges extends Partial<PassOptions> {
  /** Puts something between the workflows and the ports. */
  readonly wrap?: (ports: PassPorts) => PassPorts;
  /** Name of another store. */
  readonly store?: string;
  readonly at?: string;
}

/** A world, with a person who works in it by ordinary git. */
export interface World extends Scenery {
  readonly git: GitWorld;
  readonly person: GitPerson;
}

/** An applications repository with its configuration, an archive in the place of its registry, and a store, in one folder. */
export interface Scenery extends AsyncDisposable {
  readonly folder: string;
  /** Runs git in the bare repository. */
  readonly inBare: GitWorld['git'];
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
  /** @returns The file as it is on a branch, or `undefined`. */
  read(branch: string, path: string): Promise<string | undefined>;
  lock(branch: string, application?: string): Promise<LockFile | undefined>;
  /** All refs with where they are: what anybody can see of a repository. */
  refs(): Promise<string>;
  loseStore(): Promise<void>;
}

export interface WorldChanges {
  /** Lines of `.consignee/config.yaml` besides registry, verification and Flux. */
  readonly config?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly objectFormat?: 'sha1' | 'sha256';
}

export const branch = 'consignee/default/podinfo';
export const configPath = '.consignee/config.yaml';

/** @returns The text of `.consignee/config.yaml`. */
export function configText(more = ''): string {
  return `registry: ${registry}
verify: [{ signature: release, publicKey: keys/release.pub }]
flux: { kustomizations: clusters/kind }
applications:
  podinfo: { component: example.org/podinfo }
${more}`;
}

export async function createWorld({ config, files = {}, objectFormat = 'sha1' }: WorldChanges = {}): Promise<World> {
  keys ??= createKeyPair();
  const git = await createGitWorld({ objectFormat });
  const configuration = { [configPath]: configText(config), '.consignee/keys/release.pub': keys.publicKey };
  await git.person.commit('main', { ...configuration, ...files });
  const { person, folder } = git;
  const disposing = { [Symbol.asyncDispose]: () => git[Symbol.asyncDispose]() };
  return { ...sceneryIn(folder, { keys, person }), ...{ git, person, ...disposing } };
}

/** @returns The same world in another folder, without the person. */
export async function copyWorld({ folder: from, person }: World): Promise<Scenery> {
  keys ??= createKeyPair();
  const folder = await mkdtemp(join(tmpdir(), 'consignee-test-'));
  await cp(from, folder, { recursive: true });
  return sceneryIn(folder, { keys, person });
}

interface Inhabitants {
  readonly keys: KeyPair;
  readonly person: Person;
}

function sceneryIn(folder: string, { keys, person }: Inhabitants): Scenery {
  const archive = archiveIn(folder);
  const inBare = (...words: readonly string[]) => runGit(applicationsIn(folder), words);

  async function withPorts<Result>(changes: PassChanges, work: (ports: PassPorts) => Promise<Result>) {
    await using ports = await openPorts(folder, { evaluator, ...changes });
    return await work(ports);
  }
  const onForge: Scenery['onForge'] = (work) => withPorts({}, ({ forge }) => work(forge));
  const pass = (changes: PassChanges = {}) => {
    const { wrap = (it) => it, store: _, at: __, ...options } = changes;
    return withPorts(changes, (ports) => runPass(wrap(ports), worldOptions(options)));
  };
  const steps = async (changes: PassChanges = {}) => (await pass(changes)).map(inWords);
  const read: Scenery['read'] = async (ref, path) => {
    const there = (await inBare('ls-tree', '--name-only', ref, path)) !== '';
    return there ? await inBare('show', `${ref}:${path}`) : undefined;
  };
  return {
    ...{ folder, inBare, onForge, pass, steps, read },
    publish: (version, options = {}) => createArchiveWriter().add(archive, podinfoVersion(version, options, keys)),
    async withdraw(...versions) {
      const index = join(archive, 'artifact-index.json');
      const { artifacts, ...rest } = JSON.parse(await readFile(index, 'utf8')) as { artifacts: { tag: string }[] };
      const kept = artifacts.filter(({ tag }) => !versions.includes(tag));
      await writeFile(`${index}.new`, JSON.stringify({ ...rest, artifacts: kept }));
      await rename(`${index}.new`, index);
    },
    async step(changes) {
      const [step, ...others] = await steps(changes);
      if (step === undefined || others.length > 0) throw new Error('There is not one installation.');
      return step;
    },
    pullRequests: () => onForge((forge) => forge.pullRequests.list()),
    comments: (number) => onForge((forge) => forge.comments.list(number)),
    async closePullRequest(number) {
      await onForge((forge) => forge.pullRequests.close(number, { name: person.name, email: person.email }));
    },
    async lock(ref, application = 'podinfo') {
      const path = lockPathOf({ environment: 'default', application });
      const text = await read(ref, path);
      return text === undefined ? undefined : parseLockFile(text, path);
    },
    refs: () => inBare('for-each-ref'),
    async loseStore() {
      // A store in write-ahead mode is three files.
      for (const ending of ['', '-wal', '-shm']) await rm(`${storeIn(folder)}${ending}`, { force: true });
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true, maxRetries: 3 }),
  };
}

/** @returns What came of an installation, in a word or two. */
function inWords({ outcome }: InstallationResult): string {
  if (outcome.kind === 'failed') return `failed ${outcome.failure.code}`;
  const { decision } = outcome;
  return 'because' in decision ? `${decision.kind} ${decision.because}` : decision.kind;
}

/** Publishes a version, has it proposed, and merges it as a person does by plain git. */
export async function install(world: World, version: string, options?: PodinfoOptions): Promise<void> {
  await world.publish(version, options);
  expect(await world.step()).toBe('open');
  await world.person.merge(branch, 'main');
}

/** Makes a pass that must take this step and leave every ref where it is. */
export async function expectNothingWritten(
  world: Scenery,
  step: string | RegExp,
  changes?: PassChanges,
): Promise<void> {
  const before = await world.refs();
  const taken = await world.step(changes);
  if (typeof step === 'string') expect(taken).toBe(step);
  else expect(taken).toMatch(step);
  expect(await world.refs()).toBe(before);
}

/** A test with a world of its own, so that those of a file can run beside each other. */
export const test = baseTest.extend<{ readonly world: World }>({
  // biome-ignore lint/correctness/noEmptyPattern: what a fixture is made from is read from this pattern.
  world: async ({}, use) => {
    await using world = await createWorld();
    await use(world);
  },
});

/** Installs v1.0.0 and has v1.1.0 proposed: pull request #2 is open. */
export async function proposeUpdate(world: World): Promise<void> {
  await install(world, 'v1.0.0');
  await world.publish('v1.1.0');
  expect(await world.step()).toBe('open');
}
