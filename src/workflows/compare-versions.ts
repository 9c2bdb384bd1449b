import type { CollectedReference, CollectedVersion } from '../core/component/collected-version.ts';
import type { ComponentReference } from '../core/component/component-descriptor.ts';
import { type ComponentTree, componentTreeOf, diffComponents } from '../core/diff/component-diff.ts';
import type { Contents } from '../core/diff/element-diff.ts';
import type { ManifestDiff, UnknownPlaces } from '../core/diff/manifest-diff.ts';
import type { Manifests } from '../core/diff/manifest-objects.ts';
import type { OwnImages } from '../core/diff/own-images.ts';
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
import { type DifferingPlace, findDifferingPlaces, type PlacedResource } from './differing-resources.ts';
import { ownImagesOf } from './own-images-of.ts';
import { type PreviewSubject, previewedResources, previewInput } from './preview-input.ts';
import { flattenTexts, maxText, readComponentTexts, selectTexts } from './read-component-texts.ts';
import { type Charts, differingOn, pairCharts, readContents } from './read-contents.ts';
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
  const after = treeOf(input.collected);
  try {
    return await whileUnchanged(async () => compareIn({ ...input, repository: await open() }));
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

function treeOf(collected: CollectedVersion, contents?: Contents): ComponentTree {
  const tree = componentTreeOf(collected, contents);
  if (!tree) throw new Error(`${collected.component} ${collected.version} was not verified.`);
  return tree;
}

function whyNot(error: unknown): string {
  if (error instanceof Refusal) return error.problem.message;
  return error instanceof Failure ? error.message.replace(/\.$/, '') : 'Consignee has a bug, of which its log tells';
}

interface Comparing extends Omit<CompareInput, 'open' | 'log'> {
  readonly repository: ComponentRepository;
}

async function compareIn(input: Comparing): Promise<VersionDifference> {
  const { repository, collected } = input;
  const subject = await input.subject();
  const before = await readLocked(input);
  const known = typeof before === 'string' ? undefined : before;
  const differing = findDifferingPlaces(known, collected);
  const texts = selectTexts(differing);
  const previewed = previewedResources(collected, subject);
  const [old, now, oldContents, nowContents] = await Promise.all([
    readComponentTexts(repository, texts.before),
    // What differs comes first: there is a limit for all together.
    readComponentTexts(repository, [...texts.after, ...without(previewed.found, texts.after)]),
    readContents(repository, differingOn('before', differing)),
    readContents(repository, differingOn('after', differing)),
  ]);
  const places = { before: placesOf(texts.before), after: placesOf(texts.after) };
  const unreadNow = new Map([...now.unread].filter(([place]) => places.after.has(place)));
  const previewing = previewInput(
    collected,
    { installed: known, old, now, differing: texts, unread: previewed.unread },
    subject,
  );
  const preview = await previewIn(previewing, input);
  const manifests = await compareManifests(
    {
      texts: { before: flattenTexts(old, places.before), after: flattenTexts(now, places.after) },
      unknown: {
        before: [...texts.unread.keys(), ...old.unread.keys()],
        after: [...texts.unread.keys(), ...unreadNow.keys()],
      },
      charts: { before: oldContents.charts, after: nowContents.charts },
      differing,
      ownImages: ownImagesOf(input, { subject, preview, previewing }),
    },
    input,
  );
  const contents = new Map([...oldContents.facts, ...nowContents.facts]);
  return {
    component: diffComponents(known && componentTreeOf(known), treeOf(collected, contents)),
    ...{ manifests, preview, unread: new Map([...texts.unread, ...old.unread, ...unreadNow]) },
    ...(typeof before === 'string' && { installedUnread: before }),
  };
}

interface ReadManifests {
  readonly texts: { readonly before: Manifests; readonly after: Manifests };
  readonly unknown: UnknownPlaces;
  readonly charts: Charts;
  readonly differing: readonly DifferingPlace[];
  readonly ownImages: OwnImages;
}

async function compareManifests(
  { texts: { before, after }, unknown, ownImages, ...read }: ReadManifests,
  { evaluator }: Comparing,
): Promise<ManifestDiff> {
  const left = { before: maxText - lengthOf(before), after: maxText - lengthOf(after) };
  const charts = pairCharts(read.differing, read.charts, left);
  const count = before.size + after.size + charts.before.length + charts.after.length;
  return count === 0 ? nothing : await evaluator.compare(before, after, { unknown, ownImages, charts });
}

const lengthOf = (texts: Manifests): number => [...texts.values()].reduce((sum, { length }) => sum + length, 0);

const placesOf = (resources: readonly PlacedResource[]): ReadonlySet<string> =>
  new Set(resources.map((it) => it.place));

const without = (resources: readonly PlacedResource[], others: readonly PlacedResource[]): readonly PlacedResource[] =>
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
