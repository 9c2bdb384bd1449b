import { expect, test } from 'vitest';
import { isNestedDeeply } from '../../../src/core/diff/manifest-nesting.ts';

test.each([
  ['brackets', `a: ${'['.repeat(257)}`, true],
  ['braces', `a: ${'{b: '.repeat(257)}`, true],
  ['marks on one line', `${'- '.repeat(257)}a`, true],
  ['as many brackets as are taken', `a: ${'['.repeat(256)}`, false],
  ['brackets that are closed again', 'a: [[b]]\n'.repeat(300), false],
  ['brackets in a text', `a: "${'['.repeat(300)}"\nb: |\n  ${'{'.repeat(300)}\n`, false],
  ['marks over many lines', '- a\n'.repeat(300), false],
  ['marks in a text', `a: "${'- '.repeat(300)}"\n`, false],
])('%s', (_, text, nested) => {
  expect(isNestedDeeply(text)).toBe(nested);
});
