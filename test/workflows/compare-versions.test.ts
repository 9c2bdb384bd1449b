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
import { componentDigest } from '../../src/core/trust/component-digest.ts';
import type { ComponentRepository } from '../../src/ports/component-repository.ts';
import { collectComponentVersion } from '../../src/workflows/collect-component-version.ts';
import { compareVersions } from '../../src/workflows/compare-versions.ts';
import { componentName, descriptorData, genericDigest, parseData, publishable } from '../builders/component-version.ts';
import { version } from '../builders/observation.ts';
import { lockOf, subjectOf } from '../support/version-comparison.ts';

const archive = join(import.meta.dirname, '../../templates/demo/podinfo.tgz');
const component = componentName('ocm.software/demos/podinfo');

const evaluator = createEvaluator({ timeoutSeconds: 60 });
afterAll(() => evaluator[Symbol.asyncDispose]());

const log = { warn: () => {} };

const open = (): Promise<ComponentRepository> => openArchive(archive, '');

async function compare(
  from: string | undefined,
  to: string,
  change: Partial<LockFile> = {},
  values: readonly [before?: string, after?: string] = [],
): Promise<VersionDifference> {
  const repository = await open();
  const installed = from === undefined ? undefined : { ...(await lockOf(repository, from, component)), ...change };
  const collected = await collectComponentVersion(repository, { component, version: to });
  return compareVersions({ evaluator, log, open, installed, collected, subject: subjectOf(collected, ...values) });
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
    ['chart', 'changed'],
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
    'chart',
    'chart',
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
  const gone = {
    ...(await lockOf(repository, 'v1.0.0', component)),
    manifest: (await lockOf(repository, 'v1.1.0', component)).inputs,
  };
  const missing = { ...gone, version: version('v0.9.0') };
  const collected = await collectComponentVersion(repository, { component, version: 'v1.1.0' });
  const difference = await compareVersions({
    ...{ evaluator, log, open, installed: missing, collected, subject: subjectOf(collected) },
  });
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
      const installed = await lockOf(repository, 'v1.0.0', root);
      const compareWith = async (to: string) => {
        const collected = await collectComponentVersion(repository, { component: root, version: to });
        return compareVersions({
          ...{ evaluator, log, open: openProduct, installed, collected, subject: subjectOf(collected) },
        });
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

test('a comparison that fails leaves what is proposed, and says why', async () => {
  const repository = await open();
  const collected = await collectComponentVersion(repository, { component, version: 'v1.1.0' });
  const installed = await lockOf(repository, 'v1.0.0', component);
  const warnings: string[] = [];
  const warn = (event: string) => warnings.push(event);
  const failing = async (error: Error) =>
    compareVersions({
      evaluator: { ...evaluator, compare: async () => Promise.reject(error) },
      log: { warn },
      open,
      installed,
      collected,
      subject: subjectOf(collected),
    });
  const tooLong = await failing(new Failure('content', 'Comparing the manifests took more than 5 s and was stopped.'));
  expect(tooLong.installedUnread).toBe('Comparing the manifests took more than 5 s and was stopped');
  expect([...tooLong.unread.keys()]).toEqual(['the component']);
  expect(flattenDiff(tooLong.component).length).toBeGreaterThan(3);
  expect((await failing(new Error('worker is gone'))).installedUnread).toBe(
    'Consignee has a bug, of which its log tells',
  );
  expect(warnings).toEqual(['comparison.failed', 'comparison.failed']);
});

interface Given {
  readonly name?: string;
  readonly text: string | Buffer;
  readonly type?: string;
  readonly mediaType?: string;
  readonly extraIdentity?: Readonly<Record<string, string>>;
  readonly digest?: undefined;
}

/** Compares two versions of one component that bring these resources. */
async function compareGiven(before: readonly Given[], after: readonly Given[]): Promise<VersionDifference> {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'one.ctf');
  const name = 'example.org/one';
  for (const [tag, all] of Object.entries({ 'v1.0.0': before, 'v2.0.0': after })) {
    const same = Buffer.from('the same');
    const blobs = all.map(({ text }) => Buffer.from(text));
    const resources = all.map(
      ({ text: _, mediaType = 'application/yaml', name: of = 'manifests', type = 'yaml', ...more }, index) => {
        const bytes = blobs[index] ?? same;
        const access = { type: 'localBlob', localReference: digestOf(bytes), mediaType };
        return { name: of, version: tag, type, relation: 'local', access, digest: genericDigest(bytes), ...more };
      },
    );
    const data = descriptorData({ name, version: tag, note: same, resources });
    await createArchiveWriter().add(path, publishable(data, [same, ...blobs]));
  }
  const openIt = () => openArchive(path, '');
  const repository = await openIt();
  const of = componentName(name);
  const installed = await lockOf(repository, 'v1.0.0', of);
  const collected = await collectComponentVersion(repository, { component: of, version: 'v2.0.0' });
  return await compareVersions({
    ...{ evaluator, log, open: openIt, installed, collected, subject: subjectOf(collected) },
  });
}

async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), 'consignee-test-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}

describe('a provider cannot hide what changes', () => {
  const pod = (more: string) =>
    `apiVersion: v1\nkind: Pod\nmetadata: { name: p }\nspec: { containers: [{ name: c }], ${more} }\n`;
  const [calm, risky] = [pod('hostPID: false'), pod('hostPID: true')];

  test.each<[string, readonly Given[], readonly Given[]]>([
    [
      'by another media type',
      [{ text: calm, mediaType: 'application/x-k8s' }],
      [{ text: risky, mediaType: 'image/png' }],
    ],
    ['by a byte order mark', [{ text: calm }], [{ text: Buffer.from(`\ufeff${risky}`) }]],
    ['by a type of its own', [{ text: calm, type: 'a' }], [{ text: risky, type: 'b' }]],
  ])('%s', async (_, before, after) => {
    const { manifests, unread } = await compareGiven(before, after);
    expect(manifests.objects).toMatchObject([{ risks: [{ kind: 'privileged' }] }]);
    expect(unread).toEqual(new Map());
  });

  test.each<[string, readonly Given[], readonly Given[], RegExp]>([
    ['text in UTF-16', [{ text: calm }], [{ text: Buffer.from(`\ufeff${risky}`, 'utf16le') }], /no text in UTF-8/],
    [
      'two resources of one name',
      [{ text: calm }, { text: 'a: 1', extraIdentity: { x: '1' } }],
      [{ text: risky }, { text: 'a: 1', extraIdentity: { x: '1' } }],
      /several resources are named so/,
    ],
    [
      'an OCI artifact',
      [{ text: calm }],
      [{ text: risky, mediaType: 'application/vnd.oci.image.manifest.v1+tar+gzip' }],
      /OCI artifact/,
    ],
  ])('what is left out is named: %s', async (_, before, after, why) => {
    const { manifests, unread } = await compareGiven(before, after);
    expect([...unread]).toEqual([['manifests', expect.stringMatching(why)]]);
    // Neither gone nor new: nobody knows.
    expect(manifests.objects).toEqual([]);
  });

  test('images and charts are told by their digests', async () => {
    const { unread, component: diff } = await compareGiven(
      [{ text: 'a', type: 'ociImage' }],
      [{ text: 'b', type: 'ociImage' }],
    );
    expect(unread).toEqual(new Map());
    expect(flattenDiff(diff)).toMatchObject([{ name: 'manifests', what: ['content', 'version'] }]);
  });
});

test('many ways to one component version are as much work as one', { timeout: 20_000 }, async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'levels.ctf');
  let below: object[] = [];
  for (let level = 7; level >= 0; level--) {
    const note = Buffer.from(`level ${level}`);
    const data = descriptorData({ name: `example.org/level-${level}`, note, references: below });
    await createArchiveWriter().add(path, publishable(data, [note]));
    const descriptor = parseData(data);
    const digest = componentDigest(descriptor, 'jsonNormalisation/v3', 'SHA-256');
    const reference = { componentName: descriptor.name, version: descriptor.version, digest };
    below = Array.from({ length: 10 }, (_, index) => ({ name: `part-${index}`, ...reference }));
  }
  const openIt = () => openArchive(path, '');
  const of = componentName('example.org/level-0');
  const repository = await openIt();
  const collected = await collectComponentVersion(repository, { component: of, version: 'v1.0.0' });
  const installed = await lockOf(repository, 'v1.0.0', of);
  const { component: diff, installedUnread } = await compareVersions({
    evaluator,
    log,
    open: openIt,
    installed,
    collected,
    subject: subjectOf(collected),
  });
  expect(installedUnread).toBeUndefined();
  expect(flattenDiff(diff)).toEqual([]);
});
