import { fc, test as property } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import type { ComponentReference, Label, Resource } from '../../../src/core/component/component-descriptor.ts';
import {
  type ComponentDiff,
  type ComponentTree,
  diffComponents,
  flattenDiff,
  isSame,
} from '../../../src/core/diff/component-diff.ts';
import { anyData } from '../../builders/any-descriptor.ts';
import { componentName, descriptorData, parseData } from '../../builders/component-version.ts';

// Few names and values, so that elements of two trees often have them in common.
const few = fc.constantFrom('a', 'b');
const fewVersions = fc.constantFrom('1.0.0', '2.0.0', '10.0.0', 'x');
const digest = few.map((value) => ({
  hashAlgorithm: 'SHA-256',
  normalisationAlgorithm: 'genericBlobDigest/v1',
  value,
}));
const label: fc.Arbitrary<Label> = fc.record(
  { name: few, value: fc.oneof(fc.nat(1), anyData), signing: fc.constant(true), version: few },
  { requiredKeys: ['name', 'value'] },
);
const labels = fc.array(label, { maxLength: 2 });
const element = { name: few, version: fewVersions, extraIdentity: fc.dictionary(few, few, { maxKeys: 2 }), labels };
const access = fc.record({ type: fc.constantFrom('localBlob', 'ociArtifact'), commit: few });
const listOf = <Element extends object>(item: fc.Arbitrary<Element>) =>
  fc.uniqueArray(item, { maxLength: 4, selector: identityOf });

function identityOf(it: object): string {
  const { name, version, extraIdentity } = { name: '', version: '', extraIdentity: {}, ...it };
  return JSON.stringify([name, version, Object.entries(extraIdentity).toSorted()]);
}

const resource: fc.Arbitrary<Resource> = fc.record(
  { ...element, type: few, relation: fc.constantFrom('local', 'external'), access, digest },
  { requiredKeys: ['name', 'version', 'extraIdentity', 'labels', 'type', 'relation', 'access'] },
);
const reference: fc.Arbitrary<ComponentReference> = fc.record(
  { ...element, componentName: few.map((it) => componentName(`example.org/${it}`)), digest },
  { requiredKeys: ['name', 'version', 'extraIdentity', 'labels', 'componentName'] },
);
const signature = fc.record({ name: few, digest, algorithm: few, mediaType: few, value: few, issuer: few });

const model = parseData(descriptorData());
const descriptor = fc.record({
  labels,
  provider: fc.record({ name: few, labels }),
  resources: listOf(resource),
  sources: listOf(fc.record({ ...element, type: few, access })),
  references: listOf(reference),
  signatures: fc.uniqueArray(signature, { selector: ({ name }) => name }),
});

function treeOf(depth: number): fc.Arbitrary<ComponentTree> {
  const below = depth === 0 ? fc.constant(undefined) : fc.option(treeOf(depth - 1), { nil: undefined });
  return fc.record({ parts: descriptor, below: fc.array(below, { maxLength: 2 }) }).map((it) => ({
    descriptor: { ...model, ...it.parts },
    references: it.parts.references.map((_, index) => it.below[index]),
  }));
}

const tree = treeOf(1);

/** @returns The list in another order, the same one for the same seed. */
const mixed = <Item>(list: readonly Item[], seed: number): readonly Item[] =>
  list
    .map((item, index) => ({ item, rank: ((index + 1) * seed) % 101 }))
    .toSorted((one, other) => one.rank - other.rank)
    .map(({ item }) => item);

/** @returns The tree with all its lists in another order. */
function mixTree({ descriptor: old, references }: ComponentTree, seed: number): ComponentTree {
  const mixLabels = <Item extends { labels: readonly Label[] }>(it: Item) => ({
    ...it,
    labels: mixed(it.labels, seed),
  });
  const pairs = mixed(
    old.references.map((it, index) => ({ it: mixLabels(it), below: references[index] })),
    seed,
  );
  return {
    descriptor: {
      ...mixLabels(old),
      provider: mixLabels(old.provider),
      resources: mixed(old.resources.map(mixLabels), seed),
      sources: mixed(old.sources.map(mixLabels), seed),
      references: pairs.map(({ it }) => it),
      signatures: mixed(old.signatures, seed),
    },
    references: pairs.map(({ below }) => below && mixTree(below, seed)),
  };
}

type AnyDifference = { change: string; before?: unknown; after?: unknown; labels?: readonly AnyDifference[] };

/** @returns Entries as a set, with before and after exchanged where that is wanted. */
function setOf(entries: readonly AnyDifference[], exchanged = false): readonly string[] {
  const exchange = { added: 'removed', removed: 'added' } as Readonly<Record<string, string>>;
  const texts = entries.map(({ change, before, after, labels: nested = [], ...rest }) => {
    const sides = exchanged ? { before: after, after: before } : { before, after };
    const name = exchanged ? (exchange[change] ?? change) : change;
    return JSON.stringify([Object.entries(rest).toSorted(), name, sides.before, sides.after, setOf(nested, exchanged)]);
  });
  return texts.toSorted();
}

const lists = ['labels', 'resources', 'sources', 'signatures'] as const;
const withoutBelow = ({ references }: ComponentDiff): readonly AnyDifference[] =>
  references.map((it) => ({ ...it, below: undefined }));

function expectExchanged(one: ComponentDiff, other: ComponentDiff): void {
  for (const list of lists) expect(setOf(one[list], true)).toEqual(setOf(other[list]));
  expect(setOf(one.provider.labels, true)).toEqual(setOf(other.provider.labels));
  expect(setOf(withoutBelow(one), true)).toEqual(setOf(withoutBelow(other)));
  expect(one.unchangedResources).toBe(other.unchangedResources);
  for (const list of lists) expect(setOf(nestedOf(one, list), true)).toEqual(setOf(nestedOf(other, list)));
}

/** What differs one level below, where both sides could be read. */
const nestedOf = ({ references }: ComponentDiff, list: (typeof lists)[number]): readonly AnyDifference[] =>
  references.flatMap((it): readonly AnyDifference[] =>
    it.change === 'changed' && it.below.kind === 'changed' ? it.below.diff[list] : [],
  );

const numberOf = (entries: readonly AnyDifference[], change: string) =>
  entries.filter((it) => it.change === change).length;

describe('comparing component versions', () => {
  property.prop([tree])('finds no difference of one with itself', (it) => {
    const diff = diffComponents(it, structuredClone(it));
    expect(isSame(diff)).toBe(true);
    expect(flattenDiff(diff)).toEqual([]);
    expect(diff.unchangedResources).toBe(it.descriptor.resources.length);
  });

  property.prop([tree, fc.integer({ min: 1, max: 100 })])('finds no difference in the order', (it, seed) => {
    expect(isSame(diffComponents(it, mixTree(it, seed)))).toBe(true);
  });

  property.prop([tree, tree, fc.integer({ min: 1, max: 100 })])('finds the same in any order', (one, other, seed) => {
    const [plain, mixedUp] = [diffComponents(one, other), diffComponents(mixTree(one, seed), mixTree(other, seed))];
    for (const list of lists) expect(setOf(mixedUp[list])).toEqual(setOf(plain[list]));
    expect(setOf(withoutBelow(mixedUp))).toEqual(setOf(withoutBelow(plain)));
  });

  property.prop([tree, tree])('finds what was added removed when it is turned round', (one, other) => {
    expectExchanged(diffComponents(one, other), diffComponents(other, one));
  });

  property.prop([tree, tree])('tells each resource once, or counts it as unchanged', (one, other) => {
    const { resources, unchangedResources } = diffComponents(one, other);
    const changed = numberOf(resources, 'changed') + unchangedResources;
    expect(numberOf(resources, 'added') + changed).toBe(other.descriptor.resources.length);
    expect(numberOf(resources, 'removed') + changed).toBe(one.descriptor.resources.length);
    const told = resources.map((it) => [it.identity, it.change === 'removed' ? 'removed' : it.after.version].join());
    const removed = numberOf(resources, 'removed');
    expect(new Set(told.filter((it) => !it.endsWith('removed'))).size).toBe(told.length - removed);
  });

  property.prop([tree, tree])('tells each label, signature and reference once', (one, other) => {
    const diff = diffComponents(one, other);
    const both = [one.descriptor, other.descriptor] as const;
    for (const list of ['labels', 'sources', 'signatures', 'references'] as const) {
      const [before, after] = both.map((it) => it[list].length);
      const grown = numberOf(diff[list], 'added') - numberOf(diff[list], 'removed');
      expect(grown).toBe((after ?? 0) - (before ?? 0));
      expect(diff[list].length - numberOf(diff[list], 'removed')).toBeLessThanOrEqual(after ?? 0);
    }
  });

  property.prop([tree, tree])('says of all that changed what did, and nothing of what did not', (one, other) => {
    const rows = flattenDiff(diffComponents(one, other));
    for (const { change, what } of rows) expect(what.length > 0).toBe(change === 'changed');
    for (const { change, before, after } of rows) {
      expect([before !== '', after !== '']).toEqual([change !== 'added', change !== 'removed']);
    }
  });

  property.prop([tree])('finds everything new where there was nothing', (it) => {
    const rows = flattenDiff(diffComponents(undefined, it));
    expect(new Set(rows.map(({ change }) => change))).toEqual(new Set(['added']));
    const ofRoot = rows.filter(({ path }) => path.length === 0);
    for (const [kind, list] of [
      ['resource', it.descriptor.resources],
      ['source', it.descriptor.sources],
      ['reference', it.descriptor.references],
      ['signature', it.descriptor.signatures],
    ] as const) {
      expect(ofRoot.filter((row) => row.kind === kind)).toHaveLength(list.length);
    }
  });
});
