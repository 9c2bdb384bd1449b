import { describe, expect, test } from 'vitest';
import {
  annotatedVersion,
  findDescriptorLayer,
  isComponentManifest,
  parseComponentManifest,
} from '../../../src/core/component/component-manifest.ts';
import { parseOciManifest } from '../../../src/core/component/oci-manifest.ts';

const digestOf = (digit: string) => `sha256:${digit.repeat(64)}`;
const json = (value: unknown) => Buffer.from(JSON.stringify(value));
const part = (mediaType: string, digit = 'a') => ({ mediaType, digest: digestOf(digit), size: 1 });

const configType = 'application/vnd.ocm.software.component.config.v1+json';
const descriptorType = 'application/vnd.ocm.software.component-descriptor.v2+json';

function manifestOf(changes: object = {}) {
  return json({ schemaVersion: 2, config: part(configType), layers: [part(descriptorType)], ...changes });
}

describe('the manifest of a component version', () => {
  test.each([
    configType,
    'application/vnd.gardener.cloud.cnudie.component.config.v1+json',
    'application/vnd.oci.gardener.cloud.cnudie.component-descriptor-metadata.config.v2+json',
  ])('has a config of the type %s', (mediaType) => {
    const bytes = manifestOf({ config: part(mediaType) });
    expect(isComponentManifest(parseOciManifest(bytes, ''))).toBe(true);
    expect(parseComponentManifest(bytes)).toStrictEqual({
      config: { ...part(mediaType), annotations: {} },
      layers: [{ ...part(descriptorType), annotations: {} }],
    });
  });

  test('may say which component version it is of', () => {
    const annotations = { 'software.ocm.componentversion': 'example.org/a:1.0.0', other: 'x' };
    expect(annotatedVersion({ annotations })).toBe('example.org/a:1.0.0');
    expect(annotatedVersion({ annotations: {} })).toBeUndefined();
    expect(parseComponentManifest(manifestOf({ annotations })).componentVersion).toBe('example.org/a:1.0.0');
  });

  const image = 'application/vnd.oci.image.config.v1+json';
  test.each([
    [
      'an index',
      json({ schemaVersion: 2, manifests: [] }),
      'an index stands where the manifest of the component version belongs',
    ],
    ['an image', manifestOf({ config: part(image) }), `the manifest is no component version's: its config is ${image}`],
    ['something else', json(1), 'manifest of the component version: it is no OCI manifest'],
  ])('is not %s', (_what, bytes, message) => {
    expect(() => parseComponentManifest(bytes)).toThrow(
      expect.objectContaining({ name: 'Refusal', code: 'malformed', message }),
    );
  });

  test('is no index', () => {
    expect(isComponentManifest(parseOciManifest(json({ schemaVersion: 2, manifests: [] }), ''))).toBe(false);
  });
});

describe('the layer with the component descriptor', () => {
  const [first, second] = [part('text/plain', 'a'), part(descriptorType, 'b')];
  const find = (layers: readonly object[], config: unknown) =>
    findDescriptorLayer(parseComponentManifest(manifestOf({ layers })), json(config));

  test('is the one that the config names', () => {
    const { layer, form } = find([first, second], { componentDescriptorLayer: second });
    expect([layer.digest, form]).toEqual([second.digest, 'json']);
  });

  test.each([[{}], [{ componentDescriptorLayer: null }]])('is the first one with the config %j', (config) => {
    expect(find([second, first], config).layer.digest).toBe(second.digest);
  });

  const what = 'config of the component version';
  test.each([
    ['no mapping as config', [second], [], `${what}: it is no mapping`],
    ['a layer named that is none', [second], { componentDescriptorLayer: 1 }, `${what}: it has no description`],
    [
      'a layer named that is missing',
      [first],
      { componentDescriptorLayer: second },
      `the manifest lacks the descriptor layer that the config names: ${second.digest}`,
    ],
    ['no layer', [], {}, 'the manifest lacks any layer'],
    ['a layer of another type', [first], {}, 'the descriptor layer has an unknown media type: "text/plain"'],
    [
      'two descriptors',
      [second, part(descriptorType, 'c')],
      { componentDescriptorLayer: second },
      'the manifest has several descriptor layers',
    ],
  ])('is not found with %s', (_what, layers, config, message) => {
    expect(() => find(layers, config)).toThrow(
      expect.objectContaining({ name: 'Refusal', code: 'malformed', message: expect.stringContaining(message) }),
    );
  });

  test('is not found in a config that readers may read in two ways', () => {
    const manifest = parseComponentManifest(manifestOf());
    expect(() => findDescriptorLayer(manifest, Buffer.from('{"a":1,"a":1}'))).toThrow(
      expect.objectContaining({ code: 'malformed', message: expect.stringMatching(`^${what}: the key .* twice`) }),
    );
  });
});
