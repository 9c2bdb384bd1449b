import type { ContentDigest } from '../component/component-descriptor.ts';
import { shortDigest } from '../digest.ts';
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
  const row = rowOf('resource', resource.identity, resource, describeResource);
  return [row, ...elementLabels(row, resource.labels)];
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
  describe: (facts: Facts, changed: ReadonlySet<Word> | undefined) => readonly string[],
): Row {
  const { change } = difference;
  const changed = change === 'changed' ? new Set(difference.what) : undefined;
  const print = (facts: Facts) => describe(facts, changed).map(printLine).join(' ');
  return {
    kind,
    name,
    change,
    before: change === 'added' ? '' : print(difference.before),
    after: change === 'removed' ? '' : print(difference.after),
    what: change === 'changed' ? difference.what : [],
  };
}

type Changed<Word> = ReadonlySet<Word> | undefined;

/** What an element that was added or removed shows, and one that changed when it is among the changes. */
function shown<Word>(changed: Changed<Word>, word: Word, text: string): readonly string[] {
  return !changed || changed.has(word) ? [text] : [];
}

function digestInWords(digest: ContentDigest | undefined): string {
  return digest ? shortDigest(digest.value) : 'no digest';
}

function describeResource(resource: ResourceFacts, changed: Changed<ResourceWord>): readonly string[] {
  const { version, digest, type, access, relation } = resource;
  return [
    version,
    ...shown(changed, 'content', digestInWords(digest)),
    ...shown(changed, 'type', type),
    ...(changed?.has('access') ? [access] : []),
    ...(changed?.has('relation') ? [relation] : []),
  ];
}

function describeSource({ version, commit, type, access }: SourceFacts, changed: Changed<SourceWord>) {
  return [
    version,
    ...shown(changed, 'commit', commit === undefined ? 'no commit' : shortDigest(commit)),
    ...shown(changed, 'type', type),
    ...(changed?.has('access') ? [access] : []),
  ];
}

function describeReference({ component, version, digest }: ReferenceFacts, changed: Changed<ReferenceWord>) {
  return [...shown(changed, 'component', component), version, ...shown(changed, 'content', digestInWords(digest))];
}

function describeSignature({ algorithm, digest, issuer }: SignatureFacts, changed: Changed<SignatureWord>) {
  return [
    algorithm,
    ...shown(changed, 'digest', shortDigest(digest.value)),
    ...(issuer === undefined && !changed ? [] : shown(changed, 'issuer', issuer ?? 'no issuer')),
  ];
}

function describeLabel({ value, signed, version }: LabelFacts, changed: Changed<LabelWord>): readonly string[] {
  return [value, ...(signed ? ['(signed)'] : []), ...(changed?.has('version') ? [version ?? 'no version'] : [])];
}
