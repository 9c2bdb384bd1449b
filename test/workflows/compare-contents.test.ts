import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isPartial, reviewRows, type VersionDifference } from '../../src/core/diff/version-difference.ts';
import { digestOf } from '../../src/core/digest.ts';
import { genericDigest } from '../builders/component-version.ts';
import {
  archiveOf,
  type ComparedRegistry,
  type GivenArtifact,
  type GivenResource,
  imageFor,
  imageOf,
  startComparedRegistry,
} from '../support/compared-registry.ts';

let world: ComparedRegistry;
beforeAll(async () => {
  world = await startComparedRegistry();
});
afterAll(() => world[Symbol.asyncDispose]());

const image = (artifact: GivenArtifact, path: string | undefined = 'team/app', name = 'image'): GivenResource => ({
  ...{ name, type: 'ociImage', version: '1.0' },
  content: { kind: 'artifact', artifact, ...(path && { path }) },
});
const inComponent = (artifact: GivenArtifact): GivenResource => ({
  ...{ name: 'image', type: 'ociImage', version: '1.0', content: { kind: 'artifact', artifact } },
});
const blob = (name: string, length: number): GivenResource => ({
  ...{ name, type: 'executable', version: '1.0', content: { kind: 'blob', bytes: Buffer.alloc(length, name) } },
});

/** What is said of resources, without their digests. */
const told = (difference: VersionDifference) =>
  reviewRows(difference)
    .filter(({ name }) => name !== 'note')
    .map(({ before, after, what }) => [before, after].map((it) => it.replace(/\b[0-9a-f]{12}\b/, '#')).concat(what));

const both = { 'linux/amd64': 10, 'linux/arm64': 12.5 };

describe('platforms and sizes of images', () => {
  test('are told before and after, and a platform that is gone is marked', async () => {
    const [before, after] = [imageOf(both), imageOf({ 'linux/arm/v7': 1, 'linux/amd64': 20 })];
    const difference = await world.compare([image(before)], [image(after)]);
    expect(told(difference)).toEqual([
      [
        '1.0 # linux/amd64, linux/arm64 22.5 MiB',
        '1.0 # linux/amd64, linux/arm/v7 21.0 MiB',
        ...['content', 'platforms (⚠ not for linux/arm64 any more)', 'size'],
      ],
    ]);
    expect(isPartial(difference)).toBe(false);
  });

  test('only what differs is told to change', async () => {
    const sizes = await world.compare([image(imageOf(both))], [image(imageOf({ ...both, 'linux/amd64': 11 }))]);
    expect(told(sizes)).toEqual([['1.0 # 22.5 MiB', '1.0 # 23.5 MiB', 'content', 'size']]);
    const more = { ...both, 'linux/riscv64': 0 };
    const platforms = await world.compare([image(imageOf(both))], [image(imageOf(more))]);
    const [[, after, ...what] = []] = told(platforms);
    expect([after, ...what]).toEqual(['1.0 # linux/amd64, linux/arm64, linux/riscv64', 'content', 'platforms']);
  });

  test.each([
    ['in a repository of its own', image],
    ['beside the component', inComponent],
  ])('of an image for one platform stand in its configuration: %s', async (_, of) => {
    const difference = await world.compare([of(imageFor('linux/amd64', 1))], [of(imageFor('windows/amd64', 2))]);
    expect(told(difference)[0]?.slice(0, 3)).toEqual([
      '1.0 # linux/amd64 1.0 MiB',
      '1.0 # windows/amd64 2.0 MiB',
      'content',
    ]);
  });

  test('are told of what is new, and of a first version', async () => {
    expect(told(await world.compare([], [image(imageOf(both))]))).toEqual([
      ['', '1.0 # ociImage linux/amd64, linux/arm64 22.5 MiB'],
    ]);
    const first = told(await world.compare(undefined, [image(imageOf(both))]));
    expect(first).toContainEqual(['', '1.0 # ociImage linux/amd64, linux/arm64 22.5 MiB']);
  });

  test('are read of manifests and configurations, never of layers', async () => {
    await world.compare([image(imageFor('linux/amd64', 3))], [image(imageFor('linux/amd64', 4))]);
    const read = world.registry.fake.requests.filter(({ method }) => method === 'GET').map(({ path }) => path);
    const [config = Buffer.from('')] = imageFor('linux/amd64', 4).blobs;
    expect(read.filter((it) => it.includes(digestOf(config)))).not.toEqual([]);
    expect(read.filter((it) => it.includes(digestOf('layer of linux/amd64 with 4 MiB')))).toEqual([]);
  });

  test('of more than 20 images are left out', async () => {
    const many = (size: number) =>
      Array.from({ length: 25 }, (_, index) => image(imageOf({ [`linux/p${index}`]: size }), 'team/app', `i-${index}`));
    const rows = told(await world.compare(many(1), many(2)));
    expect(rows.filter((it) => it.includes('size'))).toHaveLength(20);
    expect(rows).toHaveLength(25);
  });

  test.each<[string, GivenArtifact]>([
    ['a manifest that is not there', { manifests: [], blobs: [] }],
    ['a manifest that is none', { manifests: [Buffer.from('{}')], blobs: [] }],
    [
      'a manifest of more than 4 MiB',
      { manifests: [Buffer.from(`{"schemaVersion":2,"x":"${'x'.repeat(4 * 1024 * 1024)}"}`)], blobs: [] },
    ],
    ['a platform that is none', imageFor('lin\nux/amd64', 1)],
  ])('are left out without a word: %s', async (_, artifact) => {
    const difference = await world.compare([image(imageOf(both))], [image(artifact)]);
    expect(told(difference).map(([, after, ...what]) => [after?.replace(/ 1.0 MiB$/, ''), what[0]])).toEqual([
      ['1.0 #', 'content'],
    ]);
    expect(told(difference)[0]).not.toContain('platforms');
    expect(difference.unread).toEqual(new Map());
    expect(difference.installedUnread).toBeUndefined();
  });
});

describe('the size of another blob', () => {
  test('is told when it differs by more than a tenth', async () => {
    const difference = await world.compare(
      [blob('a', 100_000), blob('b', 100_000), blob('c', 3 * 1024 * 1024)],
      [blob('a', 110_000), blob('b', 110_001), blob('c', 1024 * 1024)],
    );
    expect(told(difference)).toEqual([
      ['1.0 #', '1.0 #', 'content'],
      ['1.0 # 97.7 KiB', '1.0 # 0.1 MiB', 'content', 'size'],
      ['1.0 # 3.0 MiB', '1.0 # 1.0 MiB', 'content', 'size'],
    ]);
  });

  test('is not told of one that is new', async () => {
    expect(told(await world.compare([], [blob('a', 5_000_000)]))).toEqual([['', '1.0 # executable']]);
  });
});

/** @returns An archive of an image, which is whole, and the digest of its manifest. */
async function archived(artifact: GivenArtifact) {
  const [manifest = Buffer.from('')] = artifact.manifests;
  const layers = [Buffer.from('layer')];
  const whole = Buffer.from(
    JSON.stringify({
      ...JSON.parse(Buffer.from(manifest).toString()),
      layers: layers.map((it) => ({ mediaType: 'application/octet-stream', digest: digestOf(it), size: it.length })),
    }),
  );
  const main = {
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    digest: digestOf(whole),
    size: whole.length,
  };
  const blobs = [whole, ...artifact.blobs, ...layers].map((it) => [`blobs/${digestOf(it).replace(':', '.')}`, it]);
  const index = JSON.stringify({ schemaVersion: 2, manifests: [main] });
  const bytes = await archiveOf({ 'index.json': index, ...Object.fromEntries(blobs) });
  const mediaType = 'application/vnd.oci.image.manifest.v1+tar+gzip';
  const content = { kind: 'blob', bytes, mediaType } as const;
  return { resource: { name: 'image', type: 'ociImage', version: '1.0', content } satisfies GivenResource, whole };
}

test('an archive of an image tells its platforms as the image does', async () => {
  const [before, after] = [await archived(imageFor('linux/amd64', 1)), await archived(imageFor('linux/arm64', 1))];
  const told64 = ['1.0 # linux/amd64', '1.0 # linux/arm64', 'content', 'platforms (⚠ not for linux/amd64 any more)'];
  expect(told(await world.compare([before.resource], [after.resource]))).toEqual([told64]);
  const artifactDigest = (bytes: Uint8Array) => ({
    ...genericDigest(bytes),
    normalisationAlgorithm: 'ociArtifactDigest/v1',
  });
  // What is signed may be the image and not the archive; then the archive must be of that image.
  const of = async (signed: Uint8Array) => {
    const digests = { before: artifactDigest(before.whole), after: artifactDigest(signed) };
    return told(
      await world.compare(
        [{ ...before.resource, digest: digests.before }],
        [{ ...after.resource, digest: digests.after }],
      ),
    );
  };
  expect(await of(after.whole)).toEqual([told64]);
  expect(await of(Buffer.from('another image'))).toEqual([['1.0 #', '1.0 #', 'content']]);
});
