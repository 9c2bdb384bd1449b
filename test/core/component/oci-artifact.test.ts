import { describe, expect, test } from 'vitest';
import { type ArtifactParts, proveArtifact } from '../../../src/core/component/oci-artifact.ts';
import { imageIndexType, imageManifestType } from '../../../src/core/component/oci-manifest.ts';
import { type Digest, digestOf } from '../../../src/core/digest.ts';
import { Refusal } from '../../../src/core/trust/reason.ts';

const json = (value: unknown) => Buffer.from(JSON.stringify(value));
const part = (mediaType: string, bytes: Buffer, size = bytes.length) => ({ mediaType, digest: digestOf(bytes), size });
const layerType = 'application/vnd.oci.image.layer.v1.tar';

function imageOf(layers: readonly object[], config = Buffer.from('config')) {
  const stated = part('application/vnd.oci.image.config.v1+json', config);
  return json({ schemaVersion: 2, mediaType: imageManifestType, config: stated, layers });
}

const indexOf = (manifests: readonly object[]) => json({ schemaVersion: 2, mediaType: imageIndexType, manifests });

/** A registry of these blobs, which counts what is asked of it. */
function partsOf(blobs: readonly Buffer[], read = true) {
  const held = new Map(blobs.map((bytes): [Digest, Buffer] => [digestOf(bytes), bytes]));
  const asked: Digest[] = [];
  const find = (digest: Digest): Buffer => {
    asked.push(digest);
    const bytes = held.get(digest);
    if (bytes) return bytes;
    throw new Refusal('blob-missing', `${digest} is gone`);
  };
  const parts: ArtifactParts = {
    readManifest: async (digest) => find(digest),
    prove: async (digest) => ({ size: find(digest).length, read }),
  };
  return { parts, asked };
}

const config = Buffer.from('config');
const layers = ['a', 'b', 'c'].map((it) => Buffer.from(it));
const image = imageOf(layers.map((it) => part(layerType, it)));
const whole = [image, config, ...layers];

describe('an OCI artifact', () => {
  test('is whole when everything that its manifest leads to is there', async () => {
    const { parts } = partsOf(whole);
    expect(await proveArtifact(digestOf(image), parts)).toEqual({ problems: [], read: true });
  });

  test('says when the registry was believed', async () => {
    const { parts } = partsOf(whole, false);
    expect(await proveArtifact(digestOf(image), parts)).toEqual({ problems: [], read: false });
    const believed = digestOf(config);
    const prove = async (digest: Digest) => ({ ...(await parts.prove(digest)), read: digest !== believed });
    expect(await proveArtifact(digestOf(image), { ...parts, prove })).toEqual({ problems: [], read: false });
  });

  test('names everything that is missing, on every level', async () => {
    const [a, b, c] = layers as [Buffer, Buffer, Buffer];
    const gone = imageOf([part(layerType, a)]);
    const index = indexOf([part(imageManifestType, image), part(imageManifestType, gone)]);
    const { parts } = partsOf([index, image, a]);
    const { problems, read } = await proveArtifact(digestOf(index), parts);
    expect(read).toBe(true);
    const missing = [gone, config, b, c].map((it) => `${digestOf(it)} is gone`);
    expect(problems.map(({ code, message }) => [code, message])).toEqual(
      missing.map((message) => ['blob-missing', message]),
    );
  });

  test('is asked for each part once, however often it is named', async () => {
    const [a] = layers as [Buffer];
    const twice = imageOf([part(layerType, a), part(layerType, a)]);
    const { parts, asked } = partsOf([twice, config, a]);
    await proveArtifact(digestOf(twice), parts);
    expect(asked.toSorted()).toEqual([digestOf(twice), digestOf(config), digestOf(a)].toSorted());
  });

  test('is followed where a manifest is named as a plain blob as well', async () => {
    const [a] = layers as [Buffer];
    const inner = imageOf([part(layerType, a)]);
    const asBlob = part('application/octet-stream', inner);
    const index = indexOf([asBlob, part(imageManifestType, inner)]);
    const { problems } = await proveArtifact(digestOf(index), partsOf([index, inner, config]).parts);
    expect(problems).toMatchObject([{ code: 'blob-missing', message: `${digestOf(a)} is gone` }]);
  });

  test('is refused when one of two stated sizes of a part is wrong', async () => {
    const [a] = layers as [Buffer];
    const twice = imageOf([part(layerType, a), part(layerType, a, 9)]);
    const { problems } = await proveArtifact(digestOf(twice), partsOf([twice, config, a]).parts);
    expect(problems).toMatchObject([{ code: 'size-mismatch' }]);
  });

  test.each([
    ['application/vnd.oci.image.layer.nondistributable.v1.tar+gzip', []],
    ['application/vnd.docker.image.rootfs.foreign.diff.tar.gzip', []],
    ['application/vnd.example.foreign.data', ['blob-missing']],
  ])('may lack a layer of the type %s: %j', async (mediaType, codes) => {
    const foreign = imageOf([part(mediaType, Buffer.from('elsewhere'))]);
    const { problems } = await proveArtifact(digestOf(foreign), partsOf([foreign, config]).parts);
    expect(problems.map(({ code }) => code)).toEqual(codes);
  });

  test('is refused when a part has another size than stated', async () => {
    const [a] = layers as [Buffer];
    const wrong = imageOf([part(layerType, a, 7)]);
    const { problems } = await proveArtifact(digestOf(wrong), partsOf([wrong, config, a]).parts);
    expect(problems).toEqual([{ code: 'size-mismatch', message: expect.stringContaining('7 bytes and has 1') }]);
  });

  test('may be nested, but not without end', async () => {
    const nest = (depth: number): readonly Buffer[] => {
      const inner = depth === 0 ? [image] : nest(depth - 1);
      const [first] = inner as [Buffer];
      return [indexOf([part(depth === 0 ? imageManifestType : imageIndexType, first)]), ...inner];
    };
    const prove = async (depth: number) => {
      const blobs = nest(depth);
      const { problems } = await proveArtifact(digestOf(blobs[0] as Buffer), partsOf([...blobs, ...whole]).parts);
      return problems;
    };
    expect(await prove(2)).toEqual([]);
    expect(await prove(3)).toEqual([{ code: 'too-large', message: 'the artifact is nested more than 4 levels deep' }]);
  });

  test('has no more than 4096 parts', async () => {
    const images = Array.from({ length: 9 }, (_, image) =>
      imageOf(Array.from({ length: 500 }, (_, layer) => part(layerType, Buffer.from(`${image} ${layer}`)))),
    );
    const index = indexOf(images.map((it) => part(imageManifestType, it)));
    const { parts, asked } = partsOf([index, ...images]);
    const { problems } = await proveArtifact(digestOf(index), parts);
    expect(problems).toEqual([{ code: 'too-large', message: 'the artifact has more than 4096 parts' }]);
    expect(asked.length).toBe(10);
  });

  test('may have 4096 parts, its own manifest among them', async () => {
    const images = Array.from({ length: 8 }, (_, image) =>
      imageOf(Array.from({ length: 510 }, (_, layer) => part(layerType, Buffer.from(`${image} ${layer}`), 1))),
    );
    const more = (count: number) => Array.from({ length: count }, (_, it) => part(layerType, Buffer.from(`x${it}`), 1));
    const prove = async (count: number) => {
      // Its own manifest, eight images, their config, eight times 510 layers, and so many more.
      const index = indexOf([...images.map((it) => part(imageManifestType, it)), ...more(count)]);
      const { parts } = partsOf([index, ...images]);
      const proof = async (digest: Digest) => ({ size: digest === digestOf(config) ? config.length : 1, read: true });
      return (await proveArtifact(digestOf(index), { ...parts, prove: proof })).problems;
    };
    expect(await prove(6)).toEqual([]);
    expect(await prove(7)).toMatchObject([{ code: 'too-large' }]);
  });

  test('says which manifest cannot be read', async () => {
    const broken = Buffer.from('broken');
    const index = indexOf([part(imageManifestType, broken)]);
    const { problems } = await proveArtifact(digestOf(index), partsOf([index, broken]).parts);
    expect(problems).toEqual([
      { code: 'malformed', message: expect.stringMatching(`^manifest ${digestOf(broken)}: it is not JSON`) },
    ]);
  });

  test('goes on up with what is no finding', async () => {
    const { parts } = partsOf(whole);
    const prove = async () => {
      throw new Error('the network is gone');
    };
    await expect(proveArtifact(digestOf(image), { ...parts, prove })).rejects.toThrow('the network is gone');
  });
});
