import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openArchive } from '../../src/adapters/ctf/open-archive.ts';
import { flattenDiff } from '../../src/core/diff/component-diff.ts';
import type { VersionDifference } from '../../src/core/diff/version-difference.ts';
import type { LockFile } from '../../src/core/installation/lock-file.ts';
import { identityDigest } from '../../src/core/trust/component-digest.ts';
import type { ComponentRepository } from '../../src/ports/component-repository.ts';
import { collectComponentVersion } from '../../src/workflows/collect-component-version.ts';
import { compareVersions } from '../../src/workflows/compare-versions.ts';
import { componentName } from '../builders/component-version.ts';
import { version } from '../builders/observation.ts';

const archive = join(import.meta.dirname, '../../templates/demo/podinfo.tgz');
const component = componentName('ocm.software/demos/podinfo');

const open = (): Promise<ComponentRepository> => openArchive(archive, '');

/** What a lock file would say of a version. */
async function lockOf(repository: ComponentRepository, of: string): Promise<LockFile> {
  const { descriptor, manifest } = await collectComponentVersion(repository, { component, version: of });
  if (!descriptor || !manifest) throw new Error(`there is no ${of}`);
  const locked = { component, version: version(of), digest: identityDigest(descriptor), manifest };
  const rest = { environment: 'default', application: 'podinfo', templates: '', inputs: manifest };
  return { ...locked, ...rest, parameters: [], files: [] };
}

async function compare(
  from: string | undefined,
  to: string,
  change: Partial<LockFile> = {},
): Promise<VersionDifference> {
  const repository = await open();
  const installed = from === undefined ? undefined : { ...(await lockOf(repository, from)), ...change };
  const collected = await collectComponentVersion(repository, { component, version: to });
  return compareVersions({ open, installed, collected });
}

const changedFields = ({ manifests }: VersionDifference) =>
  manifests.objects.flatMap(({ object, fields }) => fields.map(({ path }) => `${object.kind} ${path}`));

test('from v1.0.0 to v1.1.0 of the walkthrough: image, chart, manifests and settings change, and nothing else', async () => {
  const difference = await compare('v1.0.0', 'v1.1.0');
  const rows = flattenDiff(difference.component).filter(({ kind }) => kind !== 'signature');
  expect(rows.map(({ kind, name, change, what }) => [kind, name, change, what.includes('content')])).toEqual([
    ['resource', 'image', 'changed', true],
    ['resource', 'chart', 'changed', true],
    ['resource', 'manifests', 'changed', true],
    ['resource', 'config', 'changed', true],
  ]);
  expect(difference.manifests.objects.map(({ object, change }) => [object.kind, change])).toEqual([
    ['ConfigData', 'changed'],
    ['HelmRelease', 'changed'],
  ]);
  expect(changedFields(difference)).toContain('ConfigData configuration.defaults.logo');
  expect(difference.manifests.objects.flatMap(({ risks }) => risks)).toEqual([]);
  expect(difference.unread).toEqual(new Map());
});

test('a version that is installed anew differs in nothing', async () => {
  const difference = await compare('v1.0.0', 'v1.0.0');
  expect(flattenDiff(difference.component)).toEqual([]);
  expect(difference.manifests).toMatchObject({ objects: [] });
});

test('of a first version everything is new', async () => {
  const difference = await compare(undefined, 'v1.0.0');
  expect(flattenDiff(difference.component).every(({ change }) => change === 'added')).toBe(true);
  expect(difference.manifests.objects.map(({ object }) => object.kind).sort()).toEqual([
    'ConfigData',
    'HelmRelease',
    'HelmRepository',
  ]);
  expect(difference).not.toHaveProperty('installedUnread');
});

test('what is not what was installed any more is not compared with', async () => {
  const wrong = { hashAlgorithm: 'SHA-256', normalisationAlgorithm: 'jsonNormalisation/v3', value: 'ab'.repeat(32) };
  const difference = await compare('v1.0.0', 'v1.1.0', { digest: wrong });
  expect(difference.installedUnread).toBe('it is not what was installed any more');
  expect(flattenDiff(difference.component).every(({ change }) => change === 'added')).toBe(true);
});

test('a version that is gone is not compared with, and that is said', async () => {
  const repository = await open();
  const gone = { ...(await lockOf(repository, 'v1.0.0')), manifest: (await lockOf(repository, 'v1.1.0')).inputs };
  const missing = { ...gone, version: version('v0.9.0') };
  const collected = await collectComponentVersion(repository, { component, version: 'v1.1.0' });
  const difference = await compareVersions({ open, installed: missing, collected });
  expect(difference.installedUnread).toMatch(/./);
});
