import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { decodeUtf8, isAmbiguousScalar, parseStrictYaml } from '../../../src/core/document/strict-yaml.ts';

function parse(text: string) {
  const result = parseStrictYaml(text);
  if (result.kind === 'problems') throw new Error(result.problems.map(({ message }) => message).join('; '));
  return result;
}

/** Each problem as `kind line:column`. */
const problemsOf = (text: string) => {
  const result = parseStrictYaml(text);
  return result.kind === 'parsed' ? [] : result.problems.map(({ kind, line, column }) => `${kind} ${line}:${column}`);
};

const plain = (value: unknown) => JSON.parse(JSON.stringify(value));

describe('it takes', () => {
  const cases: [text: string, value: unknown][] = [
    ['', null],
    ['# only a comment\n', null],
    ['---\n', null],
    ['a: 1\nb: [x, "y", \'z\']\n', { a: 1, b: ['x', 'y', 'z'] }],
    ['a:\n  - b: true\n    c: ~\n  - null\n', { a: [{ b: true, c: null }, null] }],
    ['{"a": {"b": [1.5, -2, 1e3]}}', { a: { b: [1.5, -2, 1000] } }],
    ['a: |\n  x\n  y\nb: >-\n  x\n  y\n', { a: 'x\ny\n', b: 'x y' }],
    ['a: "no"\nb: "0o17"\nc: "12:30"\nd: "1_000"\n', { a: 'no', b: '0o17', c: '12:30', d: '1_000' }],
    ['a: v1.0.0\nb: 1.0.0\nc: 2026-11-21T12:00:00Z\n', { a: 'v1.0.0', b: '1.0.0', c: '2026-11-21T12:00:00Z' }],
    ['a: {b: 1}\nb: {a: 1}\n', { a: { b: 1 }, b: { a: 1 } }],
    ['"<<": 1\n', { '<<': 1 }],
    ['a: 9007199254740991\n', { a: 9007199254740991 }],
    ['a: "\\ud83d\\ude00"\n', { a: '😀' }],
  ];

  test.each(cases)('%j', (text, value) => {
    expect(plain(parse(text).value)).toEqual(value);
  });

  test('keys that mean something to JavaScript, as keys', () => {
    const { value } = parse('__proto__: {a: 1}\nconstructor: 2\n');
    expect(Object.keys(value as object)).toEqual(['__proto__', 'constructor']);
    expect(Object.getPrototypeOf(value)).toBeNull();
  });

  test('64 levels', () => {
    expect(problemsOf('['.repeat(64) + ']'.repeat(64))).toEqual([]);
  });
});

describe('it refuses', () => {
  test.each([
    ['a key twice', 'a: 1\nb: 2\na: 3\n', ['duplicate-key 3:1']],
    ['a key twice, once quoted and escaped', 'a: 1\n"\\u0061": 2\n', ['duplicate-key 2:1']],
    ['a key twice, with blanks before the colon', 'a: 1\na  : 2\n', ['duplicate-key 2:1']],
    ['a key twice in a flow mapping', 'x: {a: 1, "a": 2}\n', ['duplicate-key 1:11']],
    ['a key three times', 'a: 1\na: 2\na: 3\n', ['duplicate-key 2:1', 'duplicate-key 3:1']],
    ['a key twice, further in', 'a:\n  - b:\n      c: 1\n      c: 2\n', ['duplicate-key 4:7']],
    ['the key __proto__ twice', '__proto__: 1\n__proto__: 2\n', ['duplicate-key 2:1']],
    ['an anchor', 'a: &x 1\n', ['anchor-or-alias 1:7']],
    ['an anchor on a key', '&x a: 1\n', ['anchor-or-alias 1:4']],
    ['an anchor on a mapping', 'a: &x {b: 1}\n', ['anchor-or-alias 1:7']],
    ['an alias', 'a: &x 1\nb: *x\n', ['anchor-or-alias 1:7', 'anchor-or-alias 2:4']],
    ['an alias for a key', 'a: &x b\n*x : 1\n', ['anchor-or-alias 1:7', 'key-not-text 2:1']],
    ['a merge key', 'a: 1\n<<: {b: 1}\n', ['anchor-or-alias 2:1']],
    ['a tag', 'a: !!str 1\n', ['tag 1:10']],
    ['a tag of somebody', 'a: !secret x\n', ['tag 1:12']],
    ['a tag on a mapping', 'a: !x {b: 1}\n', ['tag 1:7']],
    ['a tag that says the same', 'a: !!int 1\n', ['tag 1:10']],
    ['several documents', 'a: 1\n---\nb: 2\n', ['several-documents 2:1']],
    ['a second, empty document', 'a: 1\n---\n', ['several-documents 2:1']],
    ['a number as a key', '1: a\n', ['key-not-text 1:1']],
    ['a list as a key', '? [a]\n: 1\n', ['key-not-text 1:3']],
    ['nothing as a key', ': 1\n', ['key-not-text 1:1']],
    ['an integer beyond 2^53', 'a: 9007199254740993\n', ['number-out-of-range 1:4']],
    ['a number that is infinite here', 'a: 1e400\n', ['number-not-finite 1:4']],
    ['infinity', 'a: [.inf, -.INF]\n', ['number-not-finite 1:5', 'number-not-finite 1:11']],
    ['what is not a number by name', 'a: .nan\n', ['number-not-finite 1:4']],
    ['half a surrogate pair', 'a: "\\ud83d"\n"\\ude00": 1\n', ['encoding 1:4', 'encoding 2:1']],
    ['66 levels', '['.repeat(66) + ']'.repeat(66), ['too-deep 1:66']],
  ])('%s', (_, text, problems) => {
    const found = problemsOf(text).filter((it) => !it.startsWith('syntax'));
    expect(found).toEqual(problems);
  });

  test.each(['a: [', 'a: b: c', '"a', '\ta: 1', 'a: 1\n b: 2', '@a', 'a: *unknown'])('what is no YAML: %j', (text) => {
    expect(parseStrictYaml(text).kind).toBe('problems');
  });

  test('a text over the limits', () => {
    expect(parseStrictYaml('a: bcd', { maxLength: 5 })).toEqual({
      kind: 'problems',
      problems: [{ kind: 'too-large', message: 'the text is longer than 5 characters', line: 1, column: 1 }],
    });
    expect(parseStrictYaml('[[1]]', { maxDepth: 1 })).toMatchObject({ problems: [{ kind: 'too-deep' }] });
  });

  test.each([
    ['%YAML 1.1\n---\na: 2001-01-01\n', '1:1'],
    ['%TAG ! tag:example.org,2026:\n---\na: 1\n', '1:1'],
    ['# first\n%OTHER x\n---\na: 1\n', '2:1'],
    ['%x', '1:1'],
  ])('a directive: %j', (text, place) => {
    expect(problemsOf(text)).toContain(`syntax ${place}`);
  });

  // With the YAML library of Kubernetes, the comment ends at the character and `b` is part of the mapping.
  test.each(['\u2028', '\u2029', '\u0085', '\r', '\ufeff', '\0', '\x0b', '\x7f', '\x1b', '\x9f'])(
    'the character %j itself, in a comment as in a text, but not as an escape',
    (character) => {
      expect(problemsOf(`x:\n  a: {a: 1 # ${character},b: 2\n  }\n`)).toEqual(['encoding 2:14']);
      expect(problemsOf(`a: 1\r\nb: "${character}"\n`)).toEqual(['encoding 2:5']);
      const escaped = `"\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}"`;
      expect(parse(`{"a": ${escaped}}`).value).toEqual({ a: character });
    },
  );

  test('a text of more tokens than are asked for, which parsing would take much memory for', () => {
    const problem = {
      kind: 'problems',
      problems: [{ kind: 'too-large', message: 'the text has more than 30 tokens' }],
    };
    expect(parseStrictYaml(`[${'0,'.repeat(30)}]`, { maxTokens: 30 })).toMatchObject(problem);
    expect(parseStrictYaml(`- "${'0,'.repeat(30)}"`, { maxTokens: 30 }).kind).toBe('parsed');
  });

  test('several things at once, by place', () => {
    expect(problemsOf('b: &x no\na: !t 1\na: 0x10\n')).toEqual([
      'anchor-or-alias 1:7',
      'ambiguous-scalar 1:7',
      'tag 2:7',
      'duplicate-key 3:1',
      'ambiguous-scalar 3:4',
    ]);
  });

  test('what is no YAML after what is not taken', () => {
    expect(problemsOf('a: !t 1\nb: "x" y\n')).toEqual(['tag 1:7', 'syntax 2:8']);
  });

  test('and shows a long word in part', () => {
    const result = parseStrictYaml(`a: !${'x'.repeat(100_000)} 1`);
    expect(result.kind === 'problems' && result.problems.every(({ message }) => message.length <= 201)).toBe(true);
  });
});

describe('a plain scalar', () => {
  const ambiguous =
    'y Y yes Yes YES n N no No NO on On ON off Off OFF 010 -07 0o17 0b11 0x1F 1_000 1_0.5 1.5_0 1_0e3 -1_0 -_1 12:30 1:30:59 190:20:30.15'.split(
      ' ',
    );
  const clear = 'yEs nope 0 10 -1 1.5 1e3 true null v1_0 _1 a_1 1_a 1.2.3 12:3a 12:60 09 0x 1__x'.split(' ');

  test.each(ambiguous)('%s is ambiguous', (text) => {
    expect(isAmbiguousScalar(text)).toBe(true);
    expect(problemsOf(`a: ${text}\n`)).toEqual(['ambiguous-scalar 1:4']);
    expect(problemsOf(`a: "${text}"\n`)).toEqual([]);
  });

  test.each(clear)('%s is not', (text) => {
    expect(isAmbiguousScalar(text)).toBe(false);
  });
});

describe('places', () => {
  const text = 'a:\n  - b: 1\n    "c d": {e: [x, yy]}\nf:\n';
  const places: [path: (string | number)[], value: [number, number], key: [number, number]][] = [
    [[], [1, 1], [1, 1]],
    [['a'], [2, 3], [1, 1]],
    [
      ['a', 0],
      [2, 5],
      [2, 5],
    ],
    [
      ['a', 0, 'b'],
      [2, 8],
      [2, 5],
    ],
    [
      ['a', 0, 'c d', 'e', 1],
      [3, 20],
      [3, 20],
    ],
    [
      ['a', 0, 'c d', 'e', 7],
      [3, 16],
      [3, 16],
    ],
    [
      ['a', 0, 'missing', 'e'],
      [2, 5],
      [2, 5],
    ],
    [['f'], [4, 3], [4, 1]],
    [['missing'], [1, 1], [1, 1]],
  ];

  test.each(places)('%j is found', (path, [line, column], [keyLine, keyColumn]) => {
    const { placeOf, placeOfKey } = parse(text);
    expect(placeOf(path)).toEqual({ line, column });
    expect(placeOfKey(path)).toEqual({ line: keyLine, column: keyColumn });
  });

  test('an empty text has its beginning', () => {
    expect(parse('').placeOf(['a'])).toEqual({ line: 1, column: 1 });
    expect(parse('').placeOfKey([])).toEqual({ line: 1, column: 1 });
  });
});

describe('bytes', () => {
  test('are text when they are UTF-8', () => {
    expect(decodeUtf8(Buffer.from('grün 😀'))).toBe('grün 😀');
    expect(decodeUtf8(new Uint8Array())).toBe('');
  });

  test.each([
    ['a byte order mark', [0xef, 0xbb, 0xbf, 0x61]],
    ['Latin-1', [0x67, 0x72, 0xfc, 0x6e]],
    ['an overlong form', [0xc0, 0xaf]],
    ['half a surrogate pair', [0xed, 0xa0, 0x80]],
    ['UTF-16', [0xff, 0xfe, 0x61, 0x00]],
  ])('are none with %s', (_, bytes) => {
    expect(decodeUtf8(Uint8Array.from(bytes))).toBeUndefined();
  });
});

test.each([
  ['flow brackets', '['.repeat(1_000_000)],
  ['flow braces', '{a: '.repeat(250_000)],
  ['dashes', '- '.repeat(1_000_000)],
  ['question marks', '? '.repeat(1_000_000)],
  ['indented keys', Array.from({ length: 1000 }, (_, index) => `${' '.repeat(index)}a:`).join('\n')],
  ['indented dashes', Array.from({ length: 1000 }, (_, index) => `${' '.repeat(index)}-`).join('\n')],
])('a bomb of %s is refused at once', (_, text) => {
  const before = performance.now();
  expect(parseStrictYaml(text)).toMatchObject({
    problems: expect.arrayContaining([expect.objectContaining({ kind: 'too-deep' })]),
  });
  expect(performance.now() - before).toBeLessThan(10_000);
});

test.each([
  ['keys', Array.from({ length: 20_000 }, (_, index) => `k${index}: 1`).join('\n')],
  ['underscores', `1${'_'.repeat(500_000)}x`],
  ['colons', `1${':1'.repeat(100_000)}x`],
])('many %s take no more than seconds', (_, text) => {
  const before = performance.now();
  parseStrictYaml(text);
  expect(performance.now() - before).toBeLessThan(10_000);
});

const isWritten = (value: unknown) =>
  !/(?<![\d.eE+-])-?\d{16,}(?![\d.eE])/.test(JSON.stringify(value).replace(/"(?:[^"\\]|\\.)*"/g, ''));

test.prop([fc.jsonValue({ maxDepth: 5 }).filter(isWritten)])(
  'any value that is printed as JSON is parsed to the same',
  (value) => {
    expect(plain(parse(JSON.stringify(value)).value)).toEqual(plain(value));
    expect(plain(parse(JSON.stringify(value, undefined, 2)).value)).toEqual(plain(value));
  },
);
