import { expect, test } from 'vitest';
import { type ComponentTree, diffComponents, flattenDiff } from '../../../src/core/diff/component-diff.ts';
import { descriptorData, parseData } from '../../builders/component-version.ts';

const digest = (value: string) => ({
  hashAlgorithm: 'SHA-256',
  normalisationAlgorithm: 'genericBlobDigest/v1',
  value: value.repeat(32),
});
const labels = [{ name: 'use', value: 1 }];

const before = {
  provider: 'example.org',
  labels: [{ name: 'stage', value: 'final', signing: true, version: 'v1' }],
  resources: [
    {
      name: 'image',
      version: '1.0.0',
      type: 'ociImage',
      relation: 'external',
      labels,
      access: { type: 'ociArtifact' },
      digest: digest('ab'),
    },
    { name: 'gone', version: '1.0.0', type: 'plainText', relation: 'local', labels, access: { type: 'none' } },
  ],
  sources: [
    { name: 'code', version: '1.0.0', type: 'git', labels, access: { type: 'gitHub', commit: '0'.repeat(40) } },
  ],
  componentReferences: [
    { name: 'base', componentName: 'example.org/base', version: '1.0.0', labels, digest: digest('ef') },
  ],
};

const signature = (value: string, algorithm: string, issuer?: string) => ({
  name: 'release',
  digest: digest(value),
  signature: { algorithm, mediaType: 'application/x-pem-file', value: 'aa', issuer },
});

/** @param changes Parts of the component that differ from the model above. */
function tree(changes: object = {}, signatures: readonly object[] = []): ComponentTree {
  const data = descriptorData();
  const component = { ...data.component, ...before, ...changes };
  return { descriptor: parseData({ ...data, component, signatures }), references: [undefined] };
}

const rowsOf = (after: ComponentTree, old = tree()) => flattenDiff(diffComponents(old, after));
const [image, gone] = before.resources;
const [code] = before.sources;
const [base] = before.componentReferences;

test.each<[string, object, object]>([
  ['content', { digest: digest('cd') }, { before: '1.0.0 abababababab', after: '1.0.0 cdcdcdcdcdcd' }],
  ['content', { digest: undefined }, { before: '1.0.0 abababababab', after: '1.0.0 no digest' }],
  ['version', { version: '1.1.0' }, { before: '1.0.0', after: '1.1.0' }],
  ['type', { type: 'chart' }, { before: '1.0.0 ociImage', after: '1.0.0 chart' }],
  ['access', { access: { type: 'localBlob' } }, { before: '1.0.0 ociArtifact', after: '1.0.0 localBlob' }],
  ['relation', { relation: 'local' }, { before: '1.0.0 external', after: '1.0.0 local' }],
])('the row of a resource shows the %s that differs', (word, change, sides) => {
  expect(rowsOf(tree({ resources: [{ ...image, ...change }, gone] }))).toEqual([
    { path: [], kind: 'resource', name: 'image', change: 'changed', ...sides, what: [word] },
  ]);
});

test('a digest that is none is shown without half a character', () => {
  const value = `${'x'.repeat(11)}😀`;
  const [row] = rowsOf(tree({ resources: [{ ...image, digest: { ...digest('ab'), value } }, gone] }));
  expect(row?.after).toBe(`1.0.0 ${'x'.repeat(11)}\ufffd`);
});

test('digests and commits of which the short forms are alike are shown whole', () => {
  const forged = { ...digest('ab'), value: `${'ab'.repeat(31)}00` };
  const excluded = { ...digest('ab'), normalisationAlgorithm: 'EXCLUDE-FROM-SIGNATURE' };
  const of = (changed: object) => rowsOf(tree({ resources: [{ ...image, ...changed }, gone] }));
  const whole = `SHA-256:${'ab'.repeat(32)}`;
  expect(of({ digest: forged, version: '1.1.0' })).toMatchObject([
    { before: `1.0.0 ${whole} genericBlobDigest/v1`, after: `1.1.0 SHA-256:${forged.value} genericBlobDigest/v1` },
  ]);
  expect(of({ digest: excluded })).toMatchObject([
    { before: `1.0.0 ${whole} genericBlobDigest/v1`, after: `1.0.0 ${whole} EXCLUDE-FROM-SIGNATURE` },
  ]);
  const commit = `${'0'.repeat(39)}1`;
  expect(rowsOf(tree({ sources: [{ ...code, access: { type: 'gitHub', commit } }] }))).toMatchObject([
    { before: `1.0.0 ${'0'.repeat(40)}`, after: `1.0.0 ${commit}` },
  ]);
});

test('labels of an element have rows when it changed; of one that is new or gone they have none', () => {
  const changed = { ...image, labels: [{ name: 'use', value: 2 }] };
  expect(rowsOf(tree({ resources: [{ ...image, name: 'new' }, changed] }))).toEqual([
    {
      path: [],
      kind: 'resource',
      name: 'new',
      change: 'added',
      before: '',
      after: '1.0.0 abababababab ociImage',
      what: [],
    },
    { path: [], kind: 'resource', name: 'image', change: 'changed', before: '1.0.0', after: '1.0.0', what: ['labels'] },
    {
      path: [],
      kind: 'label',
      name: 'resource image: use',
      change: 'changed',
      before: '1',
      after: '2',
      what: ['value'],
    },
    {
      path: [],
      kind: 'resource',
      name: 'gone',
      change: 'removed',
      before: '1.0.0 no digest plainText',
      after: '',
      what: [],
    },
  ]);
});

test.each<[string, object, object]>([
  [
    'commit',
    { access: { type: 'gitHub', commit: 'f'.repeat(40) } },
    { before: '1.0.0 000000000000', after: '1.0.0 ffffffffffff' },
  ],
  ['commit', { access: { type: 'gitHub' } }, { before: '1.0.0 000000000000', after: '1.0.0 no commit' }],
  ['type', { type: 'directory' }, { before: '1.0.0 git', after: '1.0.0 directory' }],
])('the row of a source shows the %s that differs', (word, change, sides) => {
  expect(rowsOf(tree({ sources: [{ ...code, ...change }] }))).toEqual([
    { path: [], kind: 'source', name: 'code', change: 'changed', ...sides, what: [word] },
  ]);
});

test('the row of a source shows the type of its access when it differs', () => {
  const moved = { ...code, labels: [], access: { type: 'git', commit: '0'.repeat(40) } };
  expect(rowsOf(tree({ sources: [moved] }))).toMatchObject([
    { before: '1.0.0 gitHub', after: '1.0.0 git', what: ['access', 'labels'] },
    { kind: 'label', name: 'source code: use', change: 'removed', before: '1', after: '' },
  ]);
});

test.each<[string, object, object]>([
  ['content', { digest: digest('01') }, { before: '1.0.0 efefefefefef', after: '1.0.0 010101010101' }],
  ['version', { version: '1.1.0' }, { before: '1.0.0', after: '1.1.0' }],
  ['component', { componentName: 'example.org/x' }, { before: 'example.org/base 1.0.0', after: 'example.org/x 1.0.0' }],
])('the row of a reference shows the %s that differs', (word, change, sides) => {
  expect(rowsOf(tree({ componentReferences: [{ ...base, ...change }] }))).toEqual([
    { path: [], kind: 'reference', name: 'base', change: 'changed', ...sides, what: [word] },
  ]);
});

test('the row of a new reference shows what it refers to', () => {
  const second = { ...base, name: 'second', extraIdentity: { os: 'linux' }, labels: [] };
  expect(rowsOf(tree({ componentReferences: [base, second] }))).toMatchObject([
    { name: 'second (os=linux)', change: 'added', before: '', after: 'example.org/base 1.0.0 efefefefefef' },
  ]);
  const relabelled = { ...base, labels: [] };
  expect(rowsOf(tree({ componentReferences: [relabelled] }))).toMatchObject([
    { kind: 'reference', name: 'base', what: ['labels'] },
    { kind: 'label', name: 'reference base: use', change: 'removed' },
  ]);
});

test.each<[string, object, object]>([
  ['digest', signature('cd', 'rsa', 'CN=a'), { before: 'rsa abababababab', after: 'rsa cdcdcdcdcdcd' }],
  ['algorithm', signature('ab', 'pss', 'CN=a'), { before: 'rsa', after: 'pss' }],
  ['issuer', signature('ab', 'rsa', 'CN=b'), { before: 'rsa CN=a', after: 'rsa CN=b' }],
  ['issuer', signature('ab', 'rsa'), { before: 'rsa CN=a', after: 'rsa no issuer' }],
])('the row of a signature shows the %s that differs', (word, after, sides) => {
  expect(rowsOf(tree({}, [after]), tree({}, [signature('ab', 'rsa', 'CN=a')]))).toEqual([
    { path: [], kind: 'signature', name: 'release', change: 'changed', ...sides, what: [word] },
  ]);
});

test('the row of a new signature shows all of it', () => {
  expect(rowsOf(tree({}, [signature('ab', 'rsa', 'CN=a')]))).toMatchObject([
    { after: 'rsa abababababab CN=a', what: [] },
  ]);
  expect(rowsOf(tree({}, [signature('ab', 'rsa')]))).toMatchObject([{ after: 'rsa abababababab' }]);
});

test('the row of a label says whether it is signed', () => {
  const after = [{ name: 'stage', value: 'beta', version: 'v1' }];
  expect(rowsOf(tree({ labels: after }))).toEqual([
    {
      path: [],
      kind: 'label',
      name: 'stage',
      change: 'changed',
      before: '"final" (signed)',
      after: '"beta"',
      what: ['value', 'signing'],
    },
  ]);
  expect(rowsOf(tree({ labels: [{ name: 'stage', value: 'final', signing: true }] }))).toMatchObject([
    { before: '"final" (signed) v1', after: '"final" (signed) no version', what: ['version'] },
  ]);
});

test('the rows of the provider show its name and its labels', () => {
  const provider = JSON.stringify({ name: 'example.com', labels: [{ name: 'mail', value: 'a@example.com' }] });
  const sides = { before: 'example.org', after: 'example.com' };
  expect(rowsOf(tree({ provider }))).toMatchObject([
    { path: [], kind: 'provider', name: 'example.com', change: 'changed', ...sides, what: ['name'] },
    { kind: 'label', name: 'provider: mail', change: 'added', after: '"a@example.com"' },
  ]);
  expect(flattenDiff(diffComponents(undefined, tree({ provider })))[0]).toEqual({
    path: [],
    kind: 'provider',
    name: 'example.com',
    change: 'added',
    before: '',
    after: 'example.com',
    what: [],
  });
});

test('rows come level by level, in the order of a component descriptor', () => {
  const root = { ...tree({}, [signature('ab', 'rsa')]), references: [tree({ name: 'example.org/base' })] };
  expect(
    flattenDiff(diffComponents(undefined, root)).map(({ path, kind, name }) => [...path, kind, name].join(' ')),
  ).toEqual([
    'provider example.org',
    'label stage',
    'resource image',
    'resource gone',
    'source code',
    'signature release',
    'reference base',
    'base provider example.org',
    'base label stage',
    'base resource image',
    'base resource gone',
    'base source code',
    'base reference base',
  ]);
});
