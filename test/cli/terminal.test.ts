import { describe, expect, test } from 'vitest';
import { columns, createColourKey, cut, fold, printJson, styler, toScreen } from '../../src/cli/terminal.ts';

const colour = createColourKey();

describe('columns', () => {
  test('are as wide as their widest cell, and lines have no blanks at their end', () => {
    expect(
      columns([
        ['A', 'B'],
        ['long', ''],
        ['x', 'y'],
      ]),
    ).toBe('A      B\nlong\nx      y');
  });

  test('colours do not count as width', () => {
    const bold = styler({ colour });
    const [, second] = columns([
      [bold('bold', 'AB'), 'C'],
      ['xyz', 'D'],
    ]).split('\n');
    expect(second).toBe('xyz   D');
  });
});

describe('folding', () => {
  test('breaks at blanks, indents every line and loses no word', () => {
    const text = 'one two three four five six seven eight nine ten eleven twelve';
    const folded = fold(text, { width: 40, indent: 2 });
    expect(folded.split('\n').every((line) => line.startsWith('  ') && line.length <= 40)).toBe(true);
    expect(folded.split(/\s+/).filter((it) => it !== '')).toEqual(text.split(' '));
  });

  test('a word that is longer than the line stays whole', () => {
    expect(fold(`see ${'x'.repeat(100)} there`, { width: 40 })).toBe(`see\n${'x'.repeat(100)}\nthere`);
  });

  test('leaves line ends, lines that begin with a blank, and examples after an empty line as they are', () => {
    const example = `key: ${'word '.repeat(20)}end\nother: 1`;
    expect(fold(`Write one:\n\n${example}`, { width: 40 })).toBe(`Write one:\n\n${example}`);
    const indented = `  ${'word '.repeat(20)}end`;
    expect(fold(`One line\nand ${'more '.repeat(10)}\n${indented}`, { width: 30, indent: 2 })).toBe(
      `  One line\n  and more more more more more\n  more more more more more \n  ${indented}`,
    );
  });
});

test('what is absent is null for programs, and maps are objects', () => {
  expect(JSON.parse(printJson({ a: undefined, b: new Map([['c', 1]]) }))).toEqual({ a: null, b: { c: 1 } });
});

test('nothing is styled where colours are not wanted', () => {
  expect(styler({ colour: false })('red', 'text')).toBe('text');
});

describe('what reaches the screen', () => {
  test.each([
    ['an escape sequence', 'a\u001b[8mhidden\u001b[0m'],
    ['a cursor movement', 'a\u001b[2J\r'],
    ['a title of the window', 'a\u001b]0;title\u0007'],
    ['a control of eight bits', 'a\u009b2J'],
    ['a bidirectional override', 'a\u202egpj.exe'],
  ])('%s of foreign text is taken out', (_, text) => {
    expect(toScreen(text, colour)).not.toMatch(/[^\P{Cc}\n\t]|[\u202a-\u202e]/u);
  });

  test('our own styles are shown, and end where they should', () => {
    expect(toScreen(`${styler({ colour })('red', 'stop')} go`, colour)).toBe('\u001b[31mstop\u001b[39m go');
  });

  test.each([
    ['a style of our own', '\u{f0001}dim for ever'],
    ['a style with its end', '\u{f0001}dim for ever\u{f0006}'],
    ['a style with the key of another process', styler({ colour: createColourKey() })('dim', 'dim for ever')],
  ])('foreign text cannot style itself with %s', (_, text) => {
    expect(toScreen(text, colour)).toBe('dim for ever');
    expect(toScreen(text, false)).toBe('dim for ever');
    expect(toScreen(styler({ colour })('red', text), colour)).toBe('\u001b[31mdim for ever\u001b[39m');
  });

  test('styles do not make lines shorter', () => {
    const words = 'one two three four five six seven eight nine ten';
    expect(toScreen(fold(`${styler({ colour })('red', 'one')}${words.slice(3)}`, { width: 30 }), false)).toBe(
      fold(words, { width: 30 }),
    );
  });

  test('programs get foreign text in JSON as it is, and nothing of it steers the screen', () => {
    const text = '\u{f0001}a\u{f0006}\u009b2J\u202e';
    expect(JSON.parse(toScreen(printJson({ text }), colour))).toEqual({ text });
  });
});

test('what has room for one line is cut to it', () => {
  expect(cut('short', 10)).toBe('short');
  expect(cut('a rather long text', 10)).toBe('a rather …');
  expect(cut('two\nlines', 10)).toBe('two …');
});
