import { describe, expect, test } from 'vitest';
import { columns, fold, printJson, styler, toScreen } from '../../src/cli/terminal.ts';

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
    const bold = styler({ colour: true });
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
    expect(toScreen(text)).not.toMatch(/[^\P{Cc}\n\t]|[\u202a-\u202e]/u);
  });

  test('our own styles are shown, and end where they should', () => {
    expect(toScreen(`${styler({ colour: true })('red', 'stop')} go`)).toBe('\u001b[31mstop\u001b[39m go');
  });

  test('foreign text cannot style itself', () => {
    expect(toScreen('\u{f0001}dim for ever')).toBe('dim for ever');
  });
});
