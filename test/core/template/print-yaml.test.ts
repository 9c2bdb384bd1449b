import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { parseStrictYaml } from '../../../src/core/document/strict-yaml.ts';
import { printBlock, printFlow, printText } from '../../../src/core/template/print-yaml.ts';
import { jsonValue, nastyTexts } from '../../builders/nasty-values.ts';

/** How each kind of reader understands a text: Kubernetes (YAML 1.1), the library (YAML 1.2), and our strict one. */
const readers: readonly [string, (text: string) => unknown][] = [
  ['YAML 1.1', (text) => parse(text, { version: '1.1' })],
  ['YAML 1.2', (text) => parse(text, { version: '1.2' })],
  [
    'strict YAML',
    (text) => {
      const parsed = parseStrictYaml(text);
      return parsed.kind === 'parsed' ? structuredClone(parsed.value) : parsed;
    },
  ],
];

describe.each(readers)('read as %s', (_, read) => {
  test.each(nastyTexts)('the text %j comes back from a block and from brackets', (text) => {
    expect(read(`a: ${printText(text)}\nb: { c: ${printText(text, 'flow')}, d: 1 }\n`)).toEqual({
      a: text,
      b: { c: text, d: 1 },
    });
  });

  test.each(nastyTexts)('the key %j comes back', (key) => {
    expect(read(`${printBlock({ [key]: 1 }, 0)}\n`)).toEqual({ [key]: 1 });
    expect(read(`a: ${printFlow({ [key]: [key] })}\n`)).toEqual({ a: { [key]: [key] } });
  });

  property.prop([jsonValue])('any JSON value comes back from lines and from brackets', (value) => {
    expect(read(`- ${printBlock(value, 2)}\n- ${printFlow(value)}\n- [${printFlow(value, 'flow')}]\n`)).toEqual([
      value,
      value,
      [value],
    ]);
  });

  property.prop([fc.double({ noNaN: true, noDefaultInfinity: true })])('any number comes back', (number) => {
    expect(read(`a: ${printFlow(number)}\n`)).toEqual({ a: number === 0 ? 0 : number });
  });
});

test.each([
  ['a name', 'podinfo-v1.0.0'],
  ['an address', 'gitea.ocm.dev/software-consumer'],
  ['an address with a scheme and a port', 'https://registry.example.org:5000/a'],
  ['a path', './components/podinfo'],
  ['a sentence', 'Hello from podinfo'],
  ['a digest', 'sha256:0a1b'],
  ['a base64 text', 'LS0tLS1CRUdJTiBQVUJMSUM=='],
])('%s needs no quotes', (_, text) => {
  expect(printText(text)).toBe(text);
});

test.each(['1.20', 'yes', 'No', 'null', '~', 'y', '0x10', '2026-01-01', '1e3', '12:30:45', '>=1.0.0', '<<', '=', ''])(
  '%j is put in quotes',
  (text) => {
    expect(printText(text)).toBe(JSON.stringify(text));
  },
);

test('what only new readers understand is not written', () => {
  expect(printText('a:b', 'flow')).toBe('"a:b"');
  expect(printFlow([1e21, 5e-324, 2 ** 53])).toBe('[1.0e+21, 5.0e-324, 9.007199254740992e+15]');
});

test('characters that cannot be seen are escaped', () => {
  expect(printText('a\u202eb\u0085c\ufeffd\u{e0041}\u0000')).toBe('"a\\u202eb\\u0085c\\ufeffd\\U000e0041\\u0000"');
});

test('lists and maps are printed as people write them', () => {
  const value = { name: 'x', list: [1, { a: true, b: null }, [2, 3]], empty: {}, none: [] };
  expect(printBlock(value, 0)).toBe(
    'name: x\nlist:\n  - 1\n  - a: true\n    b: null\n  - - 2\n    - 3\nempty: {}\nnone: []',
  );
});
