import type { CollectedReference, CollectedVersion } from '../core/component/collected-version.ts';
import type { ComponentReference } from '../core/component/component-descriptor.ts';
import { type ComponentTree, componentTreeOf, diffComponents } from '../core/diff/component-diff.ts';
import type { ManifestDiff } from '../core/diff/manifest-diff.ts';
import type { VersionDifference } from '../core/diff/version-difference.ts';
import { Failure } from '../core/failure.ts';
import type { LockFile } from '../core/installation/lock-file.ts';
import { noPreview, type Preview, type PreviewInput } from '../core/localization/preview.ts';
import { componentDigest, identityDigest, parseHashAlgorithm } from '../core/trust/component-digest.ts';
import { parseNormalisationAlgorithm } from '../core/trust/normalise.ts';
import { Refusal } from '../core/trust/reason.ts';
import type { ComponentRepository } from '../ports/component-repository.ts';
import type { Evaluator } from '../ports/evaluator.ts';
import type { Log } from '../ports/log.ts';
import { collectDescriptors } from './collect-component-version.ts';
import { type PreviewSubject, previewedResources, previewInput } from './preview-input.ts';
import { findDifferingResources, flattenTexts, readComponentTexts, type TextResource } from './read-component-texts.ts';
import { whileUnchanged } from './while-unchanged.ts';

interface CompareInput {
  readonly evaluator: Pick<Evaluator, 'compare' | 'preview'>;
  readonly log: Pick<Log, 'warn'>;
  /** Opens the component repository, as it is now. */
  readonly open: () => Promise<ComponentRepository>;
  readonly installed: LockFile | undefined;
  /** What is proposed, verified. */
  readonly collected: CollectedVersion;
  /** What a preview of it needs beside that. */
  readonly subject: () => Promise<PreviewSubject>;
}

/**
 * Compares a verified component version with the installed one, to the last reference. What is installed is read from the registry
 * again, and taken for it only when it has the digest of the lock file.
 *
 * Never fails: a proposal does not wait for what only explains it. What could not be compared is named.
 */
export async function compareVersions({ open, log, ...input }: CompareInput): Promise<VersionDifference> {
  const after = componentTreeOf(input.collected);
  if (!after) throw new Error(`${input.collected.component} ${input.collected.version} was not verified.`);
  try {
    return await whileUnchanged(async () => compareIn(after, { ...input, repository: await open() }));
  } catch (error) {
    const { component, version } = input.collected;
    const code = error instanceof Failure ? error.code : 'internal';
    log.warn('comparison.failed', { component, version, code, error: String(error) });
    const why = whyNot(error);
    return {
      component: diffComponents(undefined, after),
      manifests: nothing,
      preview: noPreview(why),
      unread: new Map([['the component', why]]),
      ...(input.installed && { installedUnread: why }),
    };
  }
}

function whyNot(error: unknown): string {
  if (error instanceof Refusal) return error.problem.message;
  return error instanceof Failure ? error.message.replace(/\.$/, '') : 'Consignee has a bug, of which its log tells';
}

interface Comparing extends Omit<CompareInput, 'open' | 'log'> {
  readonly repository: ComponentRepository;
}

async function compareIn(after: ComponentTree, input: Comparing): Promise<VersionDifference> {
  const { repository, collected, evaluator } = input;
  const subject = await input.subject();
  const before = await readLocked(input);
  const known = typeof before === 'string' ? undefined : before;
  const differing = findDifferingResources(known, collected);
  const previewed = previewedResources(collected, subject);
  const [old, now] = await Promise.all([
    readComponentTexts(repository, differing.before),
    // What differs comes first: there is a limit for all together.
    readComponentTexts(repository, [...differing.after, ...without(previewed.found, differing.after)]),
  ]);
  const places = { before: placesOf(differing.before), after: placesOf(differing.after) };
  const unreadNow = new Map([...now.unread].filter(([place]) => places.after.has(place)));
  const unknown = {
    before: [...differing.unread.keys(), ...old.unread.keys()],
    after: [...differing.unread.keys(), ...unreadNow.keys()],
  };
  const texts = { before: flattenTexts(old, places.before), after: flattenTexts(now, places.after) };
  const manifests =
    texts.before.size + texts.after.size === 0 ? nothing : await evaluator.compare(texts.before, texts.after, unknown);
  const read = { installed: known, old, now, differing, unread: previewed.unread };
  return {
    component: diffComponents(known && componentTreeOf(known), after),
    ...{ manifests, unread: new Map([...differing.unread, ...old.unread, ...unreadNow]) },
    preview: await previewIn(previewInput(collected, read, subject), input),
    ...(typeof before === 'string' && { installedUnread: before }),
  };
}

const placesOf = (resources: readonly TextResource[]): ReadonlySet<string> => new Set(resources.map((it) => it.place));

const without = (resources: readonly TextResource[], others: readonly TextResource[]): readonly TextResource[] =>
  resources.filter(({ resource }) => !others.some((it) => it.resource === resource));

/** A provider's rules may take too long where its manifests do not. */
async function previewIn(preview: PreviewInput, { evaluator }: Comparing): Promise<Preview> {
  try {
    return await evaluator.preview(preview);
  } catch (error) {
    if (error instanceof Failure) return noPreview(whyNot(error));
    throw error;
  }
}

const nothing: ManifestDiff = { objects: [], unchanged: 0, unreadable: [], truncated: false };

/** Reads what a lock file stands for. @returns Why it cannot be read; `undefined` when nothing is installed. */
export async function readLocked({
  repository,
  installed,
}: Pick<Comparing, 'repository' | 'installed'>): Promise<CollectedVersion | string | undefined> {
  if (!installed) return undefined;
  const { component, version, manifest, digest } = installed;
  try {
    const collected = await collectDescriptors(repository, { component, version, manifest });
    const { descriptor } = collected;
    if (!descriptor) return collected.problems[0]?.message ?? 'it has no component descriptor';
    if (identityDigest(descriptor).value !== digest.value) return 'it is not what was installed any more';
    return withoutReplaced(collected);
  } catch (error) {
    if (error instanceof Failure && error.code === 'registry-changed') throw error;
    return whyNot(error);
  }
}

/** What a reference leads to may have been replaced since it was verified. One that several refer to is looked at once. */
function withoutReplaced(root: CollectedVersion): CollectedVersion {
  const known = new Map<CollectedVersion, CollectedVersion>();
  return check(root);

  function check(version: CollectedVersion): CollectedVersion {
    const present = known.get(version);
    if (present) return present;
    const references = version.references.map((it, index): CollectedReference => {
      const reference = version.descriptor?.references[index];
      if (it.kind === 'problem') return it;
      return reference && leadsTo(reference, it.version) ? { ...it, version: check(it.version) } : replaced;
    });
    const checked = { ...version, references };
    known.set(version, checked);
    return checked;
  }
}

const replaced: CollectedReference = {
  kind: 'problem',
  problem: { code: 'digest-mismatch', message: 'it was replaced' },
};

function leadsTo({ digest }: ComponentReference, { descriptor }: CollectedVersion): boolean {
  const normalisation = digest && parseNormalisationAlgorithm(digest.normalisationAlgorithm);
  const hash = digest && parseHashAlgorithm(digest.hashAlgorithm);
  if (!descriptor || !normalisation || !hash) return false;
  return componentDigest(descriptor, normalisation, hash).value === digest.value;
}
