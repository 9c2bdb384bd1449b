import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { code, codeBlock, plain } from '../../../src/core/pull-request/markdown.ts';

describe('plain text from outside', () => {
  test.each([
    ['a mention', 'ask @everyone'],
    ['an issue link', 'fixes #1'],
    ['a comment that ends our marker', '--> <!-- consignee:end -->'],
    ['HTML', '<img src=x onerror=alert(1)>'],
    ['a link', '[click](javascript:alert(1))'],
    ['an address', 'see https://evil.example'],
    ['an address without a scheme', 'see _www.evil.example or WWW.evil.example'],
    ['an issue link without a sign', 'fixes GH-1, gh-2'],
    ['a table cell', 'a | b'],
  ])('%s has no effect', (_, text) => {
    const shown = plain(text);
    expect(shown).not.toMatch(/@[a-z]|#\d|<|(?<!\\)[[\]|]|:\/\/|www\.|gh-\d/i);
  });

  test('bidirectional and zero-width characters are made visible', () => {
    expect(plain('a\u202eb\u200bc')).toBe('a\ufffdb\ufffdc');
  });
});

property.prop([fc.string()])('inline code cannot be left', (text) => {
  const shown = code(text);
  const fence = shown.match(/^`+/)?.[0] ?? '';
  expect(fence.length).toBeGreaterThan(0);
  expect(shown.endsWith(fence)).toBe(true);
  expect(shown).not.toMatch(/[\n|]/);
});

property.prop([fc.string()])('a code block cannot be left', (text) => {
  const [first = '', ...rest] = codeBlock(text, 'diff').split('\n');
  const fence = first.match(/^`+/)?.[0] ?? '';
  expect(fence.length).toBeGreaterThanOrEqual(3);
  expect(rest.slice(0, -1).some((line) => line.includes(fence))).toBe(false);
  expect(rest.at(-1)).toBe(fence);
});

test('long text is cut', () => {
  expect([...code('x'.repeat(1000))].length).toBeLessThan(210);
});
