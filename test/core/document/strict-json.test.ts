import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { parseStrictJson } from '../../../src/core/document/strict-json.ts';

const parse = (text: string) => parseStrictJson(Buffer.from(text));
const messageOf = (text: string) => {
  const result = parse(text);
  return result.kind === 'problem' ? result.message : undefined;
};

describe('it takes', () => {
  test.each([
    'null',
    '"text"',
    '-0.5e-3',
    '[]',
    '{}',
    '{"a":{"a":1},"b":[{"a":2},{"a":3}]}',
    '{"a":"a","b":"\\"a\\":","A":1}',
    '["a","a"]',
    '{"a":["b","b"],"b":{"c":"c"}}',
    '{"":1," ":2}',
    '{"\\u0061":1,"\\\\u0061":2}',
    '"\\ud83d\\ude00"',
    '9007199254740991',
    '-9007199254740991',
    '9007199254740993.5e10',
    `"${'1'.repeat(400)}"`,
    ' \t\r\n{ "a" : 1 , "b" : [ ] } ',
  ])('%s', (text) => {
    expect(parse(text)).toEqual({ kind: 'parsed', value: JSON.parse(text) });
  });

  test('64 levels', () => {
    expect(parse('['.repeat(64) + ']'.repeat(64)).kind).toBe('parsed');
    expect(parse(`["${'['.repeat(1000)}"]`).kind).toBe('parsed');
  });

  test('a key that means something to JavaScript, as a key', () => {
    const result = parse('{"__proto__":{"a":1}}');
    expect(result.kind === 'parsed' && Object.keys(result.value as object)).toEqual(['__proto__']);
  });
});

describe('it refuses', () => {
  test.each([
    ['a key twice', '{"a":1,"a":1}', 'the key "a" stands twice in one object'],
    [
      'a key twice, once escaped',
      String.raw`{"a":1,"\u0061":2}`,
      String.raw`the key "\u0061" stands twice in one object`,
    ],
    ['a key twice, with blanks before the colon', '{"a" \n\t:1,"a"  :2}', 'the key "a" stands twice in one object'],
    ['a key twice, further in', '[{"b":[{"a":1,"c":{},"a":2}]}]', 'the key "a" stands twice in one object'],
    [
      'a key twice, beside the same in other objects',
      '{"a":{"a":1},"b":{"a":1},"a":1}',
      'the key "a" stands twice in one object',
    ],
    [
      'a key twice that holds quotes and brackets',
      String.raw`{"\"{[":1,"\"{[":2}`,
      String.raw`the key "\"{[" stands twice in one object`,
    ],
    ['a key twice, around a list', '{"a":[1],"a":2}', 'the key "a" stands twice in one object'],
    ['the empty key twice', '{"":1,"":2}', 'the key "" stands twice in one object'],
    [
      'an integer beyond 2^53',
      '{"a":9007199254740993}',
      'the number 9007199254740993 is beyond 2^53, where integers lose digits',
    ],
    [
      'an integer beyond 2^53 below zero',
      '[-9007199254740992]',
      'the number -9007199254740992 is beyond 2^53, where integers lose digits',
    ],
    ['a number that is infinite here', '[1, 1e400]', 'the number 1e400 is beyond what a double holds'],
    ['a long number, cut', `[${'1'.repeat(100_000)}]`, `the number ${'1'.repeat(40)}… is beyond what a double holds`],
    ['half a surrogate pair in a text', String.raw`["\ud83d"]`, 'it holds half a surrogate pair'],
    ['half a surrogate pair in a key', String.raw`{"\ude00":1}`, 'it holds half a surrogate pair'],
    ['65 levels', '['.repeat(65) + ']'.repeat(65), 'it is nested more than 64 levels deep'],
    ['65 levels of objects', `${'{"a":'.repeat(65)}1${'}'.repeat(65)}`, 'it is nested more than 64 levels deep'],
    ['a byte order mark', '\ufeff{}', 'it is not UTF-8 text, or begins with a byte order mark'],
  ])('%s', (_, text, message) => {
    expect(messageOf(text)).toBe(message);
  });

  test.each([
    '',
    ' ',
    '{',
    '{"a":1,}',
    "{'a':1}",
    '{a:1}',
    '01',
    'NaN',
    '[1] [2]',
    '{"a":1}x',
    '"\t"',
    '// a\n1',
    '"',
    '\u00a01',
  ])('what is no JSON: %j', (text) => {
    expect(messageOf(text)).toMatch(/^it is not JSON: /);
  });

  test('what is no UTF-8', () => {
    for (const bytes of [
      [0x22, 0xff, 0x22],
      [0x22, 0xc0, 0xaf, 0x22],
      [0x22, 0xed, 0xa0, 0x80, 0x22],
      [0xff, 0xfe, 0x31, 0x00],
    ]) {
      expect(parseStrictJson(Uint8Array.from(bytes))).toEqual({
        kind: 'problem',
        message: 'it is not UTF-8 text, or begins with a byte order mark',
      });
    }
  });
});

test.each([
  ['brackets', '['.repeat(1_000_000)],
  ['keys', `{${Array.from({ length: 50_000 }, (_, index) => `"${index}":1`)}}`],
  ['blanks', `{"a"${' '.repeat(1_000_000)}:1}`],
  ['texts', `[${'"a",'.repeat(200_000)}1]`],
  ['escapes', `"${String.raw`\\`.repeat(500_000)}"`],
  ['open quotes', '"'.repeat(1_000_001)],
  ['digits', `[${'1'.repeat(1_000_000)}]`],
])('many %s take no more than a second', (_, text) => {
  const before = performance.now();
  parse(text);
  expect(performance.now() - before).toBeLessThan(10_000);
});

/** JSON writes large whole numbers with all digits, most of which a double does not have. */
const isWritten = (value: unknown) =>
  !/(?<![\d.eE+-])-?\d{16,}(?![\d.eE])/.test(JSON.stringify(value).replace(/"(?:[^"\\]|\\.)*"/g, ''));

test.prop([fc.jsonValue({ maxDepth: 5 }).filter(isWritten)])(
  'any value that is printed as JSON is parsed to the same',
  (value) => {
    expect(parse(JSON.stringify(value))).toEqual({ kind: 'parsed', value: JSON.parse(JSON.stringify(value)) });
    expect(parse(JSON.stringify(value, undefined, 2))).toEqual(parse(JSON.stringify(value)));
  },
);

test.prop([fc.string({ unit: fc.constantFrom(...'{}[]:,"\\u0061ae1- \n') })])(
  'what it takes, JSON.parse takes for the same',
  (text) => {
    const result = parse(text);
    if (result.kind === 'parsed') expect(result.value).toEqual(JSON.parse(text));
  },
);
