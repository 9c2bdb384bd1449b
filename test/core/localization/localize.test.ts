import { describe, expect, test } from 'vitest';
import { type AddressedResource, type LocalizedValue, localize } from '../../../src/core/localization/localize.ts';
import type { LocalizationRule } from '../../../src/core/values/config-rules.ts';

const hex = 'ab'.repeat(32);
const digest = { hashAlgorithm: 'SHA-256', normalisationAlgorithm: 'ociArtifactDigest/v1', value: hex };
const file = 'release.yaml';
const files = new Set([file]);

const image = (access: AddressedResource['access'], change: Partial<AddressedResource> = {}): AddressedResource => ({
  ...{ name: 'image', access, digest, proof: 'content' },
  ...change,
});
const artifact = (imageReference: string, change: Partial<AddressedResource> = {}) =>
  image({ type: 'ociArtifact', imageReference }, change);

const tagRule: LocalizationRule = {
  ...{ kind: 'substitution', resource: 'image', file },
  paths: [{ field: 'tag', path: 'spec.tag' }],
};

function only(resources: readonly AddressedResource[], rule = tagRule, names = files): LocalizedValue {
  const [value, ...others] = localize([rule], resources, names);
  if (!value || others.length > 0) throw new Error('There is not one value.');
  return value;
}

test('every field of a rule is a value of its own', () => {
  const fields = ['registry', 'repository', 'fullyQualifiedRepository', 'image', 'tag'] as const;
  const paths = fields.map((field) => ({ field, path: `spec.${field}` }));
  const values = localize([{ ...tagRule, paths }], [artifact(`host.example:5000/a/b:1@sha256:${hex}`)], files);
  expect(values.map(({ path, outcome }) => [path, outcome.kind === 'value' && outcome.value])).toEqual([
    ['spec.registry', 'host.example:5000'],
    ['spec.repository', 'a/b'],
    ['spec.fullyQualifiedRepository', 'host.example:5000/a/b'],
    ['spec.image', `host.example:5000/a/b@sha256:${hex}`],
    ['spec.tag', `sha256:${hex}`],
  ]);
});

describe('an image is held against its signed digest', () => {
  test.each([
    [`host.example/a/b:1@sha256:${hex}`, 'signed'],
    [`host.example/a/b@sha256:${'cd'.repeat(32)}`, 'other'],
    ['host.example/a/b:1', 'tag'],
  ])('%s: %s', (text, pinned) => {
    expect(only([artifact(text)]).image).toMatchObject({
      ...{ resource: 'image', signedDigest: `sha256:${hex}`, proof: 'content', pinned },
    });
  });
});

describe('the address comes from', () => {
  test.each<[string, AddressedResource['access'], string]>([
    ['an artifact, however its type is spelled', { type: 'OCIImage/v1', imageReference: 'host.example/a/b:1' }, '1'],
    ['a blob', { type: 'ociBlob', ref: 'host.example/a/b', digest: `sha256:${hex}` }, `sha256:${hex}`],
    [
      'the global access of a local blob',
      {
        ...{ type: 'localBlob', localReference: `sha256:${hex}`, mediaType: '' },
        globalAccess: { type: 'ociArtifact', imageReference: 'host.example/a/b:2' },
      },
      '2',
    ],
  ])('%s', (_, access, value) => {
    expect(only([image(access)]).outcome).toEqual({ kind: 'value', value });
  });
});

describe('a rule that cannot be carried out says why', () => {
  test.each<[string, readonly AddressedResource[], string]>([
    ['a resource that is not there', [], 'the component has no resource image'],
    [
      'a name that several have',
      [artifact('host.example/a/b:1'), artifact('host.example/a/b:2')],
      'several resources are named image',
    ],
    ['a scheme', [artifact('http://host.example/a/b:1')], 'its address http://host.example/a/b:1 has a scheme'],
    ['no reference', [artifact('a b')], 'its address a b is no image reference'],
    ['an access without its field', [image({ type: 'ociArtifact' })], 'its access has no imageReference'],
    ['no content', [image({ type: 'none' })], 'it has no content'],
    ['another protocol', [image({ type: 's3' })], 'an access of type s3 names no image'],
    [
      'a reference without a registry',
      [image({ type: 'relativeOciReference', reference: 'a/b:1' })],
      'its access of type relativeOciReference names no registry',
    ],
  ])('%s', (_, resources, why) => {
    expect(only(resources).outcome).toEqual({ kind: 'fails', why });
  });

  test('a file that the manifests do not have, for mappings too', () => {
    const why = 'the manifests have no such file';
    const none = new Set<string>();
    expect(only([artifact('host.example/a/b:1')], tagRule, none).outcome).toEqual({ kind: 'fails', why });
    const mapping: LocalizationRule = { kind: 'mapping', file, path: 'spec.url' };
    expect(only([], mapping, none).outcome).toEqual({ kind: 'fails', why });
    expect(only([], mapping).outcome).toEqual({ kind: 'computed', by: 'CUE' });
  });

  test('but not a file that is written with a dot before it, and none where nobody knows the files', () => {
    const dotted = { ...tagRule, file: './release.yaml' };
    expect(only([artifact('host.example/a/b:1')], dotted).outcome.kind).toBe('value');
    const [unknown] = localize([tagRule], [artifact('host.example/a/b:1')], undefined);
    expect(unknown?.outcome.kind).toBe('value');
  });

  test('a local blob without a global access has no address', () => {
    const blob = image({ type: 'localBlob', localReference: `sha256:${hex}`, mediaType: '' });
    expect(only([blob])).toMatchObject({
      outcome: { kind: 'no-address', why: expect.stringContaining('localBlob without globalAccess') },
      image: { signedDigest: `sha256:${hex}`, proof: 'content' },
    });
    expect(only([blob]).image).not.toHaveProperty('reference');
  });
});
