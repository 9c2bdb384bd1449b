import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { describe, expect, test } from 'vitest';
import { imageIndexType, imageManifestType } from '../../../src/core/component/oci-manifest.ts';
import { digestOf } from '../../../src/core/digest.ts';
import { isArtifactSetType, readArtifactSet } from '../../../src/core/trust/artifact-set.ts';

const json = (value: unknown) => Buffer.from(JSON.stringify(value));
const part = (mediaType: string, bytes: Buffer, size = bytes.length) => ({ mediaType, digest: digestOf(bytes), size });

const config = json({ architecture: 'amd64' });
const layer = Buffer.from('layer');

function imageOf(overrides: object = {}) {
  return json({
    schemaVersion: 2,
    mediaType: imageManifestType,
    config: part('application/vnd.oci.image.config.v1+json', config),
    layers: [part('application/vnd.oci.image.layer.v1.tar', layer)],
    ...overrides,
  });
}

const image = imageOf();
const indexOf = (manifests: readonly object[], annotations?: object) =>
  json({ schemaVersion: 2, manifests, annotations });
const flat = (bytes: Buffer) => `blobs/${digestOf(bytes).replace(':', '.')}`;
const nested = (bytes: Buffer) => `blobs/${digestOf(bytes).replace(':', '/')}`;

interface SetOptions {
  readonly index?: Buffer | undefined;
  readonly blobs?: readonly Buffer[];
  readonly nameOf?: (bytes: Buffer) => string;
  readonly others?: Readonly<Record<string, Buffer>>;
  readonly zip?: boolean;
}

async function read(options: SetOptions = {}) {
  const { blobs = [image, config, layer], nameOf = flat, others = {}, zip = false } = options;
  const index = 'index' in options ? options.index : indexOf([part(imageManifestType, image)]);
  const tar = pack();
  if (index) tar.entry({ name: 'index.json' }, index);
  for (const [name, bytes] of Object.entries(others)) tar.entry({ name }, bytes);
  for (const bytes of blobs) tar.entry({ name: nameOf(bytes) }, bytes);
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  async function* source() {
    yield zip ? gzipSync(bytes) : bytes;
  }
  return await readArtifactSet(source(), 1e6);
}

test.each([
  ['application/vnd.oci.image.manifest.v1+tar', true],
  ['application/vnd.oci.image.manifest.v1+tar+gzip', true],
  ['application/vnd.oci.image.index.v1+tar', true],
  ['application/vnd.oci.image.index.v1+tar+gzip', true],
  ['application/vnd.docker.distribution.manifest.v2+tar', true],
  ['application/vnd.docker.distribution.manifest.v2+tar+gzip', true],
  ['application/vnd.docker.distribution.manifest.list.v2+tar', true],
  ['application/vnd.ocm.software.oci.layout.v1+tar', true],
  ['application/vnd.ocm.software.oci.layout.v1+tar+gzip', true],
  ['application/vnd.oci.image.manifest.v1+json', false],
  ['application/vnd.oci.image.manifest.v1+tar+zstd', false],
  ['application/vnd.oci.image.layer.v1+tar', false],
  ['x-application/vnd.oci.image.manifest.v1+tar', false],
  ['application/x-tar', false],
])('that a blob of type %s is an archive of an OCI artifact is %s', (mediaType, is) => {
  expect(isArtifactSetType(mediaType)).toBe(is);
});

describe('an archive of an OCI artifact', () => {
  test.each([
    ['in the layout of an artifact set', { nameOf: flat }],
    ['in the layout of an image', { nameOf: nested }],
    ['packed', { zip: true }],
    [
      'with its index under the old name',
      { index: undefined, others: { 'artifact-descriptor.json': indexOf([part(imageManifestType, image)]) } },
    ],
    ['with files that do not belong', { others: { 'oci-layout': json({}), 'blobs/readme': layer } }],
    ['with blobs somewhere else', { others: { [`old/${flat(layer)}`]: image, [`${flat(layer)}.old`]: image } }],
  ] as const)('%s has the digest of its main manifest', async (_what, options) => {
    expect(await read(options)).toBe(digestOf(image));
  });

  test('has the manifest that it says is the main one', async () => {
    const second = imageOf({ annotations: { second: 'yes' } });
    const manifests = [part(imageManifestType, image), part(imageManifestType, second)];
    const blobs = [image, second, config, layer];
    const main = { 'software.ocm/main': digestOf(second) };
    expect(await read({ index: indexOf(manifests, main), blobs })).toBe(digestOf(second));
    await expect(read({ index: indexOf(manifests), blobs })).rejects.toMatchObject({ code: 'malformed' });
    const absent = { 'software.ocm/main': digestOf(layer) };
    await expect(read({ index: indexOf(manifests, absent), blobs })).rejects.toMatchObject({ code: 'malformed' });
  });

  test('may hold an index of several images, all of which must be whole', async () => {
    const platforms = json({
      schemaVersion: 2,
      mediaType: imageIndexType,
      manifests: [part(imageManifestType, image)],
    });
    const index = indexOf([part(imageIndexType, platforms)]);
    expect(await read({ index, blobs: [platforms, image, config, layer] })).toBe(digestOf(platforms));
    await expect(read({ index, blobs: [platforms, image, config] })).rejects.toMatchObject({ code: 'blob-missing' });
  });

  const wrongSize = imageOf({ layers: [part('application/vnd.oci.image.layer.v1.tar', layer, 6)] });
  const both = imageOf({ manifests: [] });
  const x = Buffer.from('x');
  const index = 'index in the archive of the artifact';
  const unclear = (count: number) => `${index}: it does not say which of ${count} manifests is meant`;
  test.each([
    [
      'without a layer',
      { blobs: [image, config] },
      'blob-missing',
      `the archive of the artifact lacks ${digestOf(layer)}`,
    ],
    ['without its config', { blobs: [image, layer] }, 'blob-missing', `lacks ${digestOf(config)}`],
    ['without its main manifest', { blobs: [config, layer] }, 'blob-missing', `lacks ${digestOf(image)}`],
    [
      'with a layer of another size',
      { index: indexOf([part(imageManifestType, wrongSize)]), blobs: [wrongSize, config, layer] },
      'size-mismatch',
      '6 bytes and has 5',
    ],
    [
      'with other bytes under a digest',
      { others: { [flat(x)]: Buffer.from('y') } },
      'digest-mismatch',
      `the archive of the artifact has other bytes under ${digestOf(x)}`,
    ],
    [
      'with a digest that is none',
      { others: { 'blobs/sha256.00': x } },
      'malformed',
      'the archive of the artifact has a blob that does not belong: blobs/sha256.00',
    ],
    [
      'with a manifest that is an index as well',
      { index: indexOf([part(imageManifestType, both)]), blobs: [both, config, layer] },
      'malformed',
      'a manifest and an index at once',
    ],
    [
      'with a layer as its main manifest',
      { index: indexOf([part(imageManifestType, layer)]) },
      'malformed',
      `the archive of the artifact has no manifest under ${digestOf(layer)}, or one that is too large`,
    ],
    ['without an index', { index: undefined }, 'malformed', 'the archive of the artifact has no index'],
    [
      'with two indexes',
      { others: { 'artifact-descriptor.json': indexOf([part(imageManifestType, image)]) } },
      'malformed',
      'the archive of the artifact has two indexes',
    ],
    ['with an index of nothing', { index: indexOf([]) }, 'malformed', unclear(0)],
    [
      'with an index of two',
      { index: indexOf([part(imageManifestType, image), part(imageManifestType, image)]) },
      'malformed',
      unclear(2),
    ],
    ['with a manifest in place of the index', { index: image }, 'malformed', `${index}: it is none`],
    ['with an index that is not JSON', { index: x }, 'malformed', `${index}: it is not JSON`],
    ['with a blob in both layouts', { others: { [nested(layer)]: layer } }, 'malformed', flat(layer)],
    [
      'of too many files',
      { others: Object.fromEntries(Array.from({ length: 10_000 }, (_, file) => [`f${file}`, Buffer.from('')])) },
      'too-large',
      'more than 10000 entries',
    ],
  ])('%s is refused', async (_what, options, code, message) => {
    await expect(read(options)).rejects.toMatchObject({
      name: 'Refusal',
      code,
      message: expect.stringContaining(message),
    });
  });

  const mebibyte = 1024 * 1024;
  const largest = 4 * mebibyte;
  /** A manifest in so many bytes. */
  const sized = (bytes: number) => Buffer.from(image.toString().padStart(bytes));

  test('has manifests of 4 MiB at most', async () => {
    const readSized = (main: Buffer) =>
      read({ index: indexOf([part(imageManifestType, main)]), blobs: [main, config, layer] });
    expect(await readSized(sized(image.length + 90))).toBe(digestOf(sized(image.length + 90)));
    const full = Buffer.from(image.toString().padEnd(largest));
    expect(await readSized(full)).toBe(digestOf(full));
    const tooLarge = Buffer.from(image.toString().padEnd(largest + 1));
    await expect(readSized(tooLarge)).rejects.toMatchObject({ code: 'malformed' });
  });

  test('has 32 MiB of manifests at most, whatever its layers have', async () => {
    const padded = (bytes: number, number: number) => Buffer.from(`{${number}`.padEnd(bytes));
    const seven = Array.from({ length: 7 }, (_, number) => padded(largest, number));
    const readBehind = (last: number) => {
      const inner = [...seven, padded(last, 8), image, config, layer];
      return read({ blobs: inner });
    };
    const rest = largest - image.length;
    expect(await readBehind(rest)).toBe(digestOf(image));
    await expect(readBehind(rest + 1)).rejects.toMatchObject({ code: 'malformed' });

    const many = Array.from({ length: 9 }, (_, number) => Buffer.alloc(largest, `${number}{`));
    expect(await read({ blobs: [...many, image, config, layer] })).toBe(digestOf(image));
  });

  test('of layers that must stay at their vendor is whole without them', async () => {
    const type = 'application/vnd.oci.image.layer.nondistributable.v1.tar';
    const foreign = imageOf({ layers: [part(type, Buffer.from('elsewhere'))] });
    const index = indexOf([part(imageManifestType, foreign)]);
    expect(await read({ index, blobs: [foreign, config] })).toBe(digestOf(foreign));
  });
});
