import { describe, expect, test } from 'vitest';
import { hasNoContent, parseArtifactReference, readAccess } from '../../../src/core/component/access.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const long = `sha512:${'b'.repeat(128)}`;

describe('an access', () => {
  const image = 'registry.example.org/team/image:1.0';
  const absolute = { kind: 'artifact', reference: { kind: 'absolute', text: image } };
  const relative = { kind: 'artifact', reference: { kind: 'relative', text: image } };

  test.each([
    ['ociArtifact', 'imageReference', absolute],
    ['ociArtifact/v1', 'imageReference', absolute],
    ['OCIArtifact', 'imageReference', absolute],
    ['ociRegistry', 'imageReference', absolute],
    ['ociRegistry/v1', 'imageReference', absolute],
    ['ociImage', 'imageReference', absolute],
    ['OCIImage/v1', 'imageReference', absolute],
    ['relativeOciReference', 'reference', relative],
    ['relativeOciReference/v1', 'reference', relative],
  ])('of type %s names an artifact in its %s', (type, field, target) => {
    expect(readAccess({ type, [field]: image })).toEqual(target);
    const broken = { kind: 'broken', message: `its access has no ${field}` };
    expect(readAccess({ type })).toEqual(broken);
    expect(readAccess({ type, [field]: '' })).toEqual(broken);
    expect(readAccess({ type, [field]: 1 })).toEqual(broken);
  });

  test.each(['none', 'None'])('of type %s leads to nothing', (type) => {
    expect(hasNoContent({ access: { type } })).toBe(true);
    expect(readAccess({ type, localReference: digest })).toEqual({ kind: 'none' });
  });

  test.each([
    'NONE',
    'none/v1',
    'gitHub',
    'ociArtifact/v2',
    'ociArtifact/v1/v1',
    'oci/v1Artifact',
    'ociBlob',
    'v1/ociArtifact',
    '',
  ])('of type %j leads elsewhere', (type) => {
    expect(hasNoContent({ access: { type } })).toBe(false);
    expect(readAccess({ type, imageReference: image })).toEqual({ kind: 'elsewhere', type });
  });

  test.each(['localBlob', 'localBlob/v1', 'LocalBlob'])('of type %s names local blobs', (type) => {
    const of = (localReference: unknown, mediaType: unknown = 'text/plain') =>
      readAccess({ type, localReference, mediaType });
    expect(of(digest)).toEqual({ kind: 'local', digests: [digest], mediaType: 'text/plain' });
    expect(of(`${digest},${long}`, 1)).toEqual({ kind: 'local', digests: [digest, long], mediaType: '' });
    expect(readAccess({ type, localReference: digest })).toMatchObject({ mediaType: '' });
  });

  test.each([[''], ['x'], [`${digest},`], [`${digest}, ${digest}`], [undefined], [5]])(
    'with the local reference %j is broken',
    (localReference) => {
      const message = `its localReference is no digest: ${JSON.stringify(localReference)}`;
      expect(readAccess({ type: 'localBlob', localReference })).toEqual({ kind: 'broken', message });
    },
  );
});

describe('the reference of an artifact', () => {
  test.each([
    ['example.org/a', { repository: 'example.org/a' }],
    ['example.org/a:1.0', { repository: 'example.org/a', tag: '1.0' }],
    ['localhost:5000/a', { repository: 'localhost:5000/a' }],
    ['localhost:5000/a/b:_x', { repository: 'localhost:5000/a/b', tag: '_x' }],
    [`example.org/a@${digest}`, { repository: 'example.org/a', digest }],
    [`example.org/a:v1-2_3.4@${long}`, { repository: 'example.org/a', tag: 'v1-2_3.4', digest: long }],
    ['https://example.org/a:1', { repository: 'example.org/a', tag: '1' }],
    ['oci://example.org/a', { repository: 'example.org/a' }],
    [`example.org/a:${'t'.repeat(128)}`, { repository: 'example.org/a', tag: 't'.repeat(128) }],
    [`example.org/a:${'t'.repeat(129)}`, { repository: `example.org/a:${'t'.repeat(129)}` }],
    ['example.org/a:.x', { repository: 'example.org/a:.x' }],
    ['9://example.org/a', { repository: '9://example.org/a' }],
  ])('%s has its parts', (text, parts) => {
    expect(parseArtifactReference(text)).toStrictEqual(parts);
  });

  test.each([
    '',
    'image',
    'image:1.0',
    `image@${digest}`,
    ' example.org/a',
    'example.org/a ',
    'example.org/a b',
    'example.org/a@',
    'example.org/a@sha256:0',
    `example.org/a@${digest}x`,
    `example.org/a@${digest}@${digest}`,
    `example.org/a@${digest} `,
    '@/a',
  ])('is not read from %j', (text) => {
    expect(parseArtifactReference(text)).toBeUndefined();
  });
});
