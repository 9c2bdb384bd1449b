import { expect, test } from 'vitest';
import type { Resource } from '../../../src/core/component/component-descriptor.ts';
import { withLegacyIdentities } from '../../../src/core/trust/legacy-identity.ts';

function resource(name: string, version: string, extraIdentity: Readonly<Record<string, string>> = {}): Resource {
  return { name, version, extraIdentity, labels: [], type: 'plainText', relation: 'local', access: { type: 'none' } };
}

const identitiesOf = (resources: readonly Resource[]) =>
  withLegacyIdentities(resources).map(({ extraIdentity }) => extraIdentity);

test.each<[string, readonly Resource[], readonly object[]]>([
  [
    'S-56 all twins but the last',
    [resource('a', '1'), resource('a', '2'), resource('a', '3')],
    [{ version: '1' }, { version: '2' }, {}],
  ],
  ['not resources of other names', [resource('a', '1'), resource('b', '1')], [{}, {}]],
  ['not resources of other identity', [resource('a', '1', { os: 'x' }), resource('a', '2')], [{ os: 'x' }, {}]],
  [
    'twins in whatever order their identity is written',
    [resource('a', '1', { os: 'x', arch: 'y' }), resource('a', '2', { arch: 'y', os: 'x' })],
    [
      { os: 'x', arch: 'y', version: '1' },
      { arch: 'y', os: 'x' },
    ],
  ],
  [
    'one after the other, by what the ones before have become',
    [resource('a', '1'), resource('a', '2'), resource('a', '1', { version: '1' })],
    [{ version: '1' }, {}, { version: '1' }],
  ],
])('the version is added to the identity of %s', (_what, resources, identities) => {
  expect(identitiesOf(resources)).toEqual(identities);
});
