import { printCanonicalJson } from '../trust/canonical-json.ts';
import type {
  Access,
  ComponentReference,
  ContentDigest,
  Label,
  Resource,
  Signature,
  Source,
} from './component-descriptor.ts';
import { parseComponentName } from './component-name.ts';
import { type Field, fieldsOf, isAbsent, listOf, nameOf, optionalTextOf, refuse, textOf } from './descriptor-field.ts';
import { isMapping } from './mapping.ts';

/** More than this in one descriptor is an attack on whoever reads it. */
const maxSignatures = 16;

const elementFields = ['name', 'version', 'extraIdentity', 'labels'] as const;

export function parseResource(field: Field): Resource {
  const fields = fieldsOf(field, [...elementFields, 'type', 'relation', 'access', 'digest', 'srcRefs', 'srcRef']);
  const relation = fields.relation.value;
  return {
    ...parseElement(fields),
    type: nameOf(fields.type),
    relation:
      relation === 'local' || relation === 'external' ? relation : refuse(fields.relation, 'must be local or external'),
    access: parseAccess(fields.access),
    ...parseDigest(fields.digest),
  };
}

export function parseSource(field: Field): Source {
  const fields = fieldsOf(field, [...elementFields, 'type', 'access']);
  return { ...parseElement(fields), type: nameOf(fields.type), access: parseAccess(fields.access) };
}

export function parseReference(field: Field): ComponentReference {
  const fields = fieldsOf(field, [...elementFields, 'componentName', 'digest']);
  const componentName = parseComponentName(textOf(fields.componentName));
  return {
    ...parseElement(fields),
    componentName: componentName ?? refuse(fields.componentName, 'must be the name of a component'),
    ...parseDigest(fields.digest),
  };
}

export function parseSignatures(field: Field): readonly Signature[] {
  const items = listOf(field);
  if (items.length > maxSignatures) refuse(field, `must not have more than ${maxSignatures} entries`);
  const signatures = items.map(parseSignature);
  refuseTwins(
    items,
    signatures.map(({ name }) => name),
  );
  return signatures;
}

/** Parses a list whose elements must differ in name, version or extra identity, or a reader may pick either. */
export function parseElements<Element extends Resource | Source | ComponentReference>(
  field: Field,
  parse: (field: Field) => Element,
): readonly Element[] {
  const items = listOf(field);
  const elements = items.map(parse);
  refuseTwins(
    items,
    elements.map(({ name, version, extraIdentity }) => printCanonicalJson([name, version, extraIdentity])),
  );
  return elements;
}

export function parseLabels(field: Field): readonly Label[] {
  const items = listOf(field);
  const labels = items.map(parseLabel);
  refuseTwins(
    items,
    labels.map(({ name, signing }) => (signing ? name : undefined)),
  );
  return labels;
}

/** @param identities One per item; `undefined` of those that may be there more than once. */
function refuseTwins(items: readonly Field[], identities: readonly (string | undefined)[]): void {
  const seen = new Set<string>();
  for (const [index, item] of items.entries()) {
    const identity = identities[index];
    if (identity === undefined) continue;
    if (seen.has(identity)) refuse(item, 'has the identity of an element before it');
    seen.add(identity);
  }
}

function parseElement(fields: Readonly<Record<(typeof elementFields)[number], Field>>) {
  return {
    name: nameOf(fields.name),
    version: nameOf(fields.version),
    extraIdentity: parseIdentity(fields.extraIdentity),
    labels: parseLabels(fields.labels),
  };
}

function parseIdentity(field: Field): Readonly<Record<string, string>> {
  if (isAbsent(field)) return {};
  const { value, path, places } = field;
  if (!isMapping(value)) refuse(field, 'must be a mapping');
  const entries = Object.entries(value).map(([key, item]) => [
    key,
    textOf({ value: item, path: [...path, key], places }),
  ]);
  return Object.assign(Object.create(null), Object.fromEntries(entries));
}

function parseAccess(field: Field): Access {
  const { value, path, places } = field;
  if (!isMapping(value)) refuse(field, 'must be a mapping');
  return { ...value, type: nameOf({ value: value.type, path: [...path, 'type'], places }) };
}

function parseDigest(field: Field): { readonly digest?: ContentDigest } {
  return isAbsent(field) ? {} : { digest: parseContentDigest(field) };
}

function parseContentDigest(field: Field): ContentDigest {
  const fields = fieldsOf(field, ['hashAlgorithm', 'normalisationAlgorithm', 'value']);
  return {
    hashAlgorithm: textOf(fields.hashAlgorithm),
    normalisationAlgorithm: textOf(fields.normalisationAlgorithm),
    value: textOf(fields.value),
  };
}

function parseLabel(field: Field): Label {
  const fields = fieldsOf(field, ['name', 'value', 'version', 'signing', 'merge']);
  const { value: signing } = fields.signing;
  if (!isAbsent(fields.signing) && typeof signing !== 'boolean') refuse(fields.signing, 'must be true or false');
  const version = optionalTextOf(fields.version);
  return {
    name: nameOf(fields.name),
    value: fields.value.value ?? null,
    ...(version !== undefined && { version }),
    ...(signing === true && { signing }),
    ...(!isAbsent(fields.merge) && { merge: parseMerge(fields.merge) }),
  };
}

/** As the library writes it again: the algorithm always, the configuration when there is one. */
function parseMerge(field: Field): Readonly<Record<string, unknown>> {
  const { algorithm, config } = fieldsOf(field, ['algorithm', 'config']);
  return {
    algorithm: optionalTextOf(algorithm) ?? '',
    ...(config.value !== undefined && { config: config.value }),
  };
}

function parseSignature(field: Field): Signature {
  const fields = fieldsOf(field, ['name', 'digest', 'signature', 'timestamp']);
  const signature = fieldsOf(fields.signature, ['algorithm', 'mediaType', 'value', 'issuer']);
  const issuer = optionalTextOf(signature.issuer);
  return {
    name: nameOf(fields.name),
    digest: parseContentDigest(fields.digest),
    algorithm: optionalTextOf(signature.algorithm) ?? '',
    mediaType: optionalTextOf(signature.mediaType) ?? '',
    value: optionalTextOf(signature.value) ?? '',
    ...(issuer !== undefined && { issuer }),
  };
}
