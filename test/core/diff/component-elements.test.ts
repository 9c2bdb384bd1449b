import { describe, expect, test } from 'vitest';
import { diffComponents, isSame } from '../../../src/core/diff/component-diff.ts';
import {
  type ComponentVersionOptions,
  descriptorData,
  genericDigest,
  parseData,
} from '../../builders/component-version.ts';

const digestOf = (text: string) => genericDigest(Buffer.from(text));
const image = (changes: object = {}) => ({
  name: 'image',
  version: '1.0.0',
  type: 'ociImage',
  relation: 'external',
  access: { type: 'ociArtifact', imageReference: 'registry.example.org/image:1.0.0' },
  digest: { ...digestOf('image'), normalisationAlgorithm: 'ociArtifactDigest/v1' },
  ...changes,
});

const tree = (options: ComponentVersionOptions = {}) => ({
  descriptor: parseData(descriptorData(options)),
  references: [],
});
const compare = (before: ComponentVersionOptions, after: ComponentVersionOptions) =>
  diffComponents(tree(before), tree(after));

/** @returns What differs when one resource becomes another. */
const compareImages = (before: object, after: object) =>
  compare({ resources: [image(before)] }, { resources: [image(after)] });

const inShort = ({ resources }: ReturnType<typeof compare>) =>
  resources.map((it) => [
    it.identity,
    it.change,
    it.change === 'added' ? undefined : it.before.version,
    it.change === 'removed' ? undefined : it.after.version,
  ]);

describe('a resource', () => {
  test.each([
    ['content', { digest: digestOf('other') }],
    ['version', { version: '1.0.1' }],
    ['type', { type: 'helmChart' }],
    ['access', { access: { type: 'localBlob', localReference: 'sha256:aa' } }],
    ['labels', { labels: [{ name: 'use', value: 1 }] }],
    ['relation', { relation: 'local' }],
  ])('of which the %s differs is said to differ in that and in nothing else', (word, change) => {
    expect(compareImages({}, change)).toMatchObject({
      resources: [{ identity: 'image', change: 'changed', what: [word] }],
      unchangedResources: 1,
    });
  });

  test('is told with what it was and what it is', () => {
    const change = { version: '1.1.0', digest: digestOf('new'), access: { type: 'localBlob' } };
    expect(compareImages({}, change).resources).toEqual([
      {
        identity: 'image',
        change: 'changed',
        before: {
          version: '1.0.0',
          type: 'ociImage',
          relation: 'external',
          access: 'ociArtifact',
          digest: image().digest,
        },
        after: { ...image(), access: 'localBlob', version: '1.1.0', digest: digestOf('new'), name: undefined },
        what: ['content', 'version', 'access'],
        labels: [],
      },
    ]);
  });

  test.each([
    ['its address', { access: { type: 'ociArtifact', imageReference: 'registry.consumer.test/image:1.0.0' } }],
    ['the spelling of its access type', { access: { type: 'OCIImage/v1', imageReference: 'a/b:1' } }],
    ['the normal form of its digest, for the same value', { digest: digestOf('image') }],
    ['the spelling of its hash algorithm', { digest: { ...image().digest, hashAlgorithm: 'sha256' } }],
    ['the source that it was made of', { srcRefs: [{ identitySelector: { name: 'other' } }] }],
  ])('is the same when a transfer rewrites %s', (_, change) => {
    const diff = compareImages({}, change);
    expect(isSame(diff)).toBe(true);
    expect(diff.unchangedResources).toBe(2);
  });

  test.each([
    ['has no digest any more', { digest: undefined }],
    [
      'is excluded from what is signed',
      { digest: { ...image().digest, normalisationAlgorithm: 'EXCLUDE-FROM-SIGNATURE' } },
    ],
    ['has a digest of no algorithm', { digest: { ...image().digest, hashAlgorithm: 'NO-DIGEST' } }],
  ])('differs in content when it %s', (_, change) => {
    expect(compareImages({}, change).resources).toMatchObject([{ what: ['content'] }]);
  });

  test('that is new, or gone, is told with all of it; the proposed ones come first', () => {
    const after = {
      resources: [image({ name: 'b' }), image({ name: 'a', extraIdentity: { os: 'linux', arch: 'arm' } })],
    };
    expect(inShort(compare({ resources: [image({ name: 'gone' })] }, after))).toEqual([
      ['b', 'added', undefined, '1.0.0'],
      ['a (arch=arm, os=linux)', 'added', undefined, '1.0.0'],
      ['gone', 'removed', '1.0.0', undefined],
    ]);
  });

  test('of the first version is new, like all else', () => {
    const diff = diffComponents(undefined, tree({ resources: [image()] }));
    expect(diff).toMatchObject({
      component: { after: 'example.org/greeter' },
      version: { after: 'v1.0.0' },
      provider: { name: { after: 'example.org' } },
      labels: [{ change: 'added' }, { change: 'added' }],
      resources: [{ change: 'added' }, { change: 'added' }],
      unchangedResources: 0,
      sources: [{ change: 'added' }],
    });
    expect(diff.version).not.toHaveProperty('before');
    expect(isSame(diff)).toBe(false);
  });
});

describe('which resources belong together', () => {
  const versions = (...list: string[]) => ({
    resources: list.map((version) => image({ version, digest: digestOf(version) })),
  });

  test('is told by the extra identity, in whatever order it is written', () => {
    const linux = image({ extraIdentity: { os: 'linux', arch: 'arm' } });
    const other = image({ extraIdentity: { os: 'darwin' } });
    const after = [
      { ...other, version: '2.0.0' },
      { ...linux, extraIdentity: { arch: 'arm', os: 'linux' } },
    ];
    expect(inShort(compare({ resources: [linux, other] }, { resources: after }))).toEqual([
      ['image (os=darwin)', 'changed', '1.0.0', '2.0.0'],
    ]);
  });

  test.each([
    ['key and value', { 'a=b': 'c' }, { a: 'b=c' }],
    ['names of two pairs', { a: 'b, c=d' }, { a: 'b', c: 'd' }],
  ])('is not confused by an extra identity that reads alike: %s', (_, one, other) => {
    const diff = compareImages({ extraIdentity: one }, { extraIdentity: other });
    expect(diff.resources.map(({ change }) => change)).toEqual(['added', 'removed']);
  });

  test.each([
    ['those of one version', ['1.0.0', '2.0.0'], ['2.0.0', '3.0.0'], [['image', 'changed', '1.0.0', '3.0.0']]],
    [
      'the lower with the lower one, by number',
      ['9.0.0', '10.0.0'],
      ['11.0.0', '10.1.0'],
      [
        ['image', 'changed', '10.0.0', '11.0.0'],
        ['image', 'changed', '9.0.0', '10.1.0'],
      ],
    ],
    ['what is left is new', ['1.0.0'], ['1.0.0', '2.0.0'], [['image', 'added', undefined, '2.0.0']]],
    ['what is left is gone', ['1.0.0', '2.0.0'], ['2.0.0'], [['image', 'removed', '1.0.0', undefined]]],
  ])('is told by the version where the identity is shared: %s', (_, before, after, expected) => {
    expect(inShort(compare(versions(...before), versions(...after)))).toEqual(expected);
  });

  test('takes those of one version before the next higher one', () => {
    const after = [image({ version: '0.9.0' }), image({ digest: digestOf('new') })];
    expect(compare({ resources: [image()] }, { resources: after }).resources).toMatchObject([
      { change: 'added', after: { version: '0.9.0' } },
      { change: 'changed', what: ['content'] },
    ]);
  });
});

describe('beside the resources', () => {
  const withSource = (source: object) => {
    const data = descriptorData();
    return { descriptor: parseData({ ...data, component: { ...data.component, sources: [source] } }), references: [] };
  };
  const code = { name: 'code', version: '1.0.0', type: 'git', access: { type: 'gitHub', commit: 'abc' } };

  test.each([
    ['commit', { access: { type: 'gitHub', commit: 'def' } }],
    ['version', { version: '1.0.1' }],
    ['type', { type: 'directory' }],
    ['access', { access: { type: 'git', commit: 'abc' } }],
    ['labels', { labels: [{ name: 'use', value: 1 }] }],
  ])('a source of which the %s differs is told', (word, change) => {
    const diff = diffComponents(withSource(code), withSource({ ...code, ...change }));
    expect(diff.sources).toMatchObject([{ identity: 'code', change: 'changed', what: [word] }]);
    expect(isSame(diff)).toBe(false);
  });

  const signature = (changes: object = {}, digest: object = {}) => ({
    name: 'release',
    digest: { ...digestOf('descriptor'), normalisationAlgorithm: 'jsonNormalisation/v3', ...digest },
    signature: {
      algorithm: 'RSASSA-PSS',
      mediaType: 'application/x-pem-file',
      value: 'aa',
      issuer: 'CN=a',
      ...changes,
    },
  });

  test.each([
    ['algorithm', signature({ algorithm: 'RSASSA-PKCS1-V1_5' })],
    ['issuer', signature({ issuer: 'CN=b' })],
    ['digest', signature({}, digestOf('other'))],
    ['digest', signature({}, { normalisationAlgorithm: 'jsonNormalisation/v2' })],
  ])('a signature of which the %s differs is told by its name', (word, changed) => {
    const diff = compare({ signatures: [signature()] }, { signatures: [changed] });
    expect(diff.signatures).toMatchObject([{ name: 'release', change: 'changed', what: [word] }]);
    expect(isSame(diff)).toBe(false);
  });

  test('a signature that was made anew over the same is no difference, one more is', () => {
    const after = [{ ...signature(), name: 'second' }, signature({ value: 'bb' })];
    expect(compare({ signatures: [signature()] }, { signatures: after }).signatures).toMatchObject([
      { name: 'second', change: 'added' },
    ]);
  });

  test('provider, component and version are told', () => {
    const [before, after] = [tree(), tree({ name: 'example.org/other', version: 'v1.0.1' })];
    const provider = { name: 'example.com', labels: [{ name: 'mail', value: 'a@example.com' }] };
    const diff = diffComponents(before, { ...after, descriptor: { ...after.descriptor, provider } });
    expect(diff).toMatchObject({
      component: { before: 'example.org/greeter', after: 'example.org/other' },
      version: { before: 'v1.0.0', after: 'v1.0.1' },
      provider: { name: { before: 'example.org', after: 'example.com' }, labels: [{ name: 'mail', change: 'added' }] },
    });
    for (const one of [
      { provider: { ...provider, labels: [] } },
      { name: after.descriptor.name },
      { version: after.descriptor.version },
    ]) {
      expect(isSame(diffComponents(before, { ...before, descriptor: { ...before.descriptor, ...one } }))).toBe(false);
    }
  });

  test('when and in which scheme it was written is no difference', () => {
    const before = tree();
    const after = { ...before.descriptor, creationTime: '2027-01-01T00:00:00Z', scheme: 'v3alpha1' as const };
    expect(isSame(diffComponents(before, { ...before, descriptor: after }))).toBe(true);
  });
});
