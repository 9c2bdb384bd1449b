import { expect, test } from 'vitest';
import { readManifest } from '../../../src/core/init/read-manifest.ts';

const pem = '-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n';

/** The demo's own subscription, with a key by value beside the secret. */
const subscription = `apiVersion: delivery.ocm.software/v1alpha1
kind: ComponentSubscription
metadata: { name: podinfo, namespace: ocm-system }
spec:
  component: ocm.software/demos/podinfo
  semver: ">=v1.0.0"
  source: { url: registry.example.org/provider }
  destination: { url: "oci://registry.example.org/consumer/" }
  verify:
    - { name: ocm-signing, publicKey: { secretRef: { name: ocm-signing } } }
    - { name: release, publicKey: { value: ${btoa(pem)} } }
`;

test('a subscription says what arrives where, in which versions, and signed by whom', () => {
  expect(readManifest('subscriptions/podinfo.yaml', subscription)).toEqual({
    deployed: [
      {
        component: 'ocm.software/demos/podinfo',
        kind: 'ComponentSubscription',
        file: 'subscriptions/podinfo.yaml',
        registry: 'registry.example.org/consumer',
        versions: '>=v1.0.0',
        signatures: [
          { name: 'ocm-signing', publicKey: undefined, secret: 'ocm-signing' },
          { name: 'release', publicKey: pem, secret: undefined },
        ],
      },
    ],
    fluxPaths: [],
  });
});

test('both generations of objects are read, from lists and several documents', () => {
  const text = `apiVersion: delivery.ocm.software/v1alpha1
kind: Component
spec: { component: acme.example/web, semver: 1.2.3, verify: [{ signature: release, value: ${btoa(pem)} }] }
---
apiVersion: v1
kind: List
items:
  - apiVersion: delivery.ocm.software/v1alpha1
    kind: ComponentVersion
    spec:
      component: acme.example/db
      repository: { url: registry.example.org/consumer }
      version: { semver: "^2" }
`;
  const { deployed } = readManifest('apps.yaml', text);
  expect(deployed.map(({ component, versions, registry }) => [component, versions, registry])).toEqual([
    ['acme.example/web', '1.2.3', undefined],
    ['acme.example/db', '^2', 'registry.example.org/consumer'],
  ]);
  expect(deployed[0]?.signatures).toEqual([{ name: 'release', publicKey: pem, secret: undefined }]);
});

test.each([
  ['./environments/dev', 'GitRepository', ['environments/dev']],
  ['/', 'GitRepository', ['.']],
  ['../elsewhere', 'GitRepository', []],
  ['./dev', 'OCIRepository', []],
])('the path %s of a %s is applied from this repository as %j', (path, kind, expected) => {
  const text = `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
spec: { path: "${path}", sourceRef: { kind: ${kind}, name: flux-system } }
`;
  const { fluxPaths } = readManifest('clusters/kind/apps.yaml', text);
  expect(fluxPaths.map((it) => it.path)).toEqual(expected);
});

test.each([
  ['what is no YAML', 'delivery.ocm.software: [unclosed'],
  ['a kustomization of kustomize, which is another thing', 'kind: Kustomization\nresources: [delivery.ocm.software]\n'],
  [
    'a component that has no name',
    'apiVersion: delivery.ocm.software/v1alpha1\nkind: Component\nspec: { semver: 1.0.0 }\n',
  ],
  [
    'the kind of another group',
    'apiVersion: example.org/v1 # delivery.ocm.software\nkind: Component\nspec: { component: a.example/b }\n',
  ],
])('%s says nothing', (_, text) => {
  expect(readManifest('a.yaml', text)).toEqual({ deployed: [], fluxPaths: [] });
});
