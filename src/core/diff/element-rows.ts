import type { ContentDigest } from '../component/component-descriptor.ts';
import { shortDigest } from '../digest.ts';
import { lostPlatforms, sizeText } from './content-facts.ts';
import type {
  Named,
  ProviderDiff,
  ReferenceFacts,
  ReferenceWord,
  ResourceDiff,
  ResourceFacts,
  ResourceWord,
  SignatureDiff,
  SignatureFacts,
  SignatureWord,
  SourceDiff,
  SourceFacts,
  SourceWord,
} from './element-diff.ts';
import type { Difference } from './element-pairs.ts';
import type { LabelDiff, LabelFacts, LabelWord } from './label-diff.ts';
import { printLine } from './label-text.ts';

/** One difference, for display. Every text is one line without characters that mislead; Markdown may still be in it. */
export interface Row {
  readonly kind: 'resource' | 'source' | 'reference' | 'label' | 'signature' | 'provider';
  /** Of labels of an element, the element stands before it: `resource note: use`. */
  readonly name: string;
  readonly change: 'added' | 'removed' | 'changed';
  /** Empty when it was added. */
  readonly before: string;
  /** Empty when it was removed. */
  readonly after: string;
  /** Empty unless it changed. */
  readonly what: readonly string[];
}

export function providerRows({ name, labels }: ProviderDiff): readonly Row[] {
  const below = labelRows(labels, 'provider: ');
  if (!name) return below;
  const { before, after } = name;
  const renamed = { kind: 'provider', name: printLine(after), after: printLine(after) } as const;
  return before === undefined
    ? [{ ...renamed, change: 'added', before: '', what: [] }, ...below]
    : [{ ...renamed, change: 'changed', before: printLine(before), what: ['name'] }, ...below];
}

export function resourceRows(resource: ResourceDiff): readonly Row[] {
  const row = withLost(rowOf('resource', resource.identity, resource, describeResource), resource);
  return [row, ...elementLabels(row, resource.labels)];
}

/** Where an image ran before, it will not be started any more. */
function withLost(row: Row, resource: ResourceDiff): Row {
  if (resource.change !== 'changed' || !resource.what.includes('platforms')) return row;
  const lost = lostPlatforms(resource.before.content, resource.after.content).join(', ');
  if (lost === '') return row;
  const warning = `platforms (⚠ not for ${printLine(lost)} any more)`;
  return { ...row, what: row.what.map((it) => (it === 'platforms' ? warning : it)) };
}

export function sourceRows(source: SourceDiff): readonly Row[] {
  const row = rowOf('source', source.identity, source, describeSource);
  return [row, ...elementLabels(row, source.labels)];
}

export function referenceRows(reference: Named & Difference<ReferenceFacts, ReferenceWord>): readonly Row[] {
  const row = rowOf('reference', reference.identity, reference, describeReference);
  return [row, ...elementLabels(row, reference.labels)];
}

export function signatureRow(signature: SignatureDiff): Row {
  return rowOf('signature', signature.name, signature, describeSignature);
}

function elementLabels({ kind, name, change }: Row, labels: readonly LabelDiff[]): readonly Row[] {
  return change === 'changed' ? labelRows(labels, `${kind} ${name}: `) : [];
}

export function labelRows(labels: readonly LabelDiff[], owner: string): readonly Row[] {
  return labels.map((label) => rowOf('label', `${owner}${label.name}`, label, describeLabel));
}

/** @param describe Says what there is; of an element that changed, what changed is in it. */
function rowOf<Facts, Word extends string>(
  kind: Row['kind'],
  name: string,
  difference: Difference<Facts, Word>,
  describe: (facts: Facts, changed: Changed<Facts, Word> | undefined) => readonly string[],
): Row {
  const print = (facts: Facts, changed?: Changed<Facts, Word>) => describe(facts, changed).map(printLine).join(' ');
  switch (difference.change) {
    case 'added':
      return { kind, name, change: 'added', before: '', after: print(difference.after), what: [] };
    case 'removed':
      return { kind, name, change: 'removed', before: print(difference.before), after: '', what: [] };
    case 'changed': {
      const { change, before, after, what } = difference;
      const sides = { before: print(before, { what, other: after }), after: print(after, { what, other: before }) };
      return { kind, name, change, ...sides, what };
    }
  }
}

interface Changed<Facts, Word> {
  readonly what: readonly Word[];
  /** The other side. */
  readonly other: Facts;
}

/** What an element that was added or removed shows, and one that changed when it is among the changes. */
function shown<Word>(
  changed: Changed<unknown, Word> | undefined,
  word: NoInfer<Word>,
  text: string,
): readonly string[] {
  return !changed || changed.what.includes(word) ? [text] : [];
}

/** @returns The short form of a digest; all of it where the other side has the same short form, or nobody would see what differs. */
function digestInWords(digest: ContentDigest | undefined, other: ContentDigest | undefined): string {
  if (!digest) return 'no digest';
  const { hashAlgorithm, normalisationAlgorithm, value } = digest;
  const looksAlike = other && shortDigest(other.value) === shortDigest(value);
  return looksAlike ? `${hashAlgorithm}:${value} ${normalisationAlgorithm}` : shortDigest(value);
}

function commitInWords(commit: string | undefined, other: string | undefined): string {
  if (commit === undefined) return 'no commit';
  const looksAlike = other !== undefined && shortDigest(other) === shortDigest(commit);
  return looksAlike ? commit : shortDigest(commit);
}

function describeResource(resource: ResourceFacts, changed: Changed<ResourceFacts, ResourceWord> | undefined) {
  const { version, digest, type, access, relation, content } = resource;
  const { platforms = [], size } = content && (changed || content.kind === 'artifact') ? content : {};
  return [
    version,
    ...shown(changed, 'content', digestInWords(digest, changed?.other.digest)),
    ...shown(changed, 'type', type),
    ...(platforms.length > 0 ? shown(changed, 'platforms', platforms.join(', ')) : []),
    ...(size === undefined ? [] : shown(changed, 'size', sizeText(size))),
    ...(changed?.what.includes('access') ? [access] : []),
    ...(changed?.what.includes('relation') ? [relation] : []),
  ];
}

function describeSource(source: SourceFacts, changed: Changed<SourceFacts, SourceWord> | undefined) {
  const { version, commit, type, access } = source;
  return [
    version,
    ...shown(changed, 'commit', commitInWords(commit, changed?.other.commit)),
    ...shown(changed, 'type', type),
    ...(changed?.what.includes('access') ? [access] : []),
  ];
}

function describeReference(reference: ReferenceFacts, changed: Changed<ReferenceFacts, ReferenceWord> | undefined) {
  const { component, version, digest } = reference;
  return [
    ...shown(changed, 'component', component),
    version,
    ...shown(changed, 'content', digestInWords(digest, changed?.other.digest)),
  ];
}

function describeSignature(signature: SignatureFacts, changed: Changed<SignatureFacts, SignatureWord> | undefined) {
  const { algorithm, digest, issuer } = signature;
  return [
    algorithm,
    ...shown(changed, 'digest', digestInWords(digest, changed?.other.digest)),
    ...(issuer === undefined && !changed ? [] : shown(changed, 'issuer', issuer ?? 'no issuer')),
  ];
}

function describeLabel({ value, signed, version }: LabelFacts, changed: Changed<LabelFacts, LabelWord> | undefined) {
  const versions = changed?.what.includes('version') ? [version ?? 'no version'] : [];
  return [value, ...(signed ? ['(signed)'] : []), ...versions];
}
