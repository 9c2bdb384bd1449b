import type { CollectedVersion } from '../component/collected-version.ts';
import type { ComponentDescriptor, ComponentReference } from '../component/component-descriptor.ts';
import type { ComponentName } from '../component/component-name.ts';
import {
  type Contents,
  diffResources,
  diffSignatures,
  diffSources,
  type Named,
  nameDifference,
  type ProviderDiff,
  printContent,
  printIdentity,
  type ReferenceFacts,
  type ReferenceWord,
  type ResourceDiff,
  type SignatureDiff,
  type SourceDiff,
  type Versus,
} from './element-diff.ts';
import { type Comparable, type Difference, type Pair, pairElements } from './element-pairs.ts';
import {
  labelRows,
  providerRows,
  type Row,
  referenceRows,
  resourceRows,
  signatureRow,
  sourceRows,
} from './element-rows.ts';
import { diffLabels, type LabelDiff, printLabels } from './label-diff.ts';

/** A component version with those it refers to: one for each reference of the descriptor, in its order; `undefined` where it could not be read. */
export interface ComponentTree {
  readonly descriptor: ComponentDescriptor;
  readonly references: readonly (ComponentTree | undefined)[];
  readonly contents?: Contents | undefined;
}

/** Of one component version and all below it. Lists hold only what differs, in the order of the proposed descriptor, removed ones last. */
export interface ComponentDiff {
  readonly component: Versus<ComponentName>;
  readonly version: Versus<ComponentDescriptor['version']>;
  readonly provider: ProviderDiff;
  readonly labels: readonly LabelDiff[];
  readonly resources: readonly ResourceDiff[];
  /** How many there are of which nothing differs. */
  readonly unchangedResources: number;
  readonly sources: readonly SourceDiff[];
  readonly references: readonly ReferenceDiff[];
  readonly signatures: readonly SignatureDiff[];
}

type ReferenceDifference = Difference<ReferenceFacts, ReferenceWord>;

export type ReferenceDiff = Named &
  (
    | Extract<ReferenceDifference, { change: 'removed' }>
    | (Exclude<ReferenceDifference, { change: 'removed' }> & { readonly below: Below })
  );

/** What differs in a component version that is referred to. */
export type Below =
  | { readonly kind: 'same' }
  | { readonly kind: 'changed'; readonly diff: ComponentDiff }
  /** Only the new one could be read, or there was none before: everything in it is listed as added. */
  | { readonly kind: 'listed'; readonly diff: ComponentDiff }
  /** It stands further up already, and is not told again. */
  | { readonly kind: 'repeated' }
  /** The new one could not be read. */
  | { readonly kind: 'unread' };

/**
 * @param contents What was found out about contents, if anything; only that of the newer tree is looked at.
 * @returns The tree of what was collected; `undefined` when its descriptor could not be read. Versions that are referred to twice are
 *   the same object; cycles are cut.
 */
export function componentTreeOf(collected: CollectedVersion, contents?: Contents): ComponentTree | undefined {
  const built = new Map<CollectedVersion, ComponentTree | undefined>();
  return build(collected);

  function build(version: CollectedVersion): ComponentTree | undefined {
    if (built.has(version)) return built.get(version);
    // One that refers back to it finds nothing while it is being built.
    built.set(version, undefined);
    const { descriptor } = version;
    const references = descriptor?.references.map((_, index) => {
      const reference = version.references[index];
      return reference?.kind === 'collected' ? build(reference.version) : undefined;
    });
    const tree = descriptor && references && { descriptor, references, ...(contents && { contents }) };
    built.set(version, tree);
    return tree;
  }
}

/**
 * Compares a component version, with all that it refers to, with the one that it replaces. What a transfer rewrites is no difference:
 * addresses, the scheme of the descriptor, where it lay. Nor is when it was made.
 *
 * @param before `undefined` when there is none: then everything is added.
 */
export function diffComponents(before: ComponentTree | undefined, after: ComponentTree): ComponentDiff {
  return diffTrees(before, after, new Map());
}

/** @returns Whether nothing differs, to the last level. */
export function isSame({ component, version, provider, ...diff }: ComponentDiff): boolean {
  const lists = [provider.labels, diff.labels, diff.resources, diff.sources, diff.references, diff.signatures];
  const isNamedAlike = component.before === component.after && version.before === version.after && !provider.name;
  return isNamedAlike && lists.every((list) => list.length === 0);
}

/** One difference, for display, in some component version of the tree. */
export interface DiffRow extends Row {
  /** The references that lead to the component version, from the root; empty for the root itself. */
  readonly path: readonly string[];
}

/**
 * @returns What differs at all levels, each component version before those that it refers to. An element that was added or removed is
 *   one row: its labels have none of their own.
 */
export function flattenDiff(diff: ComponentDiff): readonly DiffRow[] {
  return flattenLevel(diff, []);
}

function flattenLevel(diff: ComponentDiff, path: readonly string[]): readonly DiffRow[] {
  const rows = [
    ...providerRows(diff.provider),
    ...labelRows(diff.labels, ''),
    ...diff.resources.flatMap(resourceRows),
    ...diff.sources.flatMap(sourceRows),
    ...diff.signatures.map(signatureRow),
    ...diff.references.flatMap(referenceRows),
  ];
  const deeper = diff.references.flatMap((reference) => {
    if (reference.change === 'removed' || !('diff' in reference.below)) return [];
    return flattenLevel(reference.below.diff, [...path, reference.identity]);
  });
  return [...rows.map((row) => ({ path, ...row })), ...deeper];
}

/** What a new version is compared with. */
type Counterpart = 'nothing' | 'the-same-version' | 'another-version';

/** What came of the comparisons so far, by the new version. */
type Seen = Map<ComponentTree, Results>;
type Results = Map<Counterpart, 'comparing' | 'same' | 'different'>;

function diffTrees(before: ComponentTree | undefined, after: ComponentTree, seen: Seen): ComponentDiff {
  const counterpart = counterpartOf(before, after);
  const results: Results = seen.get(after) ?? new Map();
  seen.set(after, results.set(counterpart, 'comparing'));
  const [old, now] = [before?.descriptor, after.descriptor];
  const diff: ComponentDiff = {
    component: versus(old?.name, now.name),
    version: versus(old?.version, now.version),
    provider: {
      ...(old?.provider.name !== now.provider.name && { name: versus(old?.provider.name, now.provider.name) }),
      labels: diffLabels(old?.provider.labels ?? [], now.provider.labels),
    },
    labels: diffLabels(old?.labels ?? [], now.labels),
    ...diffResources({ before: old?.resources ?? [], after: now.resources }, after.contents),
    sources: diffSources({ before: old?.sources ?? [], after: now.sources }),
    references: diffReferences(before, after, seen),
    signatures: diffSignatures({ before: old?.signatures ?? [], after: now.signatures }),
  };
  results.set(counterpart, isSame(diff) ? 'same' : 'different');
  return diff;
}

function versus<Value>(before: Value | undefined, after: Value): Versus<Value> {
  return before === undefined ? { after } : { before, after };
}

function diffReferences(before: ComponentTree | undefined, after: ComponentTree, seen: Seen): readonly ReferenceDiff[] {
  return pairElements(branchesOf(before), branchesOf(after)).flatMap((pair) => diffBranches(pair, seen));
}

function diffBranches(pair: Pair<Branch, ReferenceWord>, seen: Seen): readonly ReferenceDiff[] {
  switch (pair.change) {
    case 'none':
      return diffUnchanged(pair.before, pair.after, seen);
    case 'removed':
      return [{ ...nameDifference(pair), ...pair, before: factsOf(pair.before) }];
    case 'added': {
      const { below } = diffBelow(undefined, pair.after.tree, seen);
      return [{ ...nameDifference(pair), ...pair, after: factsOf(pair.after), below }];
    }
    case 'changed': {
      const [before, after] = [pair.before, pair.after];
      const { below } = diffBelow(before.tree, after.tree, seen);
      return [{ ...nameDifference(pair), ...pair, before: factsOf(before), after: factsOf(after), below }];
    }
  }
}

/** A reference without a digest, or one to a version that gained unsigned parts, may lead to something else than before. */
function diffUnchanged(before: Branch, after: Branch, seen: Seen): readonly ReferenceDiff[] {
  // It names the same version: when only one of the two could be read, nothing tells that they differ.
  if (!before.tree || !after.tree) return [];
  const { below, differs } = diffBelow(before.tree, after.tree, seen);
  if (!differs) return [];
  const pair = { change: 'changed', before, after, what: ['below'] } as const;
  return [{ ...nameDifference(pair), ...pair, before: factsOf(before), after: factsOf(after), below }];
}

function counterpartOf(before: ComponentTree | undefined, { descriptor }: ComponentTree): Counterpart {
  if (!before) return 'nothing';
  const { name, version } = before.descriptor;
  return name === descriptor.name && version === descriptor.version ? 'the-same-version' : 'another-version';
}

/**
 * Expands a version once for each counterpart, and not as if it were new when it was compared with another one: ways through
 * references may be many more than there are versions.
 */
function diffBelow(
  before: ComponentTree | undefined,
  after: ComponentTree | undefined,
  seen: Seen,
): { readonly below: Below; readonly differs: boolean } {
  if (!after) return { below: { kind: 'unread' }, differs: false };
  const known = seen.get(after);
  const result = known?.get(counterpartOf(before, after));
  if (result === 'same') return { below: { kind: 'same' }, differs: false };
  if (result || (known && !before)) return { below: { kind: 'repeated' }, differs: result === 'different' };
  const diff = diffTrees(before, after, seen);
  if (!before) return { below: { kind: 'listed', diff }, differs: true };
  return isSame(diff)
    ? { below: { kind: 'same' }, differs: false }
    : { below: { kind: 'changed', diff }, differs: true };
}

/** A reference with what it leads to. */
interface Branch extends ComponentReference {
  readonly tree: ComponentTree | undefined;
}

function branchesOf(parent: ComponentTree | undefined): readonly Comparable<Branch, ReferenceWord>[] {
  const references = parent?.descriptor.references ?? [];
  return references.map((reference, index) => ({
    element: { ...reference, tree: parent?.references[index] },
    identity: printIdentity(reference),
    version: reference.version,
    traits: [
      ['component', reference.componentName],
      ['version', reference.version],
      ['content', printContent(reference.digest)],
      ['labels', printLabels(reference.labels)],
    ],
  }));
}

function factsOf({ componentName, version, digest }: Branch): ReferenceFacts {
  return { component: componentName, version, ...(digest && { digest }) };
}
