import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { openArchive } from '../../src/adapters/ctf/open-archive.ts';
import { createArchiveWriter } from '../../src/adapters/ctf/write-archive.ts';
import { createEvaluator } from '../../src/adapters/worker/evaluator.ts';
import { flattenDiff } from '../../src/core/diff/component-diff.ts';
import type { VersionDifference } from '../../src/core/diff/version-difference.ts';
import { digestOf } from '../../src/core/digest.ts';
import { Failure } from '../../src/core/failure.ts';
import type { LockFile } from '../../src/core/installation/lock-file.ts';
import { componentDigest, identityDigest } from '../../src/core/trust/component-digest.ts';
import type { ComponentRepository } from '../../src/ports/component-repository.ts';
import { collectComponentVersion } from '../../src/workflows/collect-component-version.ts';
import { compareVersions } from '../../src/workflows/compare-versions.ts';
import { componentName, descriptorData, genericDigest, parseData, publishable } from '../builders/component-version.ts';
import { version } from '../builders/observation.ts';

const archive = join(import.meta.dirname, '../../templates/demo/podinfo.tgz');
const component = componentName('ocm.software/demos/podinfo');

const evaluator = createEvaluator({ timeoutSeconds: 60 });
afterAll(() => evaluator[Symbol.asyncDispose]());

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
  return compareVersions({ evaluator, open, installed, collected });
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
  const difference = await compareVersions({ evaluator, open, installed: missing, collected });
  expect(difference.installedUnread).toMatch(/./);
});

describe('component versions that refer to others', () => {
  const manifestOf = (value: string) =>
    `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: part }\ndata: { key: "${value}" }\n`;
  /** A root in several versions, each of which refers to a part of the same version with these texts: `note`, `text-1`, ... */
  async function archiveOf(folder: string, texts: Readonly<Record<string, readonly string[]>>): Promise<string> {
    const path = join(folder, 'product.ctf');
    for (const [tag, all] of Object.entries(texts)) {
      const [note = Buffer.alloc(0), ...more] = all.map((it) => Buffer.from(it));
      const resources = more.map((bytes, index) => textResource(`text-${index + 1}`, tag, bytes));
      const part = descriptorData({ name: 'example.org/part', version: tag, note, resources });
      const { name, version: of } = parseData(part);
      const digest = componentDigest(parseData(part), 'jsonNormalisation/v3', 'SHA-256');
      const references = [{ name: 'part', componentName: name, version: of, digest }];
      await createArchiveWriter().add(path, publishable(part, [note, ...more]));
      const same = Buffer.from('the same');
      const root = descriptorData({ name: 'example.org/root', version: tag, note: same, references });
      await createArchiveWriter().add(path, publishable(root, [same]));
    }
    return path;
  }

  function textResource(name: string, of: string, bytes: Uint8Array) {
    const access = { type: 'localBlob', localReference: digestOf(bytes), mediaType: 'application/yaml' };
    return { name, version: of, type: 'yaml', relation: 'local', access, digest: genericDigest(bytes) };
  }

  test('are compared to the last reference, and what is too much is named', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'consignee-test-'));
    try {
      const large = (kibibytes: number) => `# ${'x'.repeat(kibibytes * 1024)}
`;
      const path = await archiveOf(folder, {
        'v1.0.0': [manifestOf('1')],
        'v2.0.0': [manifestOf('2')],
        'v3.0.0': [large(1100), large(900), large(901), large(902)],
      });
      const openProduct = () => openArchive(path, '');
      const root = componentName('example.org/root');
      const repository = await openProduct();
      const { descriptor, manifest } = await collectComponentVersion(repository, {
        component: root,
        version: 'v1.0.0',
      });
      if (!descriptor || !manifest) throw new Error('there is no v1.0.0');
      const installed = {
        ...(await lockOf(await open(), 'v1.0.0')),
        ...{ component: root, digest: identityDigest(descriptor), manifest },
      };
      const compareWith = async (to: string) => {
        const collected = await collectComponentVersion(repository, { component: root, version: to });
        return compareVersions({ evaluator, open: openProduct, installed, collected });
      };
      const second = await compareWith('v2.0.0');
      expect(second.manifests.objects).toMatchObject([
        { object: { kind: 'ConfigMap', name: 'part' }, fields: [{ path: 'data.key', before: '"1"', after: '"2"' }] },
      ]);
      const third = await compareWith('v3.0.0');
      expect([...third.unread]).toEqual([
        ['part/note', 'resource note is larger than 1048576 bytes'],
        ['part/text-3', 'all together is more than 2 MiB of text'],
      ]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

test('manifests that take too long are left out, and the rest is there', async () => {
  const repository = await open();
  const collected = await collectComponentVersion(repository, { component, version: 'v1.1.0' });
  const compare = async () => {
    throw new Failure('content', 'Comparing the manifests took more than 5 s and was stopped.');
  };
  const difference = await compareVersions({ evaluator: { compare }, open, installed: undefined, collected });
  expect([...difference.unread]).toEqual([['manifests', 'Comparing the manifests took more than 5 s and was stopped']]);
  expect(flattenDiff(difference.component).length).toBeGreaterThan(3);
});
