import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { resolveDeployments } from '../../../src/core/controllers/deployments.ts';
import { readDefaults } from '../../../src/core/controllers/read-defaults.ts';
import type { PlannedDeployment, Target } from '../../../src/core/controllers/target.ts';
import { collectedVersion, withDescriptor } from '../../builders/collected-version.ts';

const target = (deployments: readonly Partial<PlannedDeployment>[], changes: Partial<Target> = {}): Target => ({
  generation: undefined,
  deployments: deployments.map((it) => ({ resource: 'note', configuration: undefined, as: 'kustomize', ...it })),
  definition: undefined,
  required: true,
  ...changes,
});

const configData = (defaults: string) =>
  `apiVersion: config.ocm.software/v1alpha1\nkind: ConfigData\nconfiguration: { defaults: ${defaults} }\n`;

const leaf = collectedVersion({ name: 'example.org/leaf', resources: { web: '', config: configData('{ size: 1 }') } });
const part = collectedVersion({ name: 'example.org/part', references: { leaf } });
const root = collectedVersion({
  resources: { config: configData('{ size: 1, colour: red }'), other: configData('{ size: 2 }'), 'a.b': '', 'a-b': '' },
  references: { part },
});

describe('resources to deploy', () => {
  test('are found in the component version and below it', () => {
    const [first, second] = resolveDeployments(
      target([{ configuration: 'config' }, { resource: 'part/leaf/web', configuration: 'part/leaf/config' }]),
      root,
      'podinfo',
    );
    expect(first).toMatchObject({
      name: 'podinfo',
      suffix: '',
      instance: 'podinfo-v1.0.0',
      resource: { name: 'note', type: 'plainText', referencePath: null, extraIdentity: null },
      configuration: { name: 'config' },
    });
    expect(second).toMatchObject({
      name: 'podinfo-part-leaf-web',
      suffix: '-part-leaf-web',
      instance: 'podinfo-part-leaf-web-v1.0.0',
      resource: { name: 'web', referencePath: [{ name: 'part' }, { name: 'leaf' }] },
      configuration: { name: 'config', referencePath: [{ name: 'part' }, { name: 'leaf' }] },
    });
  });

  test('bring what distinguishes them from others', () => {
    const arm = withDescriptor(root, ({ resources }) => ({
      resources: resources.map((it) => ({ ...it, extraIdentity: { architecture: 'arm64' } })),
    }));
    expect(resolveDeployments(target([{}]), arm, 'podinfo')[0]?.resource).toMatchObject({
      identity: { name: 'note', architecture: 'arm64' },
      extraIdentity: { architecture: 'arm64' },
    });
  });

  test('come last where they define a kind, under a name that never moves', () => {
    const withOther = target([{}, { resource: 'other' }], { definition: 'part/leaf/web' });
    expect(resolveDeployments(withOther, root, 'podinfo').map(({ name }) => name)).toEqual([
      'podinfo',
      'podinfo-other',
      'podinfo-definition',
    ]);
    expect(resolveDeployments(target([], { definition: 'note' }), root, 'podinfo').map(({ name }) => name)).toEqual([
      'podinfo-definition',
    ]);
  });

  test.each([
    ['web', /:v1\.0\.0 has no resource web, .* it has note, config, other, a\.b, a-b, part\/…\./],
    ['leaf/web', /:v1\.0\.0 has no reference leaf, .* it has part\./],
    ['part/leaf/api', /example\.org\/leaf:v1\.0\.0 has no resource api, .* it has note, web, config\./],
  ])('%s is told by what there is', (resource, message) => {
    expect(() => resolveDeployments(target([{ resource }]), root, 'podinfo')).toThrow(
      expect.objectContaining({ code: 'content', message: expect.stringMatching(message) }),
    );
  });

  test('of one name are no answer', () => {
    const twice = withDescriptor(root, ({ resources }) => ({ resources: [...resources, ...resources] }));
    expect(() => resolveDeployments(target([{}]), twice, 'podinfo')).toThrow('has several resources note');
  });

  test.each([
    ['two that only a slash tells apart', ['note', 'part/web', 'part-web']],
    ['one twice', ['note', 'other', 'other']],
    ['one that is called as the definition of a kind is', ['note', 'definition']],
    ['two whose names are cut', ['note', `${'a'.repeat(60)}-one`, `${'a'.repeat(60)}-two`]],
  ])('keep apart %s', (_, resources) => {
    const web = collectedVersion({ name: 'example.org/part', resources: { web: '' } });
    const flat = resources.filter((it) => !it.includes('/') && it !== 'note');
    const all = collectedVersion({
      resources: Object.fromEntries(flat.map((it) => [it, ''])),
      references: { part: web },
    });
    const planned = target(
      resources.map((resource) => ({ resource })),
      { definition: 'note' },
    );
    const deployments = resolveDeployments(planned, all, 'podinfo');
    expect(new Set(deployments.map(({ name }) => name)).size).toBe(resources.length + 1);
  });

  test('have names that fit into a label', () => {
    const long = 'a'.repeat(63);
    const names = resolveDeployments(target([{}, { resource: 'other' }]), root, long).map(({ name }) => name);
    expect(names[0]).toBe(long);
    expect(names[1]).toMatch(/^a{50}-[0-9a-f]{12}$/);
  });

  test('may be missing where a set does not ask for them', () => {
    expect(resolveDeployments(target([{ resource: 'web' }], { required: false }), root, 'podinfo')).toEqual([]);
  });

  property.prop([
    fc.uniqueArray(fc.stringMatching(/^[!-.0-~]{1,90}$/), { minLength: 1, maxLength: 6 }),
    fc.stringMatching(/^[a-z][a-z0-9]{0,62}$/),
  ])('have names of their own that Kubernetes takes, in files of their own', (resources, application) => {
    const all = collectedVersion({ resources: Object.fromEntries(resources.map((it) => [it, ''])) });
    const deployments = resolveDeployments(target(resources.map((resource) => ({ resource }))), all, application);
    for (const field of ['name', 'suffix', 'instance'] as const) {
      expect(new Set(deployments.map((it) => it[field])).size).toBe(resources.length);
    }
    for (const { name, suffix } of deployments) {
      expect(name).toMatch(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/);
      expect(`deploy${suffix}.yaml`).toMatch(/^[a-z0-9][a-z0-9._-]{0,99}$/);
    }
  });
});

describe('defaults', () => {
  test('of several configurations are one block', () => {
    const planned = target([{ configuration: 'config' }, { configuration: 'part/leaf/config' }]);
    expect(readDefaults(planned, root)).toEqual({ size: 1, colour: 'red' });
  });

  test('that differ for one name are refused', () => {
    expect(() => readDefaults(target([{ configuration: 'config' }, { configuration: 'other' }]), root)).toThrow(
      expect.objectContaining({ code: 'content', message: expect.stringContaining('for the parameter size') }),
    );
  });

  test('are none without configuration', () => {
    expect(readDefaults(target([{}]), root)).toBeUndefined();
  });
});
