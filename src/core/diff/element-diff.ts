import type { Access, ContentDigest, Label, Resource, Signature, Source } from '../component/component-descriptor.ts';
import type { ComponentName } from '../component/component-name.ts';
import { type ContentFacts, contentWords } from './content-facts.ts';
import { type Comparable, type Difference, mapDifference, type Pair, pairElements } from './element-pairs.ts';
import { diffLabels, type LabelDiff, printLabels } from './label-diff.ts';
import { printLine } from './label-text.ts';

/** `before` is absent when there was nothing. */
export interface Versus<Value> {
  readonly before?: Value;
  readonly after: Value;
}

export interface ProviderDiff {
  /** Absent when it is the same. */
  readonly name?: Versus<string>;
  readonly labels: readonly LabelDiff[];
}

export interface ResourceFacts {
  readonly version: string;
  readonly type: string;
  readonly relation: 'local' | 'external';
  /** Type of the access; the address is another one in every registry. */
  readonly access: string;
  readonly digest?: ContentDigest;
  /** Where it was looked at. */
  readonly content?: ContentFacts;
}

/** `content`: the digest differs; `platforms` and `size` say what of it. */
export type ResourceWord = 'content' | 'platforms' | 'size' | 'version' | 'type' | 'access' | 'labels' | 'relation';

export type ResourceDiff = Named & Difference<ResourceFacts, ResourceWord>;

export interface SourceFacts {
  readonly version: string;
  readonly type: string;
  /** Type of the access. */
  readonly access: string;
  /** That the access names. Sources have no digest, and nothing of their access is signed. */
  readonly commit?: string;
}

export type SourceWord = 'commit' | 'version' | 'type' | 'access' | 'labels';

export type SourceDiff = Named & Difference<SourceFacts, SourceWord>;

export interface ReferenceFacts {
  readonly component: ComponentName;
  readonly version: string;
  readonly digest?: ContentDigest;
}

/** `content`: the digest differs; `below`: only something in the component version that it refers to, and further down. */
export type ReferenceWord = 'component' | 'version' | 'content' | 'labels' | 'below';

export interface SignatureFacts {
  readonly algorithm: string;
  readonly digest: ContentDigest;
  readonly issuer?: string;
}

export type SignatureWord = 'digest' | 'algorithm' | 'issuer';

export type SignatureDiff = { readonly name: string } & Difference<SignatureFacts, SignatureWord>;

/** What every element of a component version has. */
export interface Named {
  /** In words, one line: the name, and the extra identity in parentheses. */
  readonly identity: string;
  readonly labels: readonly LabelDiff[];
}

interface ElementLists<Element> {
  readonly before: readonly Element[];
  readonly after: readonly Element[];
}

/** What was found out about the contents of resources, those of both versions. */
export type Contents = ReadonlyMap<Resource, ContentFacts>;

/** @returns The resources that differ, and how many do not. */
export function diffResources({ before, after }: ElementLists<Resource>, contents: Contents | undefined) {
  const factsOf = (resource: Resource): ResourceFacts => {
    const content = contents?.get(resource);
    return { ...resourceFacts(resource), ...(content && { content }) };
  };
  const pairs = pairElements(before.map(comparableResource), after.map(comparableResource));
  const differing: readonly ResourceDiff[] = pairs.flatMap((pair) =>
    pair.change === 'none'
      ? []
      : [
          {
            ...nameDifference(pair),
            ...withContentWords(mapDifference<Resource, ResourceFacts, ResourceWord>(pair, factsOf)),
          },
        ],
  );
  return { resources: differing, unchangedResources: pairs.length - differing.length };
}

/** They stand behind the word that they explain. */
function withContentWords(
  difference: Difference<ResourceFacts, ResourceWord>,
): Difference<ResourceFacts, ResourceWord> {
  if (difference.change !== 'changed' || !difference.what.includes('content')) return difference;
  const words = contentWords(difference.before.content, difference.after.content);
  return { ...difference, what: difference.what.flatMap((it) => (it === 'content' ? [it, ...words] : [it])) };
}

export function diffSources({ before, after }: ElementLists<Source>): readonly SourceDiff[] {
  const pairs = pairElements(before.map(comparableSource), after.map(comparableSource));
  return pairs.flatMap((pair) =>
    pair.change === 'none' ? [] : [{ ...nameDifference(pair), ...mapDifference(pair, sourceFacts) }],
  );
}

export function diffSignatures({ before, after }: ElementLists<Signature>): readonly SignatureDiff[] {
  const pairs = pairElements(before.map(comparableSignature), after.map(comparableSignature));
  return pairs.flatMap((pair) => {
    if (pair.change === 'none') return [];
    const { name } = pair.change === 'removed' ? pair.before : pair.after;
    return [{ name: printLine(name), ...mapDifference(pair, signatureFacts) }];
  });
}

interface AnyElement {
  readonly name: string;
  readonly extraIdentity: Readonly<Record<string, string>>;
  readonly labels: readonly Label[];
}

/** @returns Name and labels of elements that belong together. */
export function nameDifference<Element extends AnyElement>(pair: Pair<Element, string>): Named {
  const before = pair.change === 'added' ? undefined : pair.before;
  const after = pair.change === 'removed' ? undefined : pair.after;
  const named = after ?? before;
  const sameLabels = pair.change === 'changed' && !pair.what.includes('labels');
  return {
    identity: named ? identityInWords(named) : '',
    labels: sameLabels ? [] : diffLabels(before?.labels ?? [], after?.labels ?? []),
  };
}

function identityInWords({ name, extraIdentity }: AnyElement): string {
  const extra = Object.entries(extraIdentity).map(([key, value]) => `${key}=${value}`);
  return printLine(extra.length === 0 ? name : `${name} (${extra.toSorted().join(', ')})`);
}

/**
 * @returns Text that elements share when they are the same element.
 * @see ocm-spec, doc/01-model/03-elements-sub.md, "Identity"
 */
export function printIdentity({ name, extraIdentity }: AnyElement): string {
  const keys = Object.keys(extraIdentity).toSorted();
  return JSON.stringify([name, keys.map((key) => [key, extraIdentity[key]])]);
}

/**
 * @returns Text that digests share when they stand for the same content. Which normal form the hash is taken over is no part of it: a
 *   transfer may name it anew for the same value. Whether the digest is signed at all is.
 */
export function printContent(digest: ContentDigest | undefined): string {
  if (!digest) return 'none';
  const { hashAlgorithm, normalisationAlgorithm, value } = digest;
  const isExcluded = normalisationAlgorithm === 'EXCLUDE-FROM-SIGNATURE';
  return JSON.stringify([hashAlgorithm.toLowerCase().replace('-', ''), value, isExcluded]);
}

/** Both libraries know several spellings of a type, with and without `/v1`; a transfer may write another one. */
const accessTypes: ReadonlyMap<string, string> = new Map([
  ['ociregistry', 'ociartifact'],
  ['ociimage', 'ociartifact'],
  ['ociimagelayer', 'ociblob'],
]);

function printAccess({ type }: Access): string {
  const spelling = type.replace(/\/v1$/, '').toLowerCase();
  return accessTypes.get(spelling) ?? spelling;
}

function comparableResource(resource: Resource): Comparable<Resource, ResourceWord> {
  const { version, type, relation, access, digest, labels } = resource;
  return {
    element: resource,
    identity: printIdentity(resource),
    version,
    traits: [
      ['content', printContent(digest)],
      ['version', version],
      ['type', type],
      ['access', printAccess(access)],
      ['labels', printLabels(labels)],
      ['relation', relation],
    ],
  };
}

function comparableSource(source: Source): Comparable<Source, SourceWord> {
  const { version, type, access, labels } = source;
  return {
    element: source,
    identity: printIdentity(source),
    version,
    traits: [
      ['commit', commitOf(access) ?? ''],
      ['version', version],
      ['type', type],
      ['access', printAccess(access)],
      ['labels', printLabels(labels)],
    ],
  };
}

function comparableSignature(signature: Signature): Comparable<Signature, SignatureWord> {
  const { name, digest, algorithm, issuer = '' } = signature;
  const { hashAlgorithm, normalisationAlgorithm, value } = digest;
  return {
    element: signature,
    identity: name,
    version: '',
    traits: [
      ['digest', JSON.stringify([hashAlgorithm, normalisationAlgorithm, value])],
      ['algorithm', algorithm],
      ['issuer', issuer],
    ],
  };
}

function commitOf({ commit }: Access): string | undefined {
  return typeof commit === 'string' ? commit : undefined;
}

function resourceFacts({ version, type, relation, access, digest }: Resource): ResourceFacts {
  return { version, type, relation, access: access.type, ...(digest && { digest }) };
}

function sourceFacts({ version, type, access }: Source): SourceFacts {
  const commit = commitOf(access);
  return { version, type, access: access.type, ...(commit !== undefined && { commit }) };
}

function signatureFacts({ algorithm, digest, issuer }: Signature): SignatureFacts {
  return { algorithm, digest, ...(issuer !== undefined && { issuer }) };
}
