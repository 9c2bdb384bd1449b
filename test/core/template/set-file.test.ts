import { expect, test } from 'vitest';
import { parseSetFile } from '../../../src/core/template/set-file.ts';

const parseText = (text: string) => parseSetFile({ text, source: 'set.yaml' });

const good = `version: 2
kinds: [v1/Secret, apps/v1/Deployment]
files:
  - template: a.yaml
    folder: components
    path: a.yaml
`;

test('reads what a set consists of', () => {
  const set = parseText(`${good}    when: false
  - { template: b.yaml, folder: kustomizations, path: b.yaml }
clusterKinds: [v1/Namespace]
namespaces: [ocm-system]
values: values.yaml
`);
  expect(set).toMatchObject({
    version: 2,
    kinds: [{ value: 'v1/Secret' }, { value: 'apps/v1/Deployment' }],
    clusterKinds: [{ value: 'v1/Namespace' }],
    namespaces: [{ value: 'ocm-system', place: { file: 'set.yaml', line: 10, column: 14 } }],
    files: [
      { template: { value: 'a.yaml', place: { file: 'set.yaml', line: 4, column: 15 } }, when: { value: false } },
      { template: { value: 'b.yaml' }, folder: 'kustomizations', when: { value: true } },
    ],
    values: { value: 'values.yaml' },
  });
});

test('namespaces and values need not be there', () => {
  expect(parseText(good)).toMatchObject({ namespaces: undefined, values: undefined, clusterKinds: [] });
});

test.each([
  ['no YAML', 'a: [', 1, /./],
  ['a list', '- a\n', 1, /must be a mapping/],
  ['an unknown key', `${good}kind: []\n`, 7, /there is no "kind" here/],
  ['a missing key', good.replace('version: 2\n', ''), 1, /"version" is missing/],
  ['a version that is a text', good.replace('2', '"2"'), 1, /the version is "2"/],
  ['a version below one', good.replace('2', '0'), 1, /the version is 0/],
  ['no kinds', good.replace(/kinds.*\n/, ''), 1, /no list of kinds/],
  ['kinds that are no list', good.replace(/kinds.*/, 'kinds: v1/Secret'), 2, /"kinds" must be a list/],
  ['a kind without a version', good.replace('v1/Secret', 'Secret'), 2, /Secret is not a kind/],
  ['a kind that is no text', good.replace('v1/Secret', '1'), 2, /must be a text, not 1/],
  ['no files', good.replace(/files:.*/s, 'files: []'), 3, /no files/],
  ['files that are no list', good.replace(/files:.*/s, 'files: {}'), 3, /no files/],
  ['a file that is a text', good.replace(/files:.*/s, 'files: [a.yaml]'), 3, /must be a mapping/],
  ['an unknown folder', good.replace('components', 'elsewhere'), 5, /no folder "elsewhere"/],
  ['a file without a path', good.replace('    path: a.yaml\n', ''), 4, /"path" is missing/],
  ['an unknown key of a file', `${good}    wen: true\n`, 7, /there is no "wen" here/],
  ['a condition that is a number', `${good}    when: 1\n`, 7, /"when" is 1/],
  ['an empty text', good.replace('template: a.yaml', 'template: ""'), 4, /must be a text/],
])('%s is refused', (_, text, line, message) => {
  expect(() => parseText(text)).toThrow(
    expect.objectContaining({
      code: 'template',
      message: expect.stringMatching(message),
      place: expect.objectContaining({ file: 'set.yaml', line }),
    }),
  );
});

test('all problems are told at once', () => {
  expect(() => parseText('version: 0\nfiles: []\nkinds: []\nother: 1\n')).toThrow(
    expect.objectContaining({
      message: 'set.yaml has 3 mistakes',
      findings: [4, 1, 2].map((line) => expect.objectContaining({ place: expect.objectContaining({ line }) })),
    }),
  );
});
