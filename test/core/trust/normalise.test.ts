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
