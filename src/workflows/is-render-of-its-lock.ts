import { compare } from '../core/drift/compare.ts';
import { Failure } from '../core/failure.ts';
import type { Installation } from '../core/installation/installation.ts';
import { type LockFile, printLockFile } from '../core/installation/lock-file.ts';
import { lockPathOf } from '../core/installation/places.ts';
import type { Commit, CommitSha } from '../core/repository/commit.ts';
import { identityDigest } from '../core/trust/component-digest.ts';
import type { RepositoryContent } from '../ports/repository-content.ts';
import { type RepositoryState, readRepositoryState, readTextsStrictly } from './observe-repository.ts';
import type { PassOptions, PassPorts } from './pass.ts';
import { readComponentVersion } from './read-component-version.ts';
import { readInputs } from './read-inputs.ts';
import { readLockAt } from './read-lock.ts';
import { configurationResource, renderInstallation, type ValuesFile } from './render-installation.ts';
import { collectAndVerify } from './verify-component-version.ts';

interface World {
  /** Name of the installation whose branch the commit is on. */
  readonly name: string;
  readonly ports: PassPorts;
  readonly options: PassOptions;
}

/**
 * Tells whether a commit that nobody recorded is nevertheless the bot's: its whole tree is what rendering gives again, from the
 * configuration and templates of its parent, for the version in its own lock file (docs/decisions/0004).
 * Whatever stands in the way of finding out means no, but for a registry that cannot be asked.
 */
export async function isRenderOfItsLock(commit: Commit, world: World): Promise<boolean> {
  const [parent, second] = commit.parents;
  if (!parent || second) return false;
  try {
    return (await renderAgain(commit, parent, world)) === commit.tree;
  } catch (error) {
    if (error instanceof Failure && !error.passing && error.code !== 'registry-denied') return false;
    throw error;
  }
}

async function renderAgain(commit: Commit, parent: CommitSha, { name, ports, options }: World) {
  const { content, writer } = ports.forge;
  const state = await readRepositoryState(content, parent, options.read);
  const installation = state.installations.find((it) => it.name === name);
  const lock = installation && (await readLockAt(content, commit.sha, lockPathOf(installation)));
  const installed = installation && (await readLockAt(content, parent, lockPathOf(installation)));
  if (!lock || (installed && (await keepsLock(commit, { parent, lock, installed, content })))) return undefined;

  const inputs = await readInputs(installation, state.texts, {
    templateSets: ports.templateSets,
    floor: options.floor,
  });
  const { collected, evidence } = await collectAndVerify(
    () => ports.repositories.open(installation.registry.url),
    { component: installation.component, version: lock.version, readResources: [configurationResource] },
    { policy: inputs.policy, now: ports.clock.now(), installed: true },
  );
  if (evidence.verdict === 'refused' || evidence.digest?.value !== lock.digest.value) return undefined;
  if (evidence.manifest !== lock.manifest && !(await carries(lock, installation, ports))) return undefined;

  const rendered = await renderInstallation({
    installation,
    version: lock.version,
    manifest: lock.manifest,
    installed,
    templates: inputs.templates,
    policy: inputs.policy,
    // The operator's part of it may have changed since.
    policyDigest: lock.policy,
    inputs: inputs.digest,
    collected,
    evidence,
    values: await readValuesText(installation, state, ports),
    evaluator: ports.evaluator,
    like: parent,
  });
  const { changes } = compare({
    base: state.tree,
    locked: installed?.files ?? [],
    rendered: rendered.files,
    beside: rendered.beside,
    application: installation.application,
  });
  return writer.writeTree(parent, changes);
}

interface Locks {
  readonly parent: CommitSha;
  readonly lock: LockFile;
  readonly installed: LockFile;
  readonly content: RepositoryContent;
}

/**
 * Every proposal changes the lock file: that a commit which changes other files does not is told without reading the component
 * version. Commits without any change are left to be told by that.
 */
async function keepsLock({ tree }: Commit, { parent, lock, installed, content }: Locks): Promise<boolean> {
  if (printLockFile(installed) !== printLockFile(lock)) return false;
  const [before] = await content.readCommits({ to: parent, limit: 1 });
  return before?.tree !== tree;
}

/** Whether the manifest that a lock file names leads to what it says: later passes take its word for it. */
async function carries(
  { component, version, manifest, digest }: LockFile,
  { registry }: Installation,
  { repositories }: PassPorts,
): Promise<boolean> {
  const repository = await repositories.open(registry.url);
  const { descriptor } = await readComponentVersion(repository, { component, version, manifest });
  return descriptor !== undefined && identityDigest(descriptor).value === digest.value;
}

/** @returns The file with people's values, as it is at the state's commit; `unreadable` when it is there and no plain text. */
export async function readValuesText(
  { valuesPath }: Installation,
  { tree }: RepositoryState,
  { forge }: PassPorts,
): Promise<ValuesFile> {
  const { texts, unreadable } = await readTextsStrictly(forge.content, tree, [valuesPath]);
  return { text: texts.get(valuesPath), unreadable: unreadable.length > 0 };
}
