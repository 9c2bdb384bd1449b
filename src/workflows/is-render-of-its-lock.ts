import type { CollectedVersion } from '../core/component/collected-version.ts';
import { contentPathsOf, targetOf } from '../core/controllers/target.ts';
import type { Comparison } from '../core/drift/compare.ts';
import { Failure } from '../core/failure.ts';
import type { Installation } from '../core/installation/installation.ts';
import { type LockFile, printLockFile } from '../core/installation/lock-file.ts';
import { lockPathOf } from '../core/installation/places.ts';
import type { Commit, CommitSha } from '../core/repository/commit.ts';
import { identityDigest } from '../core/trust/component-digest.ts';
import type { Evidence } from '../core/trust/evidence.ts';
import type { Reason } from '../core/trust/reason.ts';
import { policyDigestOf } from '../core/trust/trust-policy.ts';
import type { RepositoryContent } from '../ports/repository-content.ts';
import { compareWithBase } from './compare-with-base.ts';
import { makeInstallation } from './make-installation.ts';
import { type RepositoryState, readRepositoryState } from './observe-repository.ts';
import type { PassOptions, PassPorts } from './pass.ts';
import { readComponentVersion } from './read-component-version.ts';
import { type InstallationInputs, readInputs } from './read-inputs.ts';
import { readLockAt } from './read-lock.ts';
import type { RenderedInstallation } from './render-installation.ts';
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

  const registry = installation.registry.url;
  const again = await renderFromLock({ lock, state, installation, installed, registry }, { ports, options });
  if (again.kind !== 'rendered' || !again.carried || again.compared.conflicts.length > 0) return undefined;
  return writer.writeTree(parent, again.compared.changes);
}

interface Locks {
  readonly parent: CommitSha;
  readonly lock: LockFile;
  readonly installed: LockFile;
  readonly content: RepositoryContent;
}

/**
 * Every proposal changes the lock file, but for one that only pins what a manifest of people leaves open: that a commit which changes other files does not is told without reading the component
 * version. Commits without any change are left to be told by that.
 */
async function keepsLock({ tree }: Commit, { parent, lock, installed, content }: Locks): Promise<boolean> {
  if (lock.pinned !== undefined || printLockFile(installed) !== printLockFile(lock)) return false;
  const [before] = await content.readCommits({ to: parent, limit: 1 });
  return before?.tree !== tree;
}

/** What rendering again needs of the world: nothing of it is written to where others can see it. */
export interface RenderWorld {
  readonly ports: Pick<PassPorts, 'forge' | 'repositories' | 'evaluator' | 'templateSets' | 'clock'>;
  readonly options: Pick<PassOptions, 'read' | 'floor'>;
}

interface RenderFromLockInput {
  readonly lock: LockFile;
  /** The commit that the lock file was rendered onto, with the installation and what was installed there. */
  readonly state: RepositoryState;
  readonly installation: Installation;
  readonly installed: LockFile | undefined;
  /** The registry that the component version is read from, as `Installation` names it. */
  readonly registry: string;
}

/** What came of rendering again. */
export type RenderedAgain = {
  readonly inputs: InstallationInputs;
  readonly collected: CollectedVersion;
} & (
  | { readonly kind: 'refused'; readonly reasons: readonly Reason[] }
  | {
      readonly kind: 'rendered';
      readonly rendered: RenderedInstallation;
      /** What Consignee writes onto the state's commit; nothing at all where there is a conflict with what people changed. */
      readonly compared: Comparison;
      /** Whether the manifest that the lock file names leads to what it says: later passes take its word for it. */
      readonly carried: boolean;
    }
);

/**
 * Renders the component version that a lock file names once more, from the configuration, keys, templates and values of the commit
 * that it was rendered onto. The version is collected and verified afresh.
 *
 * @throws {Failure} `template`, `configuration` or `content`, and as the registry.
 */
export async function renderFromLock(input: RenderFromLockInput, world: RenderWorld): Promise<RenderedAgain> {
  const { lock, state, installation, installed, registry } = input;
  const { ports, options } = world;
  const inputs = await readInputs(installation, state.texts, {
    templateSets: ports.templateSets,
    floor: options.floor,
  });
  const target = targetOf(installation, inputs.templates.set);
  const { collected, evidence } = await collectAndVerify(
    () => ports.repositories.open(registry),
    { component: installation.component, version: lock.version, readResources: contentPathsOf(target) },
    { policy: inputs.policy, now: ports.clock.now(), installed: true },
  );
  const reasons = findReasonsAgainst(lock, evidence);
  if (reasons.length > 0) return { kind: 'refused', reasons, inputs, collected };
  const carried = evidence.manifest === lock.manifest || (await carries(lock, registry, ports));

  const rendered = await makeInstallation({
    installation,
    version: lock.version,
    manifest: lock.manifest,
    installed,
    templates: inputs.templates,
    target,
    policy: inputs.policy,
    // The operator's part of it may have changed since; lock files of earlier versions have none, but none lose it.
    policyDigest: lock.policy ?? (installed?.policy && policyDigestOf(inputs.policy)),
    inputs: inputs.digest,
    collected,
    evidence,
    state,
    ports,
  });
  const { content } = ports.forge;
  const compared = await compareWithBase({ installation, installed, rendered, state, content });
  return { kind: 'rendered', rendered, compared, carried, inputs, collected };
}

/** @returns Why a component version is not what a lock file says, as far as it was proved; empty when it is. */
export function findReasonsAgainst(
  { digest }: LockFile,
  { component, version, ...evidence }: Evidence,
): readonly Reason[] {
  if (evidence.verdict === 'refused') return evidence.reasons;
  if (evidence.digest?.value === digest.value) return [];
  const message = `the lock file has the digest ${digest.value}, and the registry ${evidence.digest?.value}`;
  return [{ code: 'digest-mismatch', message, where: `${component}:${version}` }];
}

async function carries(
  { component, version, manifest, digest }: LockFile,
  registry: string,
  { repositories }: RenderWorld['ports'],
): Promise<boolean> {
  const repository = await repositories.open(registry);
  const { descriptor } = await readComponentVersion(repository, { component, version, manifest });
  return descriptor !== undefined && identityDigest(descriptor).value === digest.value;
}
