import { expect, test } from 'vitest';
import type { CollectedReference, CollectedVersion } from '../../../src/core/component/collected-version.ts';
import { componentDigest } from '../../../src/core/trust/component-digest.ts';
import { withDigestsAnew } from '../../../src/core/trust/digest-anew.ts';
import { descriptorData, parseData } from '../../builders/component-version.ts';

const v1 = { normalisation: 'jsonNormalisation/v1', hash: 'SHA-256' } as const;
const v3 = { normalisation: 'jsonNormalisation/v3', hash: 'SHA-256' } as const;

function collect(name: string, versions: readonly CollectedVersion[], digestOf = digestByV3): CollectedVersion {
  const references = versions.map((it) => ({
    name: it.component.replaceAll(/[./]/g, '-'),
    componentName: it.component,
    version: it.version,
    digest: digestOf(it),
  }));
  const descriptor = parseData(descriptorData({ name: `example.org/${name}`, references }));
  const found = versions.map((version): CollectedReference => ({ kind: 'collected', version }));
  const { name: component, version } = descriptor;
  return { component, version, descriptor, problems: [], resources: [], references: found, contents: new Map() };
}

function digestByV3({ descriptor }: CollectedVersion) {
  if (!descriptor) throw new Error('there is no descriptor');
  return componentDigest(descriptor, v3.normalisation, v3.hash);
}

function digestBy({ normalisation, hash }: typeof v1 | typeof v3, collected: CollectedVersion) {
  const descriptor = withDigestsAnew(collected, { normalisation, hash });
  return descriptor && componentDigest(descriptor, normalisation, hash);
}

const leaf = collect('leaf', []);
const middle = collect('middle', [leaf]);

test('digests of other algorithms are computed anew, from the last level on', () => {
  const anew = withDigestsAnew(collect('root', [middle, leaf]), v1);
  expect(anew?.references.map(({ digest }) => digest)).toEqual([digestBy(v1, middle), digestBy(v1, leaf)]);
  expect(anew?.references[0]?.digest).toMatchObject({ normalisationAlgorithm: 'jsonNormalisation/v1' });
  expect(digestBy(v1, middle)).not.toEqual(digestBy(v3, middle));
});

test('digests of the same algorithms stay as they are written, right or wrong', () => {
  const wrong = { ...digestByV3(leaf), value: '00' };
  const root = collect('root', [leaf], () => wrong);
  expect(withDigestsAnew(root, v3)).toEqual(root.descriptor);
  expect(withDigestsAnew(root, v1)?.references[0]?.digest).toEqual(digestBy(v1, leaf));
  expect(withDigestsAnew(root, { ...v3, hash: 'SHA-512' })?.references[0]?.digest?.hashAlgorithm).toBe('SHA-512');
});

test('nothing is computed for what was not read, has no digest, or leads back', () => {
  const root = collect('root', [leaf]);
  const problem = { kind: 'problem', problem: { code: 'reference-unresolved', message: '' } } as const;
  expect(withDigestsAnew({ ...root, references: [problem] }, v1)).toBeUndefined();
  expect(withDigestsAnew({ ...root, references: [] }, v1)).toBeUndefined();
  const { descriptor: _, ...unread } = leaf;
  expect(withDigestsAnew(unread, v1)).toBeUndefined();
  expect(withDigestsAnew({ ...root, references: [{ kind: 'collected', version: unread }] }, v1)).toBeUndefined();
  expect(
    withDigestsAnew(
      collect('bare', [leaf], () => undefined as never),
      v1,
    ),
  ).toBeUndefined();
  const circle: CollectedVersion = { ...root, references: [] };
  Object.assign(circle, { references: [{ kind: 'collected', version: circle }] });
  expect(withDigestsAnew(circle, v1)).toBeUndefined();
});
