import { describe, expect, test } from 'vitest';
import { parseDescriptor } from '../../../src/core/component/parse-descriptor.ts';
import { projectSigned } from '../../../src/core/component/signed-projection.ts';
import { descriptorData, genericDigest, parseData } from '../../builders/component-version.ts';

describe('what templates see of a component version', () => {
  test('is what signatures cover', () => {
    const digest = genericDigest(Buffer.from('good morning'));
    const references = [{ name: 'base', componentName: 'example.org/base', version: '1.0.0', digest }];
    expect(projectSigned(parseData(descriptorData({ references })))).toEqual({
      name: 'example.org/greeter',
      version: 'v1.0.0',
      provider: { name: 'example.org', labels: {} },
      labels: { stage: 'final' },
      resources: {
        note: {
          name: 'note',
          version: 'v1.0.0',
          type: 'plainText',
          relation: 'local',
          extraIdentity: {},
          labels: { use: { by: 'people' } },
          digest,
        },
      },
      references: {
        base: {
          name: 'base',
          version: '1.0.0',
          componentName: 'example.org/base',
          extraIdentity: {},
          labels: {},
          digest,
        },
      },
    });
  });

  test('leaves out what one of the normal forms does not cover', () => {
    const labels = [
      {
        name: 'a',
        value: { x: null, y: [null, { z: null }], n: '-0', m: -1 },
        signing: true,
        version: 'v1',
        merge: { algorithm: 'm' },
      },
    ];
    const text = JSON.stringify(descriptorData({ labels })).replace('"-0"', '-0');
    const { labels: projected } = projectSigned(parseDescriptor(Buffer.from(text)));
    expect(projected.a).toEqual({ y: [null, {}], n: 0, m: -1 });
    expect(projected).not.toHaveProperty('note');
  });

  test('has no resource whose name is not unique', () => {
    const twin = { name: 'note', version: '2.0.0', type: 't', relation: 'local', access: { type: 'none' } };
    expect(Object.keys(projectSigned(parseData(descriptorData({ resources: [twin] }))).resources)).toEqual([]);
  });

  test('has no digest of a resource without content, which is not covered', () => {
    const nothing = { ...descriptorData().component.resources[0], name: 'nothing', access: { type: 'None' } };
    expect(projectSigned(parseData(descriptorData({ resources: [nothing] }))).resources.nothing).not.toHaveProperty(
      'digest',
    );
  });
});
