import { describe, expect, test } from 'vitest';
import { type NormalisationAlgorithm, normalise } from '../../../src/core/trust/normalise.ts';
import { type ComponentVersionOptions, descriptorData, parseData } from '../../builders/component-version.ts';

function form(options: ComponentVersionOptions, algorithm: NormalisationAlgorithm, creationTime = '') {
  const data = descriptorData(options);
  const component = { ...data.component, ...(creationTime && { creationTime }) };
  return JSON.parse(normalise(parseData({ ...data, component }), algorithm)).component;
}

const v3 = 'jsonNormalisation/v3';
const v4 = 'jsonNormalisation/v4alpha1';

describe('where the normal forms differ', () => {
  const labels = [
    { name: 'l', value: { a: null, b: [null] }, version: 'v1', signing: true, merge: { algorithm: 'm' } },
  ];

  test('v3 keeps versions and nulls of signing labels, v4alpha1 drops them', () => {
    expect(form({ labels }, v3).labels[1]).toEqual({
      name: 'l',
      value: { a: null, b: [null] },
      version: 'v1',
      signing: true,
    });
    expect(form({ labels }, v4).labels[1]).toEqual({ name: 'l', value: { b: [null] }, signing: true });
  });

  test('v4alpha1 drops the value of a label that is null', () => {
    const empty = [{ name: 'l', value: null, signing: true }];
    expect(form({ labels: empty }, v3).labels[1]).toEqual({ name: 'l', value: null, signing: true });
    expect(form({ labels: empty }, v4).labels[1]).toEqual({ name: 'l', signing: true });
  });

  test('both keep the labels of references that are not signing; v3 with all their fields', () => {
    const reference = { name: 'r', componentName: 'example.org/r', version: '1.0.0' };
    const label = { name: 'l', value: 1, version: 'v1', merge: { algorithm: 'm', config: { x: 1 } } };
    const references = [{ ...reference, labels: [label, { name: 'm', value: 2, signing: false }] }];
    expect(form({ references }, v3).componentReferences[0].labels).toEqual([label, { name: 'm', value: 2 }]);
    expect(form({ references }, v4).componentReferences[0].labels).toEqual([
      { name: 'l', value: 1 },
      { name: 'm', value: 2 },
    ]);
  });

  test('v4alpha1 writes an empty digest for a reference without one', () => {
    const references = [{ name: 'r', componentName: 'example.org/r', version: '1.0.0' }];
    expect(form({ references }, v3).componentReferences[0]).not.toHaveProperty('digest');
    expect(form({ references }, v4).componentReferences[0].digest).toEqual({
      hashAlgorithm: '',
      normalisationAlgorithm: '',
      value: '',
    });
  });

  test.each([
    ['2026-11-21T04:10:53Z', '2026-11-21T04:10:53Z'],
    ['2026-11-21T04:10:05.678Z', '2026-11-21T04:10:06Z'],
    ['2026-11-21T04:10:05.5Z', '2026-11-21T04:10:06Z'],
    ['2026-11-21T04:10:05.499999999Z', '2026-11-21T04:10:05Z'],
    ['2026-12-31T23:59:59.9Z', '2027-01-01T00:00:00Z'],
    ['2026-11-21T04:10:53+02:00', '2026-11-21T02:10:53Z'],
    ['2026-11-21T04:10:53.7-00:30', '2026-11-21T04:40:54Z'],
  ])('v3 writes the time %s as %s, v4alpha1 as it is', (time, rounded) => {
    expect(form({}, v3, time).creationTime).toBe(rounded);
    expect(form({}, v4, time).creationTime).toBe(time);
  });
});

test('lists are there when they are empty, and what is optional is not', () => {
  const data = descriptorData();
  const { name, version, provider } = data.component;
  const bare = parseData({ ...data, component: { name, version, provider } });
  for (const algorithm of [v3, v4] as const) {
    expect(normalise(bare, algorithm)).toBe(
      '{"component":{"componentReferences":[],"name":"example.org/greeter","provider":{"name":"example.org"},' +
        '"resources":[],"sources":[],"version":"v1.0.0"}}',
    );
  }
});

test('jsonNormalisation/v2 is v3 with the identities of old', () => {
  const twin = (version: string) => ({
    name: 'image',
    version,
    type: 'plainText',
    relation: 'local',
    access: { type: 'none' },
  });
  const resources = [twin('1.0.0'), twin('2.0.0')];
  const v2Form = form({ resources }, 'jsonNormalisation/v2');
  const v3Form = form({ resources }, v3);
  expect(v3Form.resources[1]).not.toHaveProperty('extraIdentity');
  v3Form.resources[1].extraIdentity = { version: '1.0.0' };
  expect(v2Form).toEqual(v3Form);
});

test('a reference without labels has none, and nulls in lists stay', () => {
  const references = [{ name: 'r', componentName: 'example.org/r', version: '1.0.0' }];
  const labels = [{ name: 'l', value: [null, { a: null }], signing: true }];
  for (const algorithm of [v3, v4] as const) {
    expect(form({ references }, algorithm).componentReferences[0]).not.toHaveProperty('labels');
  }
  expect(form({ labels }, v4).labels[1].value).toEqual([null, {}]);
});

describe('jsonNormalisation/v1', () => {
  const twins = [
    { name: 'image', version: '1.0.0', type: 'plainText', relation: 'local', access: { type: 'none' } },
    { name: 'image', version: '2.0.0', type: 'plainText', relation: 'local', access: { type: 'none' } },
  ];
  const source = { name: 'code', version: '1.0.0', type: 'git', access: { type: 'gitHub' } };
  const reference = { name: 'r', componentName: 'example.org/r', version: '1.0.0' };
  const provider = {
    name: 'x',
    labels: [
      { name: 'a', value: 1, signing: true },
      { name: 'b', value: 2 },
    ],
  };
  const image = (version: string, identity: string) =>
    `[${identity}{"name":"image"},{"relation":"local"},{"type":"plainText"},{"version":"${version}"}]`;

  test('writes scheme v2 with identities that are absent, and without sources', () => {
    const component = {
      name: 'example.org/a',
      version: '1.0.0',
      provider: JSON.stringify(provider),
      creationTime: '2026-11-21T04:10:05.678Z',
      resources: twins,
      sources: [source],
      componentReferences: [reference],
    };
    expect(normalise(parseData({ meta: { schemaVersion: 'v2' }, component }), 'jsonNormalisation/v1')).toBe(
      '[{"component":[{"componentReferences":[[{"componentName":"example.org/r"},{"extraIdentity":null},{"name":"r"},' +
        '{"version":"1.0.0"}]]},{"creationTime":"2026-11-21T04:10:06Z"},{"name":"example.org/a"},' +
        '{"provider":[{"labels":[[{"name":"a"},{"signing":true},{"value":1}]]},{"name":"x"}]},' +
        `{"resources":[${image('1.0.0', '{"extraIdentity":[{"version":"1.0.0"}]},')},${image('2.0.0', '{"extraIdentity":null},')}]},` +
        '{"version":"1.0.0"}]},{"meta":[{"schemaVersion":"v2"}]}]',
    );
  });

  test('writes scheme v3alpha1 with all labels of the provider, and nothing that is absent', () => {
    const data = {
      apiVersion: 'ocm.software/v3alpha1',
      kind: 'ComponentVersion',
      metadata: { name: 'example.org/a', version: '1.0.0', provider },
      spec: { resources: twins, sources: [source], references: [reference] },
    };
    expect(normalise(parseData(data), 'jsonNormalisation/v1')).toBe(
      '[{"apiVersion":"ocm.software/v3alpha1"},{"kind":"ComponentVersion"},{"metadata":[{"name":"example.org/a"},' +
        '{"provider":[{"labels":[[{"name":"a"},{"signing":true},{"value":1}],[{"name":"b"},{"value":2}]]},{"name":"x"}]},' +
        '{"version":"1.0.0"}]},{"spec":[{"references":[[{"componentName":"example.org/r"},{"name":"r"},{"version":"1.0.0"}]]},' +
        `{"resources":[${image('1.0.0', '{"extraIdentity":[{"version":"1.0.0"}]},')},${image('2.0.0', '')}]},` +
        '{"sources":[[{"name":"code"},{"type":"git"},{"version":"1.0.0"}]]}]}]',
    );
    const bare = normalise(parseData({ ...data, spec: {} }), 'jsonNormalisation/v1');
    expect(bare).toContain('{"spec":[]}');
  });

  test('writes a provider without labels as its name in scheme v2, and in v3alpha1 without labels', () => {
    const metadata = { name: 'example.org/a', version: '1.0.0', provider: { name: 'x' } };
    const v3alpha1 = { apiVersion: 'ocm.software/v3alpha1', kind: 'ComponentVersion', metadata };
    expect(normalise(parseData(v3alpha1), 'jsonNormalisation/v1')).toContain('{"provider":[{"name":"x"}]}');
    expect(normalise(parseData(descriptorData()), 'jsonNormalisation/v1')).toContain('{"provider":"example.org"}');
  });
});
