import { test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { createEvaluate } from '../../../src/core/template/expression.ts';
import { type FillResult, fillTemplate } from '../../../src/core/template/splice.ts';
import { jsonValue, nastyTexts } from '../../builders/nasty-values.ts';

const variables = {
  a: 'podinfo',
  version: '1.20',
  n: null,
  list: [1, { b: 2, c: [3] }],
  map: { name: 'x', other: { up: true } },
  none: [],
};

/** In these tests «x» stands for an expression: dollar, two braces, x, two braces. */
const template = (text: string) => ({ text: text.replace(/«(.*?)»/gs, '$${{ $1 }}'), source: 'deploy.yaml' });

const fill = (text: string, values: Readonly<Record<string, unknown>> = variables): FillResult =>
  fillTemplate(template(text), createEvaluate(values));

function filled(text: string, values?: Readonly<Record<string, unknown>>): string {
  const result = fill(text, values);
  if (result.kind === 'problems') throw new Error(JSON.stringify(result.findings));
  return result.filled.text;
}

test.each([
  ['a plain scalar', 'name: «a» # why\n', 'name: podinfo # why\n'],
  ['a scalar in single quotes', 'name: \'«a + "#1"»\'\n', 'name: "podinfo#1"\n'],
  ['a scalar in double quotes', 'name: "«a»"\n', 'name: podinfo\n'],
  ['a scalar over several lines', 'name: \'«a +\n  "-x"»\'\nb: 1\n', 'name: podinfo-x\nb: 1\n'],
  ['an item', 'names:\n- «a»\n-   «a»\n', 'names:\n- podinfo\n-   podinfo\n'],
  ['a scalar in brackets', "{ name: '«a»', names: ['«a»'] }\n", '{ name: podinfo, names: [podinfo] }\n'],
  ['a text with a colon in brackets', '{ a: \'«a + ":x"»\' }\n', '{ a: "podinfo:x" }\n'],
  ['a text that looks like a number', 'version: «version»\n', 'version: "1.20"\n'],
  ['a number', 'count: «1 + 1»\n', 'count: 2\n'],
  ['a number between quotes', 'count: "«1 + 1»"\n', 'count: 2\n'],
  ['a truth value', 'wait: «a == "podinfo"»\n', 'wait: true\n'],
  ['the whole file', '«map»\n', 'name: x\nother:\n  up: true\n'],
])('replaces %s', (_, text, result) => {
  expect(filled(text)).toBe(result);
});

test('refuses a template with a line break that only some readers take for one, and escapes it in what it puts in', () => {
  expect(fill('a: 1 # \u2028b: 2\n')).toMatchObject({
    kind: 'problems',
    findings: [{ place: { line: 1, column: 8 }, message: expect.stringContaining('U+2028') }],
  });
  expect(filled('a: «a»\n', { a: 'x\u2028b: 2' })).toBe('a: "x\\u2028b: 2"\n');
});

test('changes nothing else: comments, order, layout, line ends', () => {
  const text = '# top\r\n\r\nb:   1   # one\r\na: «a»\r\n\r\n\r\nc: {x: 1,y:  2}\r\nd: |\r\n  text\r\n# end';
  expect(filled(text)).toBe(text.replace('«a»', 'podinfo'));
});

test.each([
  ['under its key', 'l: «list»\nz: 1\n', 'l:\n  - 1\n  - b: 2\n    c:\n      - 3\nz: 1\n'],
  ['under an indented key', 'k:\n    l:   «map»\n', 'k:\n    l:\n      name: x\n      other:\n        up: true\n'],
  ['on a line of its own', 'k:\n   «map»\n', 'k:\n   name: x\n   other:\n     up: true\n'],
  ['behind a dash', 'k:\n  - «map»\n  - z: «none»\n', 'k:\n  - name: x\n    other:\n      up: true\n  - z: []\n'],
  ['under a key behind a dash', '- k: «map»\n  z: 1\n', '- k:\n    name: x\n    other:\n      up: true\n  z: 1\n'],
  ['on one line before a comment', 'l: «list» # why\n', 'l: [1, { b: 2, c: [3] }] # why\n'],
  ['on one line in brackets', "f: ['«list»']\n", 'f: [[1, { b: 2, c: [3] }]]\n'],
  ['with the line ends of the file', 'l: «map»\r\nz: 1\r\n', 'l:\r\n  name: x\r\n  other:\r\n    up: true\r\nz: 1\r\n'],
])('a list or map is written %s', (_, text, result) => {
  expect(filled(text)).toBe(result);
});

test.each([
  ['between others', 'a: 1\nb: «n»\nc: 2\n', 'a: 1\nc: 2\n'],
  ['with the comment on its line, but not the one above', '# above\nb: «n» # on it\nc: 2\n', '# above\nc: 2\n'],
  ['when its value stands below', 'a:\n  b:\n    «n»\n  c: 2\n', 'a:\n  c: 2\n'],
  ['at the end of a file without a line break', 'a: 1\nb: «n»', 'a: 1\n'],
  ['behind a dash', '- a: «n»\n  b: 1\n- c: 2\n', '- b: 1\n- c: 2\n'],
  ['behind a dash, with the second', '- a: «n»\n  b: «n»\n  c: 1\n', '- \n  c: 1\n'],
  ['behind a dash before a comment', '- a: «n»\n  # b is\n  b: 1\n', '- \n  # b is\n  b: 1\n'],
  ['as the only one', 'a:\n  b: «n»\nc: 1\n', 'a:\n  {}\nc: 1\n'],
  ['as the only one behind a dash', '- a: «n»\n- b\n', '- {}\n- b\n'],
  ['with all others', 'a:\n  b: «n»\n  # still here\n  c: «n»\n', 'a:\n  {}\n  # still here\n'],
])('an entry that is null is left out %s', (_, text, result) => {
  expect(filled(text)).toBe(result);
});

test('null within a list or map stays', () => {
  expect(parse(filled(`a: '«{"b": n, "c": [n]}»'`))).toEqual({ a: { b: null, c: [null] } });
});

test.each([
  ['a: v«version»\n', 1, 4, /must be the whole value/, /Put the text into the expression/],
  ["a: '«a»-«a»'\n", 1, 4, /must be the whole value/, /Put the text into the expression/],
  ["a: ' «a»'\n", 1, 4, /must be the whole value/, /Put the text into the expression/],
  ['b: 1\na: |\n  «a»\n', 2, 4, /block text/, /single quotes/],
  ['a: «"x # y"»\n', 1, 4, /does not end with/, /single quotes/],
  ["a: '«»'\n", 1, 4, /is empty/, /CEL/],
  ['«a»: 1\n', 1, 11, /cannot be a key/, /single quotes/],
  ['a: «n == null ? 1 : 2»\n', 1, 4, /not the YAML it must be/, /single quotes/],
  ['a: { b: «a» }\n', 1, 10, /not the YAML it must be/, /single quotes/],
  ['a: &x «a»\n', 1, 7, /anchor/, /single quotes/],
  ['a: 1\n---\nb: 1\n', 2, 1, /second document/, undefined],
  ["a: ['«n»']\n", 1, 5, /yields null/, /whole list/],
  ["a: { b: '«n»' }\n", 1, 9, /yields null/, /whole list/],
  ['- «n»\n', 1, 3, /yields null/, /whole list/],
  ['«n»\n', 1, 1, /yields null/, /whole list/],
  ['? a\n: «n»\n', 2, 3, /cannot be left out/, /key: value/],
  ['a:\n  b: «a.x»\n', 2, 6, /a\.x/, /Use/],
])('%j is refused with place and remedy', (text, line, column, message, remedy) => {
  expect(fill(text)).toEqual({
    kind: 'problems',
    findings: [
      {
        place: { file: 'deploy.yaml', line, column },
        message: expect.stringMatching(message),
        remedy: remedy && expect.stringMatching(remedy),
      },
    ],
  });
});

test('all problems of a template are told at once', () => {
  const result = fill('a: «x»\nb: «y»\nc: v«a»\n');
  expect(result.kind === 'problems' && result.findings.map((it) => it.place?.line)).toEqual([1, 2, 3]);
});

test('a key that is too long for YAML is refused', () => {
  const result = fill('a: «map»\n', { map: { ['k'.repeat(2000)]: 1 } });
  expect(result).toMatchObject({ findings: [{ message: expect.stringMatching(/does not fit/) }] });
});

test('tells where a value comes from', () => {
  const result = fill('metadata:\n  name: «list»\n  namespace: x\n');
  if (result.kind === 'problems') throw new Error('it must be filled');
  const { originOf } = result.filled;
  const place = { file: 'deploy.yaml', line: 2, column: 9 };
  expect(originOf(['metadata', 'name'])).toEqual({ place, expression: 'list' });
  expect(originOf(['metadata', 'name', 1, 'b'])).toMatchObject({ expression: 'list' });
  expect(originOf(['metadata', 'namespace'])).toEqual({
    place: { ...place, line: 3, column: 14 },
    expression: undefined,
  });
});

const everywhere = `first: 1 # stays
v: «v»
quoted: "«v»"
commented: '«v»' # stays
nested:
  own:
    «v»
  list:
    - «v»
    - - «v»
    - v: «v»
      next: 1
flow: { v: '«v»', list: ['«v»', 1] }
last: true
`;

function expectEverywhere(value: unknown): void {
  const text = filled(everywhere, { v: value });
  const wanted = {
    first: 1,
    v: value,
    quoted: value,
    commented: value,
    nested: { own: value, list: [value, [value], { v: value, next: 1 }] },
    flow: { v: value, list: [value, 1] },
    last: true,
  };
  expect(parse(text, { version: '1.2' })).toEqual(wanted);
  expect(parse(text, { version: '1.1' })).toEqual(wanted);
}

describe('whatever the value', () => {
  test.each(nastyTexts)('the text %j comes back and changes nothing around it', expectEverywhere);

  property.prop([jsonValue.filter((it) => it !== null)])(
    'any JSON value through a template comes back equal and never changes the structure',
    expectEverywhere,
  );

  property.prop([jsonValue])('rendering twice gives the same bytes', (value) => {
    const text = `a: 'x'\nb: '«{"v": v}»'\n`;
    expect(filled(text, { v: value })).toBe(filled(text, { v: value }));
  });
});
