import { expect, test } from 'vitest';
import { printMarkdown } from '../../src/cli/print-markdown.ts';
import type { Terminal } from '../../src/cli/terminal.ts';
import { code, codeBlock, folded, plain, table } from '../../src/core/pull-request/markdown.ts';

const terminal: Terminal = {
  out: () => undefined,
  err: () => undefined,
  progress: () => undefined,
  live: false,
  colour: false,
  width: 80,
};
const print = (markdown: string) => printMarkdown(markdown, terminal);

test.each(['a|b `c`', '[link](x) *bold* <b>', 'user@example.org #1', 'https://example.org'])(
  'plain text comes back as it was: %s',
  (text) => {
    expect(print(plain(text))).toBe(text);
  },
);

test('code is shown without its marks', () => {
  expect(print(`image ${code('1.0')} and ${code('a`b')}`)).toBe('image 1.0 and a`b');
});

test('tables are aligned', () => {
  expect(
    print(
      table(
        ['name', 'is'],
        [
          [code('image'), 'new'],
          ['x', code('y')],
        ],
      ),
    ),
  ).toBe('name    is\n  image   new\n  x       y');
});

test('folded parts are open, and the markers of the bot are left out', () => {
  const shown = print(`<!-- consignee:begin a=b -->\n\n${folded('Details', 'text')}\n\n<!-- consignee:end -->`);
  expect(shown).toBe('Details\n\ntext');
});

test('a code block is shown as it is, whatever it holds', () => {
  const diff = '+| a | b |\n+<details>\n+**bold**';
  expect(print(codeBlock(diff, 'diff'))).toBe(diff.replaceAll('\n', '\n  '));
});
