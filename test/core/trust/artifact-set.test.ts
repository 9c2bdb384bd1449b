import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { describe, expect, test } from 'vitest';
import { imageIndexType, imageManifestType } from '../../../src/core/component/oci-manifest.ts';
import { digestOf } from '../../../src/core/digest.ts';
import { readArtifactSet } from '../../../src/core/trust/artifact-set.ts';

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
  test.each([
    ['without a layer', { blobs: [image, config] }, 'blob-missing'],
    ['without its config', { blobs: [image, layer] }, 'blob-missing'],
    ['without its main manifest', { blobs: [config, layer] }, 'blob-missing'],
    [
      'with a layer of another size',
      { index: indexOf([part(imageManifestType, wrongSize)]), blobs: [wrongSize, config, layer] },
      'size-mismatch',
    ],
    ['with other bytes under a digest', { others: { [flat(Buffer.from('x'))]: Buffer.from('y') } }, 'digest-mismatch'],
    [
      'with a manifest that is an index as well',
      { index: indexOf([part(imageManifestType, both)]), blobs: [both, config, layer] },
      'malformed',
    ],
    ['without an index', { index: undefined }, 'malformed'],
    ['with two indexes', { others: { 'artifact-descriptor.json': indexOf([]) } }, 'malformed'],
    ['with an index of nothing', { index: indexOf([]) }, 'malformed'],
    ['with a manifest in place of the index', { index: image }, 'malformed'],
    ['with a blob in both layouts', { others: { [nested(layer)]: layer } }, 'malformed'],
  ])('%s is refused', async (_what, options, code) => {
    await expect(read(options)).rejects.toMatchObject({ name: 'Refusal', code });
  });

  test('of layers that must stay at their vendor is whole without them', async () => {
    const type = 'application/vnd.oci.image.layer.nondistributable.v1.tar';
    const foreign = imageOf({ layers: [part(type, Buffer.from('elsewhere'))] });
    const index = indexOf([part(imageManifestType, foreign)]);
    expect(await read({ index, blobs: [foreign, config] })).toBe(digestOf(foreign));
  });
});
