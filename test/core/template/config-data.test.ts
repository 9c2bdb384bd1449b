import { describe, expect, test } from 'vitest';
import { parseConfigData } from '../../../src/core/template/config-data.ts';

const parseText = (text: string) => parseConfigData(Buffer.from(text), 'podinfo:v1.0.0 resource config');

const head = 'apiVersion: config.ocm.software/v1alpha1\nkind: ConfigData\nmetadata: { name: podinfo }\n';
const podinfo = `${head}configuration:
  defaults:
    replicas: 1
    message: podinfo
    nested:
      list: [1, "no"]
  rules:
  - value: (( replicas ))
    file: helm_release.yaml
    path: spec.values.replicaCount
  schema: { type: object }
localization:
- file: helm_release.yaml
  tag: spec.values.image.tag
  resource: { name: image }
`;

test('reads the defaults', () => {
  expect(parseText(podinfo).defaults).toEqual({ replicas: 1, message: 'podinfo', nested: { list: [1, 'no'] } });
});

test.each([
  ['without configuration', head],
  ['without defaults', `${head}configuration: { rules: [] }\n`],
  ['with empty defaults', `${head}configuration:\n  defaults:\n`],
])('a component %s has none', (_, text) => {
  expect(parseText(text).defaults).toEqual({});
});

test('reads defaults in braces, and those of JSON', () => {
  expect(parseText(`${head}configuration: { defaults: { a: 1,\n b: [2] } }\n`).defaults).toEqual({ a: 1, b: [2] });
  const json = {
    apiVersion: 'config.ocm.software/v1alpha1',
    kind: 'ConfigData',
    configuration: { defaults: { a: 1 } },
  };
  expect(parseText(JSON.stringify(json)).defaults).toEqual({ a: 1 });
});

test('the rest may be what it likes', () => {
  const text = podinfo.replace('value: (( replicas ))', 'value: yes\n    other: &x 0755\n    more: *x');
  expect(parseText(text).defaults).toMatchObject({ replicas: 1 });
});

describe('is refused as content', () => {
  test.each([
    ['other bytes than UTF-8', Buffer.from([0xff, 0xfe]), /not UTF-8/],
    ['no YAML', Buffer.from('a: ['), /not YAML/],
    ['a text', Buffer.from('hello'), /not YAML|nothing/],
    ['another kind', Buffer.from(podinfo.replace('ConfigData', 'ProductDescription')), /ProductDescription of config/],
    ['another group', Buffer.from(podinfo.replace('config.ocm', 'meta.mpas.ocm')), /ConfigData of meta\.mpas/],
    ['brackets without end', Buffer.from('['.repeat(100_000)), /not YAML/],
    ['defaults that are a list', Buffer.from(`${head}configuration: { defaults: [1] }\n`), /no mapping/],
    ['ambiguous defaults', Buffer.from(podinfo.replace('"no"', 'no')), /different values/],
    ['defaults with aliases', Buffer.from(podinfo.replace('replicas: 1', 'replicas: &a 1')), /anchor/],
  ])('%s', (_, bytes, message) => {
    expect(() => parseConfigData(bytes, 'podinfo:v1.0.0 resource config')).toThrow(
      expect.objectContaining({
        code: 'content',
        message: expect.stringMatching(new RegExp(`^podinfo:v1\\.0\\.0 resource config .*(?:${message.source})`)),
        remedy: expect.stringContaining('provider'),
      }),
    );
  });

  test('with the line of what is wrong in the defaults', () => {
    expect(() => parseText(podinfo.replace('"no"', 'no'))).toThrow(
      expect.objectContaining({ place: { file: 'podinfo:v1.0.0 resource config', line: 9 } }),
    );
  });
});
