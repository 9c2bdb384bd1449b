import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { stringify } from 'yaml';
import { diffManifests } from '../../../src/core/diff/manifest-diff.ts';
import { nastyTexts } from '../../builders/nasty-values.ts';

/** What readers of YAML disagree about, and what is refused; octal numbers that the printer leaves without quotes. */
const unfit = /[\u007f-\u009f\u2028\u2029\ufeff]|\r|^[-+]?0[oO]/;

const values = fc.oneof(
  fc.constantFrom(...nastyTexts.filter((it) => !unfit.test(it))),
  fc.string({ unit: 'grapheme' }).filter((it) => !unfit.test(it)),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
);
const parts = fc.dictionary(
  fc.constantFrom('a', 'b.c/d', 'yes', '010', 'e f'),
  fc.oneof(values, fc.array(values, { maxLength: 3 })),
);
const objects = fc.uniqueArray(
  fc.record({
    kind: fc.constantFrom('ConfigMap', 'Secret', 'Thing'),
    name: fc.constantFrom('x', 'y'),
    spec: parts,
    data: parts,
  }),
  { maxLength: 4, selector: ({ kind, name }) => `${kind}/${name}` },
);
type Objects = typeof objects extends fc.Arbitrary<infer T> ? T : never;

const contentOf = ({ kind, name, spec, data }: Objects[number]) => ({
  apiVersion: 'v1',
  kind,
  metadata: { name },
  spec,
  data,
});
const asJson = (of: Objects) => new Map(of.map((it, index) => [`${index}.json`, JSON.stringify(contentOf(it))]));

const turned = (value: object) => Object.fromEntries(Object.entries(value).toReversed());

/** The same objects in one file, in another order of documents and keys, with other quotes, line ends and indentation. */
function otherwise(of: Objects): ReadonlyMap<string, string> {
  const documents = of.toReversed().map((it) => {
    const content = contentOf(it);
    const other = turned({ ...content, spec: turned(content.spec), data: turned(content.data) });
    return stringify(other, { version: '1.1', indent: 4, lineWidth: 0, singleQuote: true }).replaceAll('\n', '\r\n');
  });
  return new Map([['all.yaml', documents.join('---\r\n')]]);
}

describe('for any objects', () => {
  test.prop([objects])('nothing differs from itself', (of) => {
    expect(diffManifests(asJson(of), asJson(of))).toEqual({
      objects: [],
      unchanged: of.length,
      unreadable: [],
      truncated: false,
    });
  });

  test.prop([objects])('it does not matter how they are written', (of) => {
    expect(diffManifests(asJson(of), otherwise(of))).toEqual({
      objects: [],
      unchanged: of.length,
      unreadable: [],
      truncated: false,
    });
  });

  test.prop([objects, objects])('the way back has the same changes, turned', (one, other) => {
    const there = diffManifests(asJson(one), asJson(other));
    const back = diffManifests(asJson(other), asJson(one));
    const turn = { added: 'removed', removed: 'added', changed: 'changed' } as const;
    expect(back.objects.map(({ object, change }) => ({ object, change: turn[change] }))).toEqual(
      there.objects.map(({ object, change }) => ({ object, change })),
    );
    expect(back.unchanged).toBe(there.unchanged);
  });

  test.prop([
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.constantFrom('', '---\n', '{', '\t', '&a *a', 'a: &a [*a]\n'),
  ])('every text has an answer', (text, more) => {
    const file = `apiVersion: v1\nkind: X\nmetadata: {name: x}\n${more}${text}`;
    const found = diffManifests(new Map([['a.yaml', file]]), new Map());
    expect(found.objects.length + found.unreadable.length).toBeGreaterThan(0);
  });
});

describe('values as Kubernetes reads them', () => {
  const thing = (value: string) =>
    new Map([['a.yaml', `apiVersion: v1\nkind: X\nmetadata: {name: x}\nvalue: ${value}\n`]]);
  const fieldsOf = (one: string, other: string) =>
    diffManifests(thing(one), thing(other)).objects.flatMap(({ fields }) => fields);

  test.each([
    ['1.0', '1'],
    ['1e3', '1000'],
    ['yes', 'true'],
    ['Off', 'false'],
    ['010', '8'],
    ['0o10', '8'],
    ['0x1F', '31'],
    ['0X1f', '31'],
    ['-0b11', '-3'],
    ['.5_0', '".5_0"'],
    ['0b11', '3'],
    ['1_000', '1000'],
    ['-0', '0'],
    ['~', 'null'],
    ['', 'null'],
    ["'x'", '"x"'],
    ['"\\u0078"', 'x'],
    ['|\n  x\n', '"x\\n"'],
    ['!!str 1', '"1"'],
    ['!!int "1"', '1'],
    ['!!float "1.5"', '1.5'],
    ['!!bool "yes"', 'true'],
    ['!!null ""', 'null'],
    ['!!map {a: !!seq [b]}', '{a: [b]}'],
    ['[&a {b: 1}, {!!merge "<<": *a}]', '[{b: 1}, {b: 1}]'],
    ['{!!str <<: 1}', '{"<<": 1}'],
    ['12:30:45', '"12:30:45"'],
    ['2026-11-21', '"2026-11-21"'],
    ['e5', '"e5"'],
    ['.', '"."'],
    ['[&a {b: 1}, *a]', '[{b: 1}, {b: 1}]'],
    ['[&a {b: 1, c: 2}, {<<: *a, c: 3}]', '[{b: 1, c: 2}, {b: 1, c: 3}]'],
    ['[&a {b: 1}, &c {b: 2, d: 3}, {<<: [*a, *c]}]', '[{b: 1}, {b: 2, d: 3}, {b: 1, d: 3}]'],
    ['[&a 1, &a 2, *a]', '[1, 2, 2]'],
  ])('%j is %j', (one, other) => {
    expect(diffManifests(thing(one), thing(other))).toMatchObject({ objects: [], unchanged: 1, unreadable: [] });
  });

  test.each([
    ['1', '"1"', '1', '"1"'],
    ['yes', '"yes"', 'true', '"yes"'],
    ['010', '10', '8', '10'],
    ['null', '"null"', 'null', '"null"'],
    ['9007199254740993', '9007199254740992', '9007199254740993', '9007199254740992'],
    ['.inf', '-.inf', 'Infinity', '-Infinity'],
    ['1.2', '1.20.0', '1.2', '"1.20.0"'],
    ['{"<<": 1}', '{"<<": 2}', '1', '2'],
  ])('%j is not %j', (one, other, before, after) => {
    expect(fieldsOf(one, other)).toMatchObject([{ before, after }]);
  });
});

describe('a Secret', () => {
  const secret = (rest: string, metadata = '') =>
    new Map([['a.yaml', `apiVersion: v1\nkind: Secret\nmetadata: {name: s${metadata}}\n${rest}\n`]]);
  const pathsOf = (before: string, after: string) =>
    diffManifests(secret(before), secret(after)).objects.flatMap(({ fields }) => fields);
  const hidden = { before: '(hidden)', after: '(hidden)' };

  test.each([
    ['data: {k: YQ==}', 'data: {k: Yg==}', [{ path: 'data.k', ...hidden }]],
    ['stringData: {k: a}', 'stringData: {k: b}', [{ path: 'stringData.k', ...hidden }]],
    ['stringData: {}', 'stringData: {k: b}', [{ path: 'stringData.k', before: undefined, after: '(hidden)' }]],
    ['Data: {k: a}', 'Data: {k: b}', [{ path: 'Data.k', ...hidden }]],
    ['data: a', 'data: b', [{ path: 'data', ...hidden }]],
    ['stringData: {k: {v: a}}', 'stringData: {k: {v: b}}', [{ path: 'stringData.k', ...hidden }]],
    ['type: a', 'type: b', [{ path: 'type', before: '"a"', after: '"b"' }]],
    ['data: {k: a}', 'data: {k: "a"}', []],
  ])('%j to %j shows where, never what', (before, after, fields) => {
    expect(pathsOf(before, after)).toEqual(fields);
  });

  test('what kubectl applied is shown of no object', () => {
    const applied = (value: string) => `, annotations: {kubectl.kubernetes.io/last-applied-configuration: ${value}}`;
    const [field] = diffManifests(secret('', applied('a')), secret('', applied('b'))).objects[0]?.fields ?? [];
    expect(field).toEqual({
      path: 'metadata.annotations["kubectl.kubernetes.io/last-applied-configuration"]',
      ...hidden,
    });
  });

  const places = fc.constantFrom('data', 'stringData', 'binaryData', 'values');
  const form = fc.constantFrom('map', 'nested', 'list', 'text', 'list of objects');

  test.prop([places, form, places, form, fc.constantFrom('Secret', 'SecretList', 'List')])(
    'no value appears anywhere, however it is declared',
    (place, one, other, two, wrapped) => {
      const content = (of: string, value: string) =>
        ({
          map: { k: value },
          nested: { k: { v: [value] } },
          list: [value, 'x'],
          text: value,
          'list of objects': [{ name: value }],
        })[of];
      const file = (at: string, of: string, value: string) => {
        const object = {
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: { name: 's' },
          immutable: true,
          [at]: content(of, value),
        };
        const list = { apiVersion: 'v1', kind: wrapped, items: [object] };
        return new Map([['a.yaml', JSON.stringify(wrapped === 'Secret' ? object : list)]]);
      };
      const found = diffManifests(file(place, one, 'canary-one'), file(other, two, 'canary-two'), {
        ownImages: { registries: [], references: [], digests: [], localized: { before: [], after: [] } },
      });
      expect(found.objects).toHaveLength(1);
      expect(JSON.stringify(found)).not.toContain('canary');
    },
  );
});
