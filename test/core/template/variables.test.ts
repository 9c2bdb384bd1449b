import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { instanceName } from '../../../src/core/template/instance-name.ts';
import { templateVariables } from '../../../src/core/template/variables.ts';
import { podinfoInstallation, podinfoProjection, podinfoVariables } from '../../builders/render-input.ts';

const [deployment] = podinfoVariables().deployments;

test('templates see the installation, the component and the values file', () => {
  expect(templateVariables(podinfoVariables())).toEqual({
    application: 'podinfo',
    environment: { name: 'default', path: '' },
    component: podinfoProjection(),
    instance: 'podinfo-v1.0.0',
    versions: '>=v1.0.0',
    registry: {
      url: 'gitea.ocm.dev/software-consumer',
      baseUrl: 'https://gitea.ocm.dev',
      subPath: 'software-consumer',
      pullSecret: 'gitea-registry-credentials',
    },
    source: {
      url: 'gitea.ocm.dev/software-provider',
      baseUrl: 'https://gitea.ocm.dev',
      subPath: 'software-provider',
      pullSecret: 'gitea-registry-credentials',
      by: 'subscription',
    },
    serviceAccount: null,
    deployments: [deployment],
    deployment,
    definition: null,
    verify: [{ signature: 'ocm-signing', secret: 'ocm-signing', publicKey: null }],
    flux: { source: 'flux-system', namespace: 'flux-system' },
    values: { path: 'values.yaml', key: 'podinfo' },
    defaults: { replicas: 1, message: 'podinfo', serviceAccountName: 'default' },
  });
});

test('the registry is the one that the cluster reaches', () => {
  const registry = { url: 'registry.example.org/prod', inCluster: 'mirror.prod.example.org/prod' };
  const installation = { ...podinfoInstallation, registry };
  expect(templateVariables(podinfoVariables({ installation }))).toMatchObject({
    registry: { url: 'mirror.prod.example.org/prod' },
  });
});

test.each([
  ['registry.example.org', 'https://registry.example.org', null],
  ['http://localhost:5000/team/a', 'http://localhost:5000', 'team/a'],
])('the address %s has the scheme and the path apart', (inCluster, baseUrl, subPath) => {
  const installation = { ...podinfoInstallation, registry: { url: 'registry.example.org', inCluster } };
  expect(templateVariables(podinfoVariables({ installation }))).toMatchObject({
    registry: { url: inCluster, baseUrl, subPath },
  });
});

test('what is absent is null', () => {
  const installation = { ...podinfoInstallation, pullSecret: undefined, source: undefined, flux: undefined };
  expect(templateVariables(podinfoVariables({ installation, defaults: undefined }))).toMatchObject({
    registry: { pullSecret: null },
    source: null,
    flux: null,
    defaults: null,
  });
});

describe('a signature without a secret in the cluster', () => {
  const verify = [{ signature: 'release', secret: undefined, anyOf: [] }];
  const installation = { ...podinfoInstallation, verify };

  test('brings the key that verified the version, as base64 of its PEM', () => {
    const keys = new Map([['release', '-----BEGIN PUBLIC KEY-----\n']]);
    expect(templateVariables(podinfoVariables({ installation, keys }))).toMatchObject({
      verify: [{ signature: 'release', secret: null, publicKey: 'LS0tLS1CRUdJTiBQVUJMSUMgS0VZLS0tLS0K' }],
    });
  });

  test('is refused without such a key', () => {
    expect(() => templateVariables(podinfoVariables({ installation }))).toThrow(
      expect.objectContaining({ code: 'configuration', message: expect.stringContaining('default/podinfo') }),
    );
  });
});

test.each([
  ['podinfo', 'v1.0.0', 'podinfo-v1.0.0'],
  ['podinfo', '1.0.0-rc.1', 'podinfo-1.0.0-rc.1'],
  ['podinfo', 'v1.0.0-RC1', 'podinfo-v1.0.0-rc1-a2db6d1a3f53'],
  ['podinfo', '1.0.0+build.5', 'podinfo-1.0.0-build.5-a2db6d1a3f53'],
  ['podinfo', '1.0.0-a.-b', 'podinfo-1.0.0-a.b-a2db6d1a3f53'],
  ['podinfo', '1.0.0-0123456789ab', 'podinfo-1.0.0-0123456789ab-a2db6d1a3f53'],
  ['a'.repeat(60), '1.0.0', `${'a'.repeat(50)}-a2db6d1a3f53`],
])('the instance of %s %s is named %s', (application, version, name) => {
  const hash = /[0-9a-f]{12}$/;
  const hashed = name.endsWith('a2db6d1a3f53');
  expect(instanceName(application, version).replace(hashed ? hash : '', '')).toBe(name.replace(hashed ? hash : '', ''));
});

const part = fc.string({ unit: fc.constantFrom(...'abAB01.-+_'), minLength: 1, maxLength: 70 });

property.prop([part, part])(
  'two versions never share a name, and every name is one that Kubernetes takes',
  (one, other) => {
    const names = [one, other].map((it) => instanceName('podinfo', it));
    for (const name of names) {
      expect(name).toMatch(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/);
      expect(name.length).toBeLessThanOrEqual(63);
    }
    expect(names[0] === names[1]).toBe(one === other);
  },
);
