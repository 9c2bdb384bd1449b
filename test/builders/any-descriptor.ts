import { fc } from '@fast-check/vitest';
import type {
  ComponentDescriptor,
  ComponentReference,
  ContentDigest,
  Label,
  Resource,
  Source,
} from '../../src/core/component/component-descriptor.ts';
import type { Version } from '../../src/core/version/version.ts';
import { componentName } from './component-version.ts';

const text = fc.stringMatching(/^[A-Za-z0-9<>&é水][A-Za-z0-9 <>&é水.-]{0,8}$/);
const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
const version = fc.stringMatching(/^v?[0-9]\.[0-9]\.[0-9]$/).map((it) => it as Version);
const number = fc.oneof(
  fc.integer(),
  fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((it) => (it === 0 ? 0.5 : it)),
);
const scalar = fc.oneof(text, fc.boolean(), number, fc.constant(null));

/** JSON data that every reader reads alike. */
export const anyData: fc.Arbitrary<unknown> = fc.oneof(
  scalar,
  fc.array(scalar, { maxLength: 3 }),
  fc.dictionary(fc.constantFrom('a', 'B', 'é', '\u{1f600}', '\ufb33'), scalar, { maxKeys: 3 }),
);

const label: fc.Arbitrary<Label> = fc.record(
  { name: word, value: anyData, version: fc.constantFrom('v1', 'v2'), signing: fc.constant(true) },
  { requiredKeys: ['name', 'value'] },
);
const labels = fc.uniqueArray(label, { maxLength: 3, selector: ({ name }) => name });
const digest: fc.Arbitrary<ContentDigest> = fc.record({
  hashAlgorithm: fc.constantFrom('SHA-256', 'SHA-512'),
  normalisationAlgorithm: fc.constantFrom('genericBlobDigest/v1', 'ociArtifactDigest/v1'),
  value: fc.stringMatching(/^[0-9a-f]{8}$/),
});
const extraIdentity = fc.dictionary(fc.constantFrom('os', 'architecture', 'lang'), word, { maxKeys: 2 });
const element = { name: word, version: text, extraIdentity, labels };

const resource: fc.Arbitrary<Resource> = fc.record(
  {
    ...element,
    type: word,
    relation: fc.constantFrom('local', 'external'),
    access: fc.record({ type: fc.constantFrom('localBlob', 'ociArtifact'), reference: word }),
    digest,
  },
  { requiredKeys: ['name', 'version', 'extraIdentity', 'labels', 'type', 'relation', 'access'] },
);
const source: fc.Arbitrary<Source> = fc.record({
  ...element,
  type: word,
  access: fc.record({ type: fc.constant('gitHub'), commit: word }),
});
const reference: fc.Arbitrary<ComponentReference> = fc.record(
  { ...element, componentName: word.map((it) => componentName(`example.org/${it}`)), digest },
  { requiredKeys: ['name', 'version', 'extraIdentity', 'labels', 'componentName'] },
);

/** Names differ, so that no element can be taken for another. */
function listOf<Element extends { readonly name: string }>(item: fc.Arbitrary<Element>) {
  return fc.uniqueArray(item, { minLength: 1, maxLength: 3, selector: ({ name }) => name });
}

const common = {
  name: word.map((it) => componentName(`example.org/${it}`)),
  version,
  provider: fc.record({ name: text.filter((it) => it.trim() === it), labels }),
  labels,
  creationTime: fc
    .date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true })
    .map((it) => it.toISOString()),
  resources: listOf(resource),
  sources: listOf(source),
  references: listOf(reference),
  signatures: fc.constant([]),
};

/** Component descriptors of either scheme, as parsing gives them, with at least one element of each kind. */
export const anyDescriptor: fc.Arbitrary<ComponentDescriptor> = fc.oneof(
  fc.record({ ...common, scheme: fc.constant('v2' as const) }),
  fc.record({
    ...common,
    scheme: fc.constant('v3alpha1' as const),
    apiVersion: fc.constantFrom('ocm.software/v3alpha1', 'ocm.gardener.cloud/v3alpha1'),
  }),
);

/** @returns The component descriptor as it is written in a component version. */
export function printDescriptor(descriptor: ComponentDescriptor): Buffer {
  const { scheme, apiVersion, name, version, provider, labels, creationTime, signatures } = descriptor;
  const { resources, sources, references } = descriptor;
  if (scheme === 'v3alpha1') {
    const metadata = { name, version, provider, labels, creationTime };
    const spec = { resources, sources, references };
    return Buffer.from(JSON.stringify({ apiVersion, kind: 'ComponentVersion', metadata, spec, signatures }));
  }
  const text = provider.labels.length > 0 ? JSON.stringify(provider) : provider.name;
  const component = { name, version, provider: text, labels, creationTime, resources, sources };
  const meta = { schemaVersion: 'v2' };
  return Buffer.from(
    JSON.stringify({ meta, component: { ...component, componentReferences: references }, signatures }),
  );
}
