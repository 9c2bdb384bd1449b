import { describe, expect, test } from 'vitest';
import { createBuiltInSets } from '../../src/adapters/built-in-sets/built-in-sets.ts';
import { renderSet } from '../../src/core/template/render-set.ts';
import { templateVariables } from '../../src/core/template/variables.ts';
import { podinfoInstallation, podinfoVariables } from '../builders/render-input.ts';
import { objectsOf, renderCase } from '../support/render-case.ts';

const podinfo = { archive: 'podinfo/v2/by-value', version: 'v1.0.0', set: 'ocm-k8s-toolkit' } as const;
const delivery = 'delivery.ocm.software/v1alpha1';
const metadata = { name: 'podinfo', namespace: 'default' };
const pull = [{ kind: 'Secret', name: 'gitea-registry-credentials', policy: 'Propagate' }];
const verify = [{ signature: 'ocm-signing', secretRef: { name: 'ocm-signing' } }];

const without = { source: undefined, flux: undefined, pullSecret: undefined };

test("renders the minimal set of upstream's examples", async () => {
  expect(objectsOf(await renderCase({ ...podinfo, settings: without }))).toEqual({
    'repository.yaml': {
      apiVersion: delivery,
      kind: 'Repository',
      metadata,
      spec: {
        interval: '1m',
        repositorySpec: { type: 'OCIRegistry', baseUrl: 'https://gitea.ocm.dev', subPath: 'software-consumer' },
      },
    },
    'component.yaml': {
      apiVersion: delivery,
      kind: 'Component',
      metadata,
      spec: {
        interval: '1m',
        component: 'ocm.software/demos/podinfo',
        semver: 'v1.0.0',
        downgradePolicy: 'Allow',
        repositoryRef: { name: 'podinfo' },
        verify,
      },
    },
    'resource.yaml': {
      apiVersion: delivery,
      kind: 'Resource',
      metadata,
      spec: { componentRef: { name: 'podinfo' }, resource: { byReference: { resource: { name: 'manifests' } } } },
    },
    'deployer.yaml': {
      apiVersion: delivery,
      kind: 'Deployer',
      metadata: { name: 'podinfo' },
      spec: { resourceRef: { name: 'podinfo', namespace: 'default' } },
    },
  });
});

test('a pull secret reaches everything that reads the registry', async () => {
  const objects = objectsOf(await renderCase({ ...podinfo, settings: { source: undefined, flux: undefined } }));
  for (const { kind, spec } of Object.values(objects)) {
    const expected = kind === 'Deployer' ? [{ ...pull[0], namespace: 'default' }] : pull;
    expect(spec.ocmConfig, kind).toEqual(expected);
  }
});

test('a source is followed by its range, verified, and replicated with everything below it', async () => {
  const source = { url: 'http://registry.acme.example:5000/team', pullSecret: 'acme' };
  const objects = objectsOf(await renderCase({ ...podinfo, settings: { source, versions: '>=1.0.0 <2.0.0' } }));
  expect(objects['source_repository.yaml']?.spec).toMatchObject({
    repositorySpec: { baseUrl: 'http://registry.acme.example:5000', subPath: 'team' },
    ocmConfig: [{ name: 'acme' }],
  });
  expect(objects['source_component.yaml']?.spec).toMatchObject({
    semver: '>=1.0.0,<2.0.0',
    repositoryRef: { name: 'podinfo-source' },
    verify,
  });
  expect(objects['replication.yaml']?.spec).toEqual({
    componentRef: { name: 'podinfo-source' },
    targetRepositoryRef: { name: 'podinfo' },
    ocmConfig: [
      { kind: 'ConfigMap', name: 'podinfo-transfer', policy: 'Propagate' },
      { ...pull[0], name: 'acme' },
      ...pull,
    ],
  });
  expect(objects['transfer.yaml']).toMatchObject({
    data: { '.ocmconfig': expect.stringContaining('    recursive: -1\n    copyMode: allResources\n') },
  });
});

test('one version differs from another in one file', async () => {
  const [one, other] = await Promise.all(
    ['v1.0.0', 'v1.1.0'].map(async (version) => (await renderCase({ ...podinfo, version })).files),
  );
  const changed = [...(one ?? [])].filter(([path, text]) => other?.get(path) !== text).map(([path]) => path);
  expect(changed).toEqual(['components/podinfo/component.yaml']);
});

test('a resource of a referenced component is found by its path', async () => {
  const settings = { ...without, deploy: [{ resource: 'frontend/manifests' }, { resource: 'platform/cache/notes' }] };
  const product = { archive: 'product/recursive', component: 'ocm.software/demos/storefront', version: 'v2.0.0' };
  const objects = objectsOf(await renderCase({ ...product, set: 'ocm-k8s-toolkit', settings }));
  const byReference = (it: string) => objects[it]?.spec.resource;
  expect(byReference('resource.yaml')).toEqual({
    byReference: { resource: { name: 'manifests' }, referencePath: [{ name: 'frontend' }] },
  });
  expect(byReference('resource-platform-cache-notes.yaml')).toEqual({
    byReference: { resource: { name: 'notes' }, referencePath: [{ name: 'platform' }, { name: 'cache' }] },
  });
  expect(objects['deployer-platform-cache-notes.yaml']).toMatchObject({
    metadata: { name: 'podinfo-platform-cache-notes' },
    spec: { resourceRef: { name: 'podinfo-platform-cache-notes' } },
  });
});

describe('an instance', () => {
  const definition = {
    apiVersion: 'kro.run/v1alpha1',
    kind: 'Podinfo',
    namespaced: true,
    defaults: { replicas: 1, ui: { message: 'no' } },
  };
  const set = createBuiltInSets(new URL('../../templates/manifests/', import.meta.url));

  async function instanceOf(changes: object) {
    const variables = templateVariables(
      podinfoVariables({ definition: { ...definition, ...changes }, installation: podinfoInstallation }),
    );
    const folders = { components: 'components/podinfo', kustomizations: 'clusters/kind' };
    const { files } = renderSet({ set: await set.readBuiltIn('ocm-k8s-toolkit', 1), variables, folders });
    return objectsOf({ files })['instance.yaml'];
  }

  test('is of the kind that is defined, with the defaults', async () => {
    expect(await instanceOf({})).toEqual({
      apiVersion: 'kro.run/v1alpha1',
      kind: 'Podinfo',
      metadata: { name: 'podinfo', namespace: 'default' },
      spec: { replicas: 1, ui: { message: 'no' } },
    });
  });

  test('of a kind without namespaces has none', async () => {
    expect((await instanceOf({ namespaced: false, defaults: {} }))?.metadata).toEqual({ name: 'podinfo' });
  });
});
