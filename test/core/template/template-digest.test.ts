import { expect, test } from 'vitest';
import { digestOfSet } from '../../../src/core/template/template-digest.ts';
import { templateSet } from '../../builders/render-input.ts';

const base = digestOfSet(templateSet({ 'a.yaml': 'x', 'b.yaml': 'y' }));

test('the order of files and where they came from do not count', () => {
  const other = new Map([
    ['b.yaml', { text: 'y', source: 'elsewhere' }],
    ['a.yaml', { text: 'x', source: 'elsewhere' }],
  ]);
  expect(digestOfSet({ name: 'other', files: other })).toBe(base);
});

test.each([
  ['a text', { 'a.yaml': 'x', 'b.yaml': 'z' }],
  ['a name', { 'a.yaml': 'x', 'c.yaml': 'y' }],
  ['which text belongs to which name', { 'a.yaml': 'y', 'b.yaml': 'x' }],
  ['a file more', { 'a.yaml': 'x', 'b.yaml': 'y', 'c.yaml': '' }],
])('%s counts', (_, files) => {
  expect(digestOfSet(templateSet(files))).not.toBe(base);
});
