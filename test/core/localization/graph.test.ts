import { describe, expect, test } from 'vitest';
import { localizeGraph } from '../../../src/core/localization/graph.ts';
import type { AddressedResource } from '../../../src/core/localization/localize.ts';
import { toOci } from '../../../src/core/localization/oci-fields.ts';
import { outcomeText } from '../../../src/core/localization/placement.ts';

const hex = 'ab'.repeat(32);
const digest = `sha256:${hex}`;
const place = { registry: 'https://host.example/base', component: 'example.org/one' };

describe('toOCI() gives', () => {
  const artifact = (imageReference: string) => toOci({ type: 'OCIImage/v1', imageReference }, place)?.fields;

  test.each([
    ['registry.io/a/app:v1', 'registry.io', 'a/app', 'v1', 'v1', ''],
    [`registry.io/a/app@${digest}`, 'registry.io', 'a/app', digest, '', digest],
    [`registry.io/a/app:v1@${digest}`, 'registry.io', 'a/app', `v1@${digest}`, 'v1', digest],
    ['localhost:5000/app', 'localhost:5000', 'app', '', '', ''],
    ['docker.io/library/app:1', 'registry-1.docker.io', 'library/app', '1', '1', ''],
    ['app:1', '', 'app', '1', '1', ''],
  ])('of %s its parts, with nothing filled in', (text, registry, repository, reference, tag, of) => {
    expect(artifact(text)).toEqual({ host: registry, registry, repository, reference, tag, digest: of });
  });

  test('of a local blob where the component version lies', () => {
    const fields = toOci({ type: 'localBlob/v1', localReference: digest, mediaType: '' }, place)?.fields;
    expect(fields).toMatchObject({
      registry: 'host.example',
      repository: 'base/component-descriptors/example.org/one',
      reference: digest,
    });
  });

  test.each([
    'https://registry.io/app:1',
    `registry.io/app@sha256:short`,
    'registry.io/App',
    'registry.io/app:a:b',
    '',
  ])('nothing of %j', (text) => {
    expect(artifact(text)).toBeUndefined();
  });

  test('nothing of another access', () => {
    expect(toOci({ type: 'helm', helmRepository: 'x' }, place)).toBeUndefined();
  });
});

const resources: readonly AddressedResource[] = [
  {
    name: 'image',
    access: { type: 'ociArtifact', imageReference: `host.example/a/app:v1@${digest}` },
    digest: { hashAlgorithm: 'SHA-256', normalisationAlgorithm: 'ociArtifactDigest/v1', value: hex },
    proof: 'present',
  },
];

function localized(nodes: string) {
  const text = `apiVersion: v1
kind: ConfigMap
metadata: { name: other }
---
apiVersion: kro.run/v1alpha1
kind: ResourceGraphDefinition
metadata: { name: app }
spec:
  resources:
${nodes}`;
  return localizeGraph(text, { ...place, file: 'rgd', resources });
}

const resourceNode = (fields: string, reference = '{ resource: { name: image } }') => `  - id: resourceImage
    template:
      apiVersion: delivery.ocm.software/v1alpha1
      kind: Resource
      spec:
        resource: { byReference: ${reference} }
        additionalStatusFields: ${fields}
`;

const release = (values: string) => `  - id: release
    template:
      apiVersion: helm.toolkit.fluxcd.io/v2
      kind: HelmRelease
      spec: { values: ${values} }
`;

const rows = (nodes: string) => localized(nodes).map(({ path, outcome }) => `${path}: ${outcomeText(outcome)}`);

test('what kro puts into objects is told where it goes, with the image that it comes from', () => {
  const fields =
    '{ registry: resource.access.toOCI().registry, repository: resource.access.imageReference.toOCI().repository, tag: resource.access.toOCI().reference }';
  const values =
    '{ image: { repository: "${string(resourceImage.status.additional.registry)}/${resourceImage.status.additional.repository}", tag: "${resourceImage.status.additional.tag}" }, name: "${schema.spec.name}" }';
  const found = localized(resourceNode(fields) + release(values));
  expect(found.map(({ path, outcome }) => [path, outcomeText(outcome)])).toEqual([
    ['release.spec.values.image.repository', 'host.example/a/app'],
    ['release.spec.values.image.tag', `v1@${digest}`],
  ]);
  expect(found[0]).toMatchObject({
    file: 'rgd',
    image: {
      resource: 'image',
      reference: `host.example/a/app:v1@${digest}`,
      signedDigest: digest,
      proof: 'present',
      pinned: 'signed',
    },
  });
});

test('fields that nothing uses are told by themselves', () => {
  expect(rows(resourceNode('{ digest: resource.access.toOCI().digest }'))).toEqual([
    `resourceImage.status.additional.digest: ${digest}`,
  ]);
});

describe('computed in the cluster is', () => {
  const inCluster = 'resourceImage.status.additional.x: computed in the cluster (CEL)';

  test.each([
    ['another expression', resourceNode('{ x: "resource.access.toOCI().tag + string(1)" }')],
    ['a field that is none', resourceNode('{ x: resource.access.toOCI().path }')],
    ['anything of another access', resourceNode('{ x: resource.access.imageReference }')],
    [
      'a resource that is not there',
      resourceNode('{ x: resource.access.toOCI().tag }', '{ resource: { name: none } }'),
    ],
    [
      'a resource of another component version',
      resourceNode('{ x: resource.access.toOCI().tag }', '{ resource: { name: image }, referencePath: [{ name: a }] }'),
    ],
  ])('%s', (_, node) => {
    expect(rows(node)).toEqual([inCluster]);
  });

  test('a name that several resources have', () => {
    const [one] = resources;
    const text = `apiVersion: kro.run/v1alpha1\nkind: ResourceGraphDefinition\nspec:\n  resources:\n${resourceNode('{ x: resource.access.toOCI().tag }')}`;
    const twice = localizeGraph(text, { ...place, file: 'rgd', resources: one ? [one, one] : [] });
    expect(twice.map(({ outcome }) => outcome.kind)).toEqual(['computed']);
  });

  test('an expression around a known field', () => {
    const nodes =
      resourceNode('{ x: resource.access.toOCI().tag }') +
      release('{ a: "${resourceImage.status.additional.x + schema.spec.b}" }');
    expect(rows(nodes)).toEqual(['release.spec.values.a: computed in the cluster (CEL)']);
  });
});

test.each(['', 'spec: [', 'kind: ResourceGraphDefinition\napiVersion: example.org/v1\n', 'a: '.repeat(3)])(
  'what is no definition of kro says nothing: %j',
  (text) => {
    expect(localizeGraph(text, { ...place, file: 'rgd', resources })).toEqual([]);
  },
);
