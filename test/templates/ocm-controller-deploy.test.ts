import { expect, test } from 'vitest';
import type { Installation } from '../../src/core/installation/installation.ts';
import { objectsOf, renderCase } from '../support/render-case.ts';

const secretRef = { name: 'gitea-registry-credentials' };

async function render(settings: Partial<Installation>) {
  const podinfo = { archive: 'podinfo/v2/by-value', version: 'v1.1.0', set: 'ocm-controller' } as const;
  return objectsOf(await renderCase({ ...podinfo, settings }));
}

test('a ComponentVersion that replicates has both registries, an exact pin, and no subscription beside it', async () => {
  const source = {
    url: 'gitea.ocm.dev/software-provider',
    pullSecret: secretRef.name,
    by: 'component-version',
  } as const;
  const objects = await render({ source });
  expect(objects['component_version.yaml']?.spec).toMatchObject({
    repository: { url: 'gitea.ocm.dev/software-provider', secretRef },
    destination: { url: 'gitea.ocm.dev/software-consumer', secretRef },
    version: { semver: 'v1.1.0' },
  });
  expect(objects).not.toHaveProperty(['component_subscription.yaml']);
});

test('a service account stands where pull secrets are looked for', async () => {
  const objects = await render({ serviceAccount: 'ocm-ops' });
  for (const file of ['component_version.yaml', 'component_subscription.yaml']) {
    expect(objects[file]?.spec.serviceAccountName).toBe('ocm-ops');
  }
});

test('what has no configuration is deployed from a Resource', async () => {
  const objects = await render({ deploy: [{ resource: 'manifests', configuration: 'none' }] });
  expect(Object.keys(objects).filter((it) => /^(?:localize|configure|resource|deploy)/.test(it))).toEqual([
    'resource.yaml',
    'deploy.yaml',
  ]);
  expect(objects['resource.yaml']?.spec.sourceRef).toEqual({
    kind: 'ComponentVersion',
    name: 'podinfo-v1.1.0',
    resourceRef: { name: 'manifests', version: 'v1.1.0' },
  });
  expect(objects['deploy.yaml']?.spec).toMatchObject({ sourceRef: { kind: 'Resource', name: 'podinfo-v1.1.0' } });
});

test('a chart is made available under its own version, by which Flux finds it, and takes values of people', async () => {
  const objects = await render({ deploy: [{ resource: 'manifests' }, { resource: 'chart', as: 'helm' }] });
  expect(objects['resource-chart.yaml']?.spec).toMatchObject({
    sourceRef: { name: 'podinfo-v1.1.0', resourceRef: { name: 'chart', version: '6.3.6' } },
  });
  expect(objects['deploy-chart.yaml']).toMatchObject({
    metadata: { name: 'podinfo-chart' },
    spec: {
      sourceRef: { kind: 'Resource', name: 'podinfo-chart-v1.1.0' },
      helmReleaseTemplate: { valuesFrom: [{ kind: 'ConfigMap', name: 'podinfo-chart-values', optional: true }] },
    },
  });
  expect(objects['deploy-chart.yaml']?.spec).not.toHaveProperty('kustomizationTemplate');
});

test('a resource of a referenced component is localized by the rules beside it', async () => {
  const product = { archive: 'product/recursive', component: 'ocm.software/demos/storefront', version: 'v2.0.0' };
  const deploy = [{ resource: 'frontend/manifests', configuration: 'frontend/config' }];
  const rendered = await renderCase({ ...product, set: 'ocm-controller', settings: { deploy } });
  const referencePath = [{ name: 'frontend' }];
  expect(objectsOf(rendered)['localize.yaml']?.spec).toMatchObject({
    sourceRef: { name: 'podinfo-v2.0.0', resourceRef: { name: 'manifests', version: 'v2.0.0', referencePath } },
    configRef: { name: 'podinfo-v2.0.0', resourceRef: { name: 'config', version: 'v2.0.0', referencePath } },
  });
  expect(rendered.lock.parameters).toEqual(['replicas', 'message', 'serviceAccountName', 'logo']);
});
