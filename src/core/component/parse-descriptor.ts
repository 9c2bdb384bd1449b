import { parseStrictJson } from '../document/strict-json.ts';
import { decodeUtf8, parseStrictYaml, type YamlProblem } from '../document/strict-yaml.ts';
import { type ReasonCode, Refusal } from '../trust/reason.ts';
import { parseVersion } from '../version/version.ts';
import type { ComponentDescriptor, Label } from './component-descriptor.ts';
import { parseComponentName } from './component-name.ts';
import { type Field, fieldsOf, isAbsent, nameOf, optionalTextOf, refuse, textOf } from './descriptor-field.ts';
import { isMapping } from './mapping.ts';
import {
  parseElements,
  parseLabels,
  parseReference,
  parseResource,
  parseSignatures,
  parseSource,
} from './parse-elements.ts';

/** A component descriptor has at most this many bytes. */
export const maxDescriptorBytes = 1024 * 1024;

/**
 * It is parsed before its signature is checked: this bounds what that costs, to a second and 200 MiB. A resource takes some 120
 * tokens.
 */
const maxTokens = 60_000;

/**
 * Parses a component descriptor of scheme `v2` or `v3alpha1`, so that whoever reads it reads the same: unknown fields, duplicate
 * identities and whatever YAML readers disagree about are refused. What is never signed and not used (repository contexts, source
 * references, nested digests, timestamps) may be anything and is left out.
 *
 * @throws {Refusal} `malformed` and the more specific codes, with the line; `identity-mismatch` when it names no component.
 */
export function parseDescriptor(bytes: Uint8Array): ComponentDescriptor {
  const root = readYaml(bytes);
  const { value } = root;
  if (!isMapping(value)) refuse(root, 'must be a mapping');
  const isV2 = 'meta' in value;
  const isV3 = 'apiVersion' in value;
  if (isV2 && isV3) refuse(root, 'names two schemes: meta.schemaVersion and apiVersion');
  if (!isV2 && !isV3) refuse(root, 'names no scheme: neither meta.schemaVersion nor apiVersion');
  return isV2 ? parseV2(root) : parseV3alpha1(root);
}

function readYaml(bytes: Uint8Array): Field {
  if (bytes.length > maxDescriptorBytes) {
    throw new Refusal('too-large', `the component descriptor is larger than ${maxDescriptorBytes} bytes`);
  }
  const text = decodeUtf8(bytes);
  if (text === undefined) {
    throw new Refusal('malformed', 'the component descriptor is not UTF-8 text, or begins with a byte order mark');
  }
  const yaml = parseStrictYaml(text, { maxTokens });
  if (yaml.kind === 'problems') throw yamlRefusal(yaml.problems[0]);
  return { value: yaml.value, path: [], places: yaml };
}

function yamlRefusal({ kind, message, line }: YamlProblem): Refusal {
  const known: readonly ReasonCode[] = ['ambiguous-scalar', 'number-out-of-range', 'too-large'];
  const code = known.find((it) => it === kind) ?? 'malformed';
  return new Refusal(code, `component descriptor, line ${line}: ${message}`);
}

function parseV2(root: Field): ComponentDescriptor {
  const { meta, component, signatures } = fieldsOf(root, ['meta', 'component', 'signatures', 'nestedDigests']);
  const { schemaVersion } = fieldsOf(meta, ['schemaVersion']);
  if (schemaVersion.value !== 'v2') refuse(schemaVersion, 'is not a scheme that is known here (v2)');
  const fields = fieldsOf(component, [
    'name',
    'version',
    'provider',
    'labels',
    'creationTime',
    'repositoryContexts',
    'sources',
    'componentReferences',
    'resources',
  ]);
  return {
    scheme: 'v2',
    ...parseIdentity(fields),
    provider: parseProviderText(fields.provider),
    labels: parseLabels(fields.labels),
    ...parseCreationTime(fields.creationTime),
    resources: parseElements(fields.resources, parseResource),
    sources: parseElements(fields.sources, parseSource),
    references: parseElements(fields.componentReferences, parseReference),
    signatures: parseSignatures(signatures),
  };
}

const v3alpha1Versions = ['ocm.software/v3alpha1', 'ocm.gardener.cloud/v3alpha1'] as const;

function parseV3alpha1(root: Field): ComponentDescriptor {
  const { apiVersion, kind, metadata, spec, signatures } = fieldsOf(root, [
    'apiVersion',
    'kind',
    'metadata',
    'repositoryContexts',
    'spec',
    'signatures',
    'nestedDigests',
  ]);
  const writtenVersion =
    v3alpha1Versions.find((it) => it === apiVersion.value) ??
    refuse(apiVersion, 'is not a scheme that is known here (ocm.software/v3alpha1)');
  if (kind.value !== 'ComponentVersion') refuse(kind, 'must be ComponentVersion');
  const fields = fieldsOf(metadata, ['name', 'version', 'provider', 'labels', 'creationTime']);
  const content = fieldsOf(isAbsent(spec) ? { ...spec, value: {} } : spec, ['resources', 'sources', 'references']);
  return {
    scheme: 'v3alpha1',
    apiVersion: writtenVersion,
    ...parseIdentity(fields),
    provider: parseProvider(fields.provider),
    labels: parseLabels(fields.labels),
    ...parseCreationTime(fields.creationTime),
    resources: parseElements(content.resources, parseResource),
    sources: parseElements(content.sources, parseSource),
    references: parseElements(content.references, parseReference),
    signatures: parseSignatures(signatures),
  };
}

/** A descriptor that states no component's name and version is nobody's. */
function parseIdentity({ name, version }: { readonly name: Field; readonly version: Field }) {
  const parsedName = parseComponentName(textOf(name));
  if (!parsedName) {
    throw new Refusal('identity-mismatch', `the component descriptor's name ${name.value} is not a component's name`);
  }
  const parsedVersion = parseVersion(textOf(version));
  if (!parsedVersion) {
    throw new Refusal('identity-mismatch', `the component descriptor's version ${version.value} is not a version`);
  }
  return { name: parsedName, version: parsedVersion.text };
}

interface Provider {
  readonly name: string;
  readonly labels: readonly Label[];
}

/** Scheme v2 has room for a text only; a provider with labels is the JSON text of an object there. */
function parseProviderText(field: Field): Provider {
  const text = nameOf(field);
  if (!text.startsWith('{')) return { name: text, labels: [] };
  const json = parseStrictJson(Buffer.from(text));
  if (json.kind === 'problem') refuse(field, `looks like JSON, but ${json.message}`);
  const place = () => field.places.placeOf(field.path);
  return parseProvider({ value: json.value, path: field.path, places: { placeOf: place, placeOfKey: place } });
}

function parseProvider(field: Field): Provider {
  const { name, labels } = fieldsOf(field, ['name', 'labels']);
  return { name: nameOf(name), labels: parseLabels(labels) };
}

const timePattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;

function parseCreationTime(field: Field): { readonly creationTime?: string } {
  const creationTime = optionalTextOf(field);
  if (creationTime === undefined) return {};
  if (!timePattern.test(creationTime) || Number.isNaN(Date.parse(creationTime)))
    refuse(field, 'must be a time (RFC 3339)');
  return { creationTime };
}
