import { describe, expect, test } from 'vitest';
import { childrenOf, isManifestType, parseOciManifest } from '../../../src/core/component/oci-manifest.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const part = { mediaType: 'text/plain', digest, size: 0 };
const read = { ...part, annotations: {} };

const ociManifest = 'application/vnd.oci.image.manifest.v1+json';
const ociIndex = 'application/vnd.oci.image.index.v1+json';
const dockerManifest = 'application/vnd.docker.distribution.manifest.v2+json';
const dockerList = 'application/vnd.docker.distribution.manifest.list.v2+json';

const image = { schemaVersion: 2, config: part, layers: [part] };
const index = { schemaVersion: 2, manifests: [part] };
const parse = (value: unknown) => parseOciManifest(Buffer.from(JSON.stringify(value)), 'the thing');

test.each([ociManifest, ociIndex, dockerManifest, dockerList])('%s is a media type of manifests', (mediaType) => {
  expect(isManifestType(mediaType)).toBe(true);
});

test.each(['', 'application/json', 'application/vnd.oci.image.config.v1+json'])('%j is none', (mediaType) => {
  expect(isManifestType(mediaType)).toBe(false);
});

describe('a manifest', () => {
  test.each([undefined, ociManifest, dockerManifest])('of media type %s has a config and layers', (mediaType) => {
    const manifest = parse({ ...image, mediaType, other: 1 });
    expect(manifest).toEqual({ kind: 'manifest', config: read, layers: [read], annotations: {} });
    expect(childrenOf(manifest)).toEqual([read, read]);
  });

  test.each([undefined, ociIndex, dockerList])('of media type %s has manifests', (mediaType) => {
    const manifest = parse({ ...index, mediaType });
    expect(manifest).toEqual({ kind: 'index', manifests: [read], annotations: {} });
    expect(childrenOf(manifest)).toEqual([read]);
  });

  test('may have annotations, and its parts as well', () => {
    const annotations = { a: 'b' };
    const layers = [{ ...part, annotations, size: Number.MAX_SAFE_INTEGER }];
    expect(parse({ ...image, layers, annotations })).toMatchObject({ annotations, layers });
    expect(parse({ ...index, annotations: null })).toMatchObject({ annotations: {} });
  });

  test('has 512 layers at most', () => {
    const layers = Array.from({ length: 513 }, () => part);
    expect(childrenOf(parse({ ...image, layers: layers.slice(1) }))).toHaveLength(513);
    expect(() => parse({ ...image, layers })).toThrow('the thing: it names more than 512 parts');
    expect(() => parse({ ...index, manifests: layers })).toThrow('the thing: it names more than 512 parts');
  });

  test.each<[unknown, string]>([
    ['text', 'it is no OCI manifest'],
    [[], 'it is no OCI manifest'],
    [{ ...image, schemaVersion: 1 }, 'it is no OCI manifest'],
    [{ ...image, manifests: [] }, 'it is a manifest and an index at once'],
    [{ ...index, layers: [] }, 'it is a manifest and an index at once'],
    [{ ...index, config: part }, 'it is a manifest and an index at once'],
    [{ ...image, mediaType: ociIndex }, `its media type "${ociIndex}" is not that of a manifest`],
    [{ ...index, mediaType: dockerManifest }, `its media type "${dockerManifest}" is not that of an index`],
    [{ ...image, mediaType: 1 }, 'its media type 1 is not that of a manifest'],
    [{ ...image, layers: undefined }, 'it has no list of its content'],
    [{ ...index, manifests: {} }, 'it has no list of its content'],
    [{ ...image, config: undefined }, 'it has no description of its content'],
    [{ ...image, layers: [null] }, 'it has no description of its content'],
    [{ ...image, config: { ...part, digest: 'x' } }, 'it has a digest that is none: "x"'],
    [{ ...image, config: { ...part, digest: [digest] } }, `it has a digest that is none: ["${digest}"]`],
    [{ ...image, config: { digest, size: 1 } }, `it has no media type for ${digest}`],
    [{ ...image, config: { ...part, size: '1' } }, `it has no size for ${digest}`],
    [{ ...image, config: { ...part, size: -1 } }, `it has no size for ${digest}`],
    [{ ...image, config: { ...part, size: 1.5 } }, `it has no size for ${digest}`],
    [{ ...image, annotations: [] }, 'its annotations are no mapping'],
    [{ ...image, annotations: { a: 1 } }, 'its annotation a is no text'],
    [{ ...image, layers: [{ ...part, annotations: { b: null } }] }, 'its annotation b is no text'],
  ])('is not read from %j', (value, message) => {
    expect(() => parse(value)).toThrow(
      expect.objectContaining({ name: 'Refusal', code: 'malformed', message: `the thing: ${message}` }),
    );
  });

  test.each<[unknown, string | undefined]>([
    [{ os: 'linux', architecture: 'arm64' }, 'linux/arm64'],
    [{ os: 'linux', architecture: 'arm', variant: 'v7', 'os.version': '1' }, 'linux/arm/v7'],
    // What buildx puts beside images.
    [{ os: 'unknown', architecture: 'unknown' }, undefined],
    [{ os: 'linux' }, undefined],
    [{ os: 'linux', architecture: 'a\nb' }, undefined],
    [{ os: 'linux', architecture: 'x'.repeat(40) }, undefined],
    ['linux/arm64', undefined],
    [undefined, undefined],
  ])('with the platform %j in an index is for %s', (platform, text) => {
    const manifest = parse({ ...index, manifests: [{ ...part, platform }] });
    expect(childrenOf(manifest)).toEqual([{ ...read, ...(text !== undefined && { platform: text }) }]);
  });

  test('is JSON that everybody reads alike', () => {
    const bytes = Buffer.from('{"schemaVersion": 2, "schemaVersion": 2}');
    expect(() => parseOciManifest(bytes, 'the thing')).toThrow(
      expect.objectContaining({ code: 'malformed', message: expect.stringMatching(/^the thing: the key .* twice/) }),
    );
  });
});
