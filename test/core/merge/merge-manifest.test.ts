import { describe, expect, test } from 'vitest';
import { mergeManifest } from '../../../src/core/merge/merge-manifest.ts';
import { entryCases, listCases, type MergeCase, scalarCases, wholeCases } from './merge-cases.ts';

describe.each([
  ['values', scalarCases],
  ['fields', entryCases],
  ['lists', listCases],
  ['whole files', wholeCases],
])('%s', (_, cases: readonly MergeCase[]) => {
  test.each(cases)('$title', ({ was, now, mine, merged = mine, conflicts = [] }) => {
    const result = mergeManifest(was, now, mine);
    expect(result.conflicts.map(({ path }) => path)).toEqual(conflicts);
    expect(result.text).toBe(merged);
  });
});

test('a conflict says what each side has', () => {
  expect(mergeManifest('a: [1]\nb: x\n', 'a: [2]\nb: w\n', 'a: [3]\n').conflicts).toEqual([
    { path: 'a', because: 'both changed it', was: '[1]', rendered: '[2]', edited: '[3]' },
    {
      path: 'b',
      because: 'people removed it, and the new render changes it',
      was: 'x',
      rendered: 'w',
      edited: undefined,
    },
  ]);
});

test('values of a Secret are not shown', () => {
  const secret = (value: string) => `kind: Secret\nstringData:\n  password: ${value}\n`;
  const { conflicts } = mergeManifest(secret('one'), secret('two'), secret('three'));
  expect(conflicts).toMatchObject([
    { path: 'stringData.password', was: 'hidden', rendered: 'hidden', edited: 'hidden' },
  ]);
});

test('what is too large to be merged in bounded time is a conflict of the whole file', () => {
  const many = (value: number, more = '') =>
    Array.from({ length: 3000 }, (_, index) => `key${index}: ${value}\n`).join('') + more;
  const { conflicts, text } = mergeManifest(many(1), many(2), many(1, 'mine: 1\n'));
  expect(conflicts).toMatchObject([{ path: '', because: 'too much of it changed to merge it' }]);
  expect(text).toBe(many(1, 'mine: 1\n'));
});

test('what a small file grows to counts as well', () => {
  const items = Array.from({ length: 1500 }, (_, index) => `- name: item${index}\n`).join('');
  const { conflicts } = mergeManifest('items: []\n', `items:\n${items}`, 'items:\n- name: mine\n');
  expect(conflicts).toMatchObject([{ path: '', because: 'too much of it changed to merge it' }]);
});
