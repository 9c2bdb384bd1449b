import { hasNoContent } from '../component/access.ts';
import type {
  ComponentDescriptor,
  ComponentReference,
  ContentDigest,
  Label,
  Resource,
} from '../component/component-descriptor.ts';
import { isMapping, mapValues, withoutNulls } from '../component/mapping.ts';
import { printCanonicalJson } from './canonical-json.ts';
import { withLegacyIdentities } from './legacy-identity.ts';
import { orAbsent, roundToSecond } from './normal-form-parts.ts';
import { normaliseV1 } from './normalise-v1.ts';

export const normalisationAlgorithms = [
  'jsonNormalisation/v1',
  'jsonNormalisation/v2',
  'jsonNormalisation/v3',
  'jsonNormalisation/v4alpha1',
] as const;

export type NormalisationAlgorithm = (typeof normalisationAlgorithms)[number];

/** @returns The algorithm, or `undefined` when it is not supported. */
export function parseNormalisationAlgorithm(name: string): NormalisationAlgorithm | undefined {
  return normalisationAlgorithms.find((it) => it === name);
}

/** Where the two newer normal forms differ, which the libraries claim to be one. Found by running both. */
interface Dialect {
  printTime(time: string): string;
  printSigningLabel(label: Label): unknown;
  /** Labels of references are printed whether they are signing or not: the rule that filters them misses its key in both. */
  printReferenceLabel(label: Label): unknown;
  readonly missingReferenceDigest: ContentDigest | undefined;
}

type Canonical = Exclude<NormalisationAlgorithm, 'jsonNormalisation/v1' | 'jsonNormalisation/v2'>;

const dialects: Readonly<Record<Canonical, Dialect>> = {
  'jsonNormalisation/v3': {
    printTime: roundToSecond,
    printSigningLabel: ({ name, value, version, signing }) => ({ name, value, version, signing }),
    printReferenceLabel: (label) => label,
    missingReferenceDigest: undefined,
  },
  'jsonNormalisation/v4alpha1': {
    printTime: (time) => time,
    printSigningLabel: printBareLabel,
    printReferenceLabel: printBareLabel,
    missingReferenceDigest: { hashAlgorithm: '', normalisationAlgorithm: '', value: '' },
  },
};

/**
 * Writes the normal form of a component descriptor, over which its digest and its signatures are made. It does not change when a
 * component version is moved, and but for jsonNormalisation/v1 it is the same for both schemes.
 *
 * @see ocm-spec, doc/04-extensions/04-algorithms/component-descriptor-normalization-algorithms.md
 */
export function normalise(descriptor: ComponentDescriptor, algorithm: NormalisationAlgorithm): string {
  switch (algorithm) {
    case 'jsonNormalisation/v1':
      return normaliseV1(descriptor);
    case 'jsonNormalisation/v2':
      return normaliseCanonically(
        { ...descriptor, resources: withLegacyIdentities(descriptor.resources) },
        dialects['jsonNormalisation/v3'],
      );
    case 'jsonNormalisation/v3':
    case 'jsonNormalisation/v4alpha1':
      return normaliseCanonically(descriptor, dialects[algorithm]);
  }
}

function normaliseCanonically(descriptor: ComponentDescriptor, dialect: Dialect): string {
  const { name, version, provider, labels, creationTime, resources, sources, references } = descriptor;
  return printCanonicalJson({
    component: {
      name,
      version,
      provider: { name: provider.name, labels: signingLabels(provider.labels, dialect) },
      labels: signingLabels(labels, dialect),
      creationTime: creationTime && dialect.printTime(creationTime),
      resources: resources.map((resource) => ({
        ...printResource(resource),
        labels: signingLabels(resource.labels, dialect),
      })),
      sources: sources.map((source) => ({
        name: source.name,
        version: source.version,
        type: source.type,
        extraIdentity: orAbsent(source.extraIdentity),
        labels: signingLabels(source.labels, dialect),
      })),
      componentReferences: references.map((reference) => printReference(reference, dialect)),
    },
  });
}

function printResource(resource: Resource) {
  const { name, version, type, relation, extraIdentity, digest } = resource;
  return {
    name,
    version,
    type,
    relation,
    extraIdentity: orAbsent(extraIdentity),
    digest: hasNoContent(resource) ? undefined : digest,
  };
}

function printReference(reference: ComponentReference, dialect: Dialect) {
  const { name, version, componentName, extraIdentity, labels, digest } = reference;
  return {
    name,
    version,
    componentName,
    extraIdentity: orAbsent(extraIdentity),
    labels: labels.length > 0 ? labels.map(dialect.printReferenceLabel) : undefined,
    digest: digest ?? dialect.missingReferenceDigest,
  };
}

function signingLabels(labels: readonly Label[], dialect: Dialect): unknown {
  const signing = labels.filter((label) => label.signing);
  return signing.length > 0 ? signing.map(dialect.printSigningLabel) : undefined;
}

function printBareLabel({ name, value, signing }: Label): unknown {
  return { name, signing, value: value === null ? undefined : dropNulls(value) };
}

/** Entries of mappings that are `null` are dropped, those of lists kept. */
function dropNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(dropNulls);
  return isMapping(value) ? mapValues(withoutNulls(value), dropNulls) : value;
}
