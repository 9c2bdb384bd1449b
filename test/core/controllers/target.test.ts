import { describe, expect, test } from 'vitest';
import { createBuiltInSets } from '../../../src/adapters/built-in-sets/built-in-sets.ts';
import { contentPathsOf, targetOf } from '../../../src/core/controllers/target.ts';
import type { Installation } from '../../../src/core/installation/installation.ts';
import { podinfoInstallation, templateSet } from '../../builders/render-input.ts';

const sets = createBuiltInSets(new URL('../../../templates/manifests/', import.meta.url));
const [one, two] = await Promise.all(['ocm-controller', 'ocm-k8s-toolkit'].map((name) => sets.readBuiltIn(name, 1)));
if (!one || !two) throw new Error('there are two sets');

const own = (kinds: string) =>
  templateSet({
    'set.yaml': `version: 1\nkinds: [${kinds}]\nfiles: [{ template: a.yaml, folder: components, path: a.yaml }]\n`,
  });
const withSettings = (settings: Partial<Installation>) => ({ ...podinfoInstallation, ...settings });
const group = 'delivery.ocm.software/v1alpha1';

describe('the generation', () => {
  test('is that of the kinds that a set names', () => {
    const generationOf = (set: Parameters<typeof targetOf>[1]) => targetOf(podinfoInstallation, set).generation;
    expect([one, two].map(generationOf)).toEqual([1, 2]);
    expect(generationOf(own(`${group}/ComponentVersion`))).toBe(1);
    expect(generationOf(own(`${group}/Component`))).toBe(2);
  });

  test.each([`${group}/Resource`, 'apps/v1/Deployment', '"${{ null }}"'])('is neither with %s alone', (kinds) => {
    expect(targetOf(podinfoInstallation, own(kinds)).generation).toBeUndefined();
  });

  test('cannot be both', () => {
    expect(() => targetOf(podinfoInstallation, own(`${group}/ComponentVersion, ${group}/Component`))).toThrow(
      expect.objectContaining({ code: 'template' }),
    );
  });
});

describe('what is deployed', () => {
  const manifests = { resource: 'manifests', as: 'kustomize' };

  test.each([
    ['by convention, with generation 1', one, {}, [{ ...manifests, configuration: 'config' }]],
    ['by convention, with generation 2', two, {}, [{ ...manifests, configuration: undefined }]],
    ['with an instance, is that alone', two, { instance: 'graph' }, []],
    [
      'as a chart has no configuration by convention',
      one,
      { deploy: [{ resource: 'chart', as: 'helm' as const }] },
      [{ resource: 'chart', as: 'helm', configuration: undefined }],
    ],
    [
      'as it is, where that is written',
      one,
      { deploy: [{ resource: 'manifests', configuration: 'none' }] },
      [{ ...manifests, configuration: undefined }],
    ],
  ])('%s', (_, set, settings, deployments) => {
    expect(targetOf(withSettings(settings), set).deployments).toEqual(deployments);
  });

  test('needs the content of configurations and definitions, each once', () => {
    const deploy = [{ resource: 'a' }, { resource: 'b' }, { resource: 'c', configuration: 'part/rules' }];
    expect(contentPathsOf(targetOf(withSettings({ deploy }), one))).toEqual(['config', 'part/rules']);
    expect(contentPathsOf(targetOf(withSettings({ instance: 'part/graph' }), two))).toEqual(['part/graph']);
  });

  test("may be missing with a set of one's own that does not ask for it", () => {
    expect(targetOf(podinfoInstallation, own('apps/v1/Deployment')).required).toBe(false);
    expect(targetOf(withSettings({ deploy: [{ resource: 'a' }] }), own('apps/v1/Deployment')).required).toBe(true);
    expect(targetOf(podinfoInstallation, one).required).toBe(true);
  });
});

describe('settings that the generation does not have are refused', () => {
  const source = { url: 'registry.acme.example', pullSecret: 'other', by: 'component-version' as const };

  test.each([
    ['an instance in generation 1', one, { instance: 'graph' }, /has no instances/],
    [
      'rules for a chart',
      one,
      { deploy: [{ resource: 'chart', configuration: 'config', as: 'helm' as const }] },
      /takes charts as they are/,
    ],
    ['two secrets for one ComponentVersion', one, { source }, /one secret for both registries/],
    ['rules in generation 2', two, { deploy: [{ resource: 'a', configuration: 'config' }] }, /"configuration" is set/],
    ['a chart in generation 2', two, { deploy: [{ resource: 'a', as: 'helm' as const }] }, /applies manifests only/],
    ['a ComponentVersion in generation 2', two, { source }, /a Replication replicates/],
    ['a service account in generation 2', two, { serviceAccount: 'ops' }, /"serviceAccount" is set/],
  ])('%s', (_, set, settings, message) => {
    expect(() => targetOf(withSettings(settings), set)).toThrow(
      expect.objectContaining({ code: 'configuration', message: expect.stringMatching(message) }),
    );
  });

  test('but not what says the same as nothing', () => {
    const deploy = [{ resource: 'a', configuration: 'none', as: 'kustomize' as const }];
    expect(() => targetOf(withSettings({ deploy }), two)).not.toThrow();
    expect(() => targetOf(withSettings({ source, serviceAccount: 'ops' }), one)).not.toThrow();
    expect(() => targetOf(withSettings({ source, pullSecret: 'other' }), one)).not.toThrow();
  });
});
