import type { CollectedVersion } from '../core/component/collected-version.ts';
import type { ComponentReference } from '../core/component/component-descriptor.ts';
import { componentTreeOf, diffComponents } from '../core/diff/component-diff.ts';
import type { ManifestDiff } from '../core/diff/manifest-diff.ts';
import type { VersionDifference } from '../core/diff/version-difference.ts';
import { Failure } from '../core/failure.ts';
import type { LockFile } from '../core/installation/lock-file.ts';
import { componentDigest, identityDigest, parseHashAlgorithm } from '../core/trust/component-digest.ts';
import { parseNormalisationAlgorithm } from '../core/trust/normalise.ts';
import type { ComponentRepository } from '../ports/component-repository.ts';
import type { Evaluator } from '../ports/evaluator.ts';
import { collectDescriptors } from './collect-component-version.ts';
import { type ComponentTexts, findTextResources, readComponentTexts } from './read-component-texts.ts';
import { whileUnchanged } from './while-unchanged.ts';

interface CompareInput {
  readonly evaluator: Pick<Evaluator, 'compare'>;
  /** Opens the component repository, as it is now. */
  readonly open: () => Promise<ComponentRepository>;
  readonly installed: LockFile | undefined;
  /** What is proposed, verified. */
  readonly collected: CollectedVersion;
}

/**
 * Compares a verified component version with the installed one, to the last reference. What is installed is read from the registry
 * again, and taken for it only when it has the digest of the lock file.
 *
 * @throws {Failure} When the registry cannot be asked for the proposed version.
 */
export function compareVersions({ open, ...input }: CompareInput): Promise<VersionDifference> {
  return whileUnchanged(async () => compareIn({ ...input, repository: await open() }));
}

interface Comparing extends Omit<CompareInput, 'open'> {
  readonly repository: ComponentRepository;
}

async function compareIn(input: Comparing): Promise<VersionDifference> {
  const { repository, collected, evaluator } = input;
  const after = componentTreeOf(collected);
  if (!after) throw new Error(`${collected.component} ${collected.version} was not verified.`);
  const before = await readInstalled(input);
  const known = typeof before === 'string' ? undefined : before;
  const [texts, installedTexts] = await readDifferingTexts(repository, collected, known);
  return {
    component: diffComponents(known && componentTreeOf(known), after),
    ...(await compareTexts(installedTexts, texts, evaluator)),
    ...(typeof before === 'string' && { installedUnread: before }),
  };
}

const nothing: ManifestDiff = { objects: [], unchanged: 0, unreadable: [], truncated: false };

async function compareTexts(
  before: ComponentTexts,
  after: ComponentTexts,
  evaluator: Pick<Evaluator, 'compare'>,
): Promise<Pick<VersionDifference, 'manifests' | 'unread'>> {
  const unread = new Map([...before.unread, ...after.unread]);
  if (before.files.size + after.files.size === 0) return { manifests: nothing, unread };
  try {
    return { manifests: await evaluator.compare(before.files, after.files), unread };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { manifests: nothing, unread: unread.set('manifests', error.message.replace(/\.$/, '')) };
  }
}

/** @returns Why it cannot be read; `undefined` when nothing is installed. */
async function readInstalled({ repository, installed }: Comparing): Promise<CollectedVersion | string | undefined> {
  if (!installed) return undefined;
  const { component, version, manifest, digest } = installed;
  try {
    const collected = await collectDescriptors(repository, { component, version, manifest });
    const { descriptor } = collected;
    if (!descriptor) return collected.problems[0]?.message ?? 'it has no component descriptor';
    if (identityDigest(descriptor).value !== digest.value) return 'it is not what was installed any more';
    return withoutReplaced(collected);
  } catch (error) {
    if (error instanceof Failure && !error.passing && error.code !== 'registry-changed') return error.message;
    throw error;
  }
}

/** What a reference leads to may have been replaced since it was verified. */
function withoutReplaced(collected: CollectedVersion): CollectedVersion {
  const { descriptor, references } = collected;
  return {
    ...collected,
    references: references.map((it, index) => {
      const reference = descriptor?.references[index];
      if (it.kind === 'problem' || (reference && leadsTo(reference, it.version)))
        return it.kind === 'problem' ? it : { ...it, version: withoutReplaced(it.version) };
      return { kind: 'problem', problem: { code: 'digest-mismatch', message: 'it was replaced' } };
    }),
  };
}

function leadsTo({ digest }: ComponentReference, { descriptor }: CollectedVersion): boolean {
  const normalisation = digest && parseNormalisationAlgorithm(digest.normalisationAlgorithm);
  const hash = digest && parseHashAlgorithm(digest.hashAlgorithm);
  if (!descriptor || !normalisation || !hash) return false;
  return componentDigest(descriptor, normalisation, hash).value === digest.value;
}

/** Of resources that are the same on both sides nothing is read. */
async function readDifferingTexts(
  repository: ComponentRepository,
  after: CollectedVersion,
  before: CollectedVersion | undefined,
): Promise<readonly [ComponentTexts, ComponentTexts]> {
  const now = findTextResources(after);
  const then = before ? findTextResources(before) : new Map<string, never>();
  const differs = (place: string) => now.get(place)?.resource.digest?.value !== then.get(place)?.resource.digest?.value;
  const chosen = [now, then].map((all) => [...all.values()].filter(({ place }) => differs(place)));
  const [a = [], b = []] = chosen;
  return Promise.all([readComponentTexts(repository, a), readComponentTexts(repository, b)]);
}
