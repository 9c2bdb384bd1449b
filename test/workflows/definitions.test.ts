import { expect, test } from 'vitest';
import type { InstallationResult } from '../../src/workflows/pass.ts';
import { branch, createWorld } from '../support/world.ts';

const messageOf = ([result]: readonly InstallationResult[]) =>
  result?.outcome.kind === 'failed' ? result.outcome.failure.message : undefined;

const crd = (schema: string) => `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
spec:
  group: delivery.ocm.software
  names: { kind: FluxDeployer }
  versions: [{ name: v1alpha1, schema: { openAPIV3Schema: ${schema} } }]
`;
const open = '{ type: object, properties: { spec: { type: object, x-kubernetes-preserve-unknown-fields: true } } }';
const closed = '{ type: object, properties: { spec: { type: object, properties: { interval: { type: string } } } } }';
const deploy = (world: { read: (branch: string, path: string) => Promise<string | undefined> }) =>
  world.read(branch, 'components/podinfo/deploy.yaml');

test('an overriding template is held against the schema of its kind, and against the definition in the repository instead', async () => {
  await using world = await createWorld();
  await world.publish('v1.0.0');
  expect(await world.step()).toBe('open');
  const before = await deploy(world);
  const template = (before ?? '').replace('interval: 10s', 'interval: 10s\n  brandNew: true');
  await world.person.commit('main', { '.consignee/templates/ocm-controller/deploy.yaml': template });
  expect(messageOf(await world.pass())).toContain('spec has no field "brandNew"');
  expect(await deploy(world)).toBe(before);

  await world.person.commit('main', { '.consignee/crds/deployer.yaml': crd(open) });
  expect(await world.step()).toBe('update');
  expect(await deploy(world)).toContain('brandNew: true');

  await world.person.commit('main', { '.consignee/crds/deployer.yaml': crd(closed), 'values.yaml': 'a: 1\n' });
  await world.publish('v1.1.0');
  expect(messageOf(await world.pass())).toBe('the template set ocm-controller has 3 mistakes');
});

test('a file that is no definition holds the installation, and is named', async () => {
  await using world = await createWorld();
  await world.person.commit('main', { '.consignee/crds/notes.yaml': 'kind: ConfigMap\n' });
  await world.publish('v1.0.0');
  expect(messageOf(await world.pass())).toBe(
    '.consignee/crds/notes.yaml is not a CustomResourceDefinition: it is a ConfigMap.',
  );
});
