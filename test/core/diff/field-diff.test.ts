import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { diffFields } from '../../../src/core/diff/field-diff.ts';
import { canonicalText, type Data, type DataMap } from '../../../src/core/diff/manifest-data.ts';

function dataOf(value: unknown): Data {
  if (Array.isArray(value)) return value.map(dataOf);
  if (typeof value === 'object' && value !== null) return mapOf(value);
  if (typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean') return value;
  return null;
}

const mapOf = (value: object): DataMap => new Map(Object.entries(value).map(([key, it]) => [key, dataOf(it)]));

/** Each change as `path: before > after`. */
const changesOf = (before: object, after: object, max = 200) =>
  diffFields(mapOf(before), mapOf(after), max).fields.map(
    (it) => `${it.path}: ${it.before ?? 'none'} > ${it.after ?? 'none'}`,
  );

describe('a change is told by the path of the value', () => {
  const cases: [what: string, before: object, after: object, changes: readonly string[]][] = [
    ['another value', { a: { b: 1 } }, { a: { b: 2 } }, ['a.b: 1 > 2']],
    ['a number and its text', { a: 1 }, { a: '1' }, ['a: 1 > "1"']],
    ['nothing and absence', { a: null }, {}, ['a: null > none']],
    ['all that comes with a part', { a: 1 }, { a: 1, b: { c: 2, d: [3] } }, ['b.c: none > 2', 'b.d[0]: none > 3']],
    ['an empty part that comes', {}, { a: {}, b: [] }, ['a: none > {}', 'b: none > []']],
    ['an empty map instead of an empty list', { a: [] }, { a: {} }, ['a: [] > {}']],
    ['a part that becomes a value', { a: { b: [1] } }, { a: 2 }, ['a: {"b":[1]} > 2']],
    ['a key that is no word', { a: { 'b.c/d': 1 } }, { a: { 'b.c/d': 2 } }, ['a["b.c/d"]: 1 > 2']],
    ['a key that means something to JavaScript', JSON.parse('{"__proto__":1}'), {}, ['__proto__: 1 > none']],
    ['a container by name', { a: [{ name: 'x', b: 1 }] }, { a: [{ name: 'x', b: 2 }] }, ['a[x].b: 1 > 2']],
    [
      'a container before others',
      { containers: [{ name: 'x', b: 1 }] },
      {
        containers: [
          { name: 'y', b: 2 },
          { name: 'x', b: 1 },
        ],
      },
      ['containers[y].name: none > "y"', 'containers[y].b: none > 2'],
    ],
    ['a name like a position', { a: [{ name: '0', b: 1 }] }, { a: [{ name: '0', b: 2 }] }, ['a["0"].b: 1 > 2']],
    [
      'a name like the order',
      { a: [{ name: 'order', b: 1 }] },
      { a: [{ name: 'order', b: 2 }] },
      ['a["order"].b: 1 > 2'],
    ],
    ['an item put in', { a: ['x', 'y', 'z'] }, { a: ['x', 'new', 'y', 'z'] }, ['a[1]: none > "new"']],
    ['an item taken out', { a: ['x', 'y', 'z'] }, { a: ['x', 'z'] }, ['a[1]: "y" > none']],
    [
      'an item put in and another changed',
      { a: [1, 2, 3, 4] },
      { a: [0, 1, 2, 9, 4] },
      ['a[0]: none > 0', 'a[3]: 3 > 9'],
    ],
    ['a part of an item', { a: [{ b: 1, c: 1 }] }, { a: [{ b: 1, c: 2 }] }, ['a[0].c: 1 > 2']],
    [
      'items of the same name by position',
      {
        a: [
          { name: 'x', b: 1 },
          { name: 'x', b: 2 },
        ],
      },
      {
        a: [
          { name: 'x', b: 1 },
          { name: 'x', b: 3 },
        ],
      },
      ['a[1].b: 2 > 3'],
    ],
    [
      'the order of what runs in order',
      { initContainers: [{ name: 'x' }, { name: 'y' }] },
      { initContainers: [{ name: 'y' }, { name: 'x' }] },
      ['initContainers[order]: "x, y" > "y, x"'],
    ],
    [
      'the order of what runs side by side',
      { env: [{ name: 'x' }, { name: 'y' }] },
      { env: [{ name: 'y' }, { name: 'x' }] },
      [],
    ],
    ['characters that cannot be seen', { a: 'x' }, { a: 'x\u202e\n\u0007' }, ['a: "x" > "x\\u202e\\n\\u0007"']],
  ];

  test.each(cases)('%s', (_, before, after, changes) => {
    expect(changesOf(before, after)).toEqual(changes);
  });
});

test('of long values that begin alike the part with the difference is shown, at most 200 characters', () => {
  const [field] = diffFields(
    mapOf({ a: `${'x'.repeat(5000)}1${'y'.repeat(900)}` }),
    mapOf({ a: `${'x'.repeat(5000)}2` }),
    1,
  ).fields;
  expect(field?.before).toMatch(/^…x{40}1y+…$/);
  expect(field?.after).toBe(`…${'x'.repeat(40)}2"`);
  expect(field?.before?.length).toBe(200);
});

test('a long value is cut at 200 characters and never within a character', () => {
  for (const lead of ['', 'x']) {
    const [field] = diffFields(mapOf({ a: 1 }), mapOf({ a: lead + '😀'.repeat(500) }), 1).fields;
    expect(field?.after?.length).toBeLessThanOrEqual(200);
    expect(field?.after?.isWellFormed()).toBe(true);
    expect(field?.after?.endsWith('…')).toBe(true);
  }
});

test('a long key does not make a long path', () => {
  const [field] = diffFields(mapOf({}), mapOf({ ['a b'.repeat(1000)]: 1 }), 1).fields;
  expect(field?.path.length).toBeLessThan(210);
});

test('a path is cut at 300 characters and never within a character', () => {
  for (const lead of ['', 'x']) {
    const deep = Array.from({ length: 20 }).reduce<object>((inner) => ({ [`${lead}${'😀'.repeat(90)}`]: inner }), {
      a: 1,
    });
    const [field] = diffFields(mapOf({}), mapOf(deep), 1).fields;
    expect(field?.path.length).toBeGreaterThan(298);
    expect(field?.path.length).toBeLessThanOrEqual(300);
    expect(field?.path.isWellFormed()).toBe(true);
    expect(field?.path.endsWith('…')).toBe(true);
  }
});

test('no more fields are told than asked for, and it is said', () => {
  const many = Object.fromEntries(Array.from({ length: 5 }, (_, index) => [`k${index}`, index]));
  expect(diffFields(mapOf({}), mapOf(many), 5)).toMatchObject({ truncated: false });
  expect(diffFields(mapOf({}), mapOf(many), 4)).toMatchObject({ truncated: true, fields: { length: 4 } });
});

test('two items that change places are told alike in both directions', () => {
  const there = changesOf({ a: ['x', 'y'] }, { a: ['y', 'x'] });
  const back = changesOf({ a: ['y', 'x'] }, { a: ['x', 'y'] });
  expect(there).toEqual(['a[0]: "x" > none', 'a[1]: none > "x"']);
  expect(back).toEqual(['a[0]: none > "x"', 'a[1]: "x" > none']);
});

test('lists too long for a table of all pairs are compared by position', () => {
  const list = (length: number, text: string) => ({ a: Array.from({ length }, (_, index) => `${text}${index}`) });
  const { fields, truncated } = diffFields(mapOf(list(30_000, 'x')), mapOf(list(30_001, 'y')), 100_000);
  expect(fields).toHaveLength(30_001);
  expect(truncated).toBe(false);
});

test('lists of more items than a call has room for are compared', () => {
  const list = (text: string) => ({ a: Array.from({ length: 200_000 }, (_, index) => `${text}${index}`) });
  expect(diffFields(mapOf(list('x')), mapOf(list('y')), 3)).toMatchObject({ truncated: true, fields: { length: 3 } });
});

test('lists in lists cost no more than their text', () => {
  // Written out, each side would have 2^60 parts; every part that is there twice is one object.
  const shared = (end: string): Data => Array.from({ length: 60 }).reduce<Data>((it) => [it, it], end);
  expect(canonicalText(shared('x'))).toBe(canonicalText(shared('x')));
  expect(canonicalText(shared('x'))).not.toBe(canonicalText(shared('y')));
});

describe('for any data', () => {
  const key = fc.constantFrom('a', 'b', 'c', 'env', 'x.y/z');
  const leaf = fc.oneof(
    fc.integer({ min: 0, max: 3 }),
    fc.boolean(),
    fc.constant(null),
    fc.constantFrom('', 'x', '1', 'true'),
  );
  const { tree } = fc.letrec<{ tree: unknown; map: object }>((tie) => ({
    map: fc.dictionary(key, tie('tree'), { maxKeys: 3 }),
    tree: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      leaf,
      tie('map'),
      fc.array(leaf, { maxLength: 5 }),
      fc.array(tie('map'), { maxLength: 3 }),
      fc.uniqueArray(fc.record({ name: fc.constantFrom('p', 'q', 'r'), v: tie('tree') }), {
        maxLength: 3,
        selector: (it) => it.name,
      }),
    ),
  }));
  const objects = fc.dictionary(key, tree, { maxKeys: 4 });

  /** Items that are matched by position are shown where they are on one side. */
  const withoutPositions = (path: string) => path.replace(/\[\d+\]/g, '[#]');
  const told = (before: object, after: object, turned = false) =>
    diffFields(mapOf(before), mapOf(after), 10_000)
      .fields.map((it) => {
        const [one, other] = turned ? [it.after, it.before] : [it.before, it.after];
        return `${withoutPositions(it.path)}: ${one} > ${other}`;
      })
      .toSorted();

  test.prop([objects])('nothing differs from itself', (one) => {
    expect(changesOf(one, structuredClone(one))).toEqual([]);
  });

  test.prop([objects, objects])('what is told is what is told the other way round, turned', (one, other) => {
    expect(told(one, other)).toEqual(told(other, one, true));
  });

  test.prop([objects, objects])(
    'no change is told where nothing differs, and one where something does',
    (one, other) => {
      for (const { before, after } of diffFields(mapOf(one), mapOf(other), 10_000).fields)
        expect(before).not.toBe(after);
    },
  );

  const maps = fc.letrec<{ map: object }>((tie) => ({
    map: fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.oneof(leaf, tie('map')), { maxKeys: 4 }),
  })).map;

  /** Every value by its path, without help of what is tested. */
  const leavesOf = (value: object, path = ''): readonly [string, string][] =>
    Object.entries(value).flatMap(([name, it]): readonly [string, string][] => {
      const here = path === '' ? name : `${path}.${name}`;
      const isPart = typeof it === 'object' && it !== null && Object.keys(it).length > 0;
      return isPart ? leavesOf(it, here) : [[here, JSON.stringify(it)]];
    });

  test.prop([maps, maps])(
    'every value that differs is told, with both values, or within a part that becomes a value',
    (one, other) => {
      const fields = diffFields(mapOf(one), mapOf(other), 10_000).fields;
      const [before, after] = [new Map(leavesOf(one)), new Map(leavesOf(other))];
      for (const path of new Set([...before.keys(), ...after.keys()])) {
        if (before.get(path) === after.get(path)) continue;
        const field = fields.find((it) => path === it.path || path.startsWith(`${it.path}.`));
        // An empty part that is filled is told by what is in it.
        const within = fields.some((it) => it.path.startsWith(`${path}.`));
        expect(field !== undefined || within).toBe(true);
        if (field?.path === path && before.has(path) && after.has(path)) {
          expect(field).toEqual({ path, before: before.get(path), after: after.get(path) });
        }
      }
    },
  );
});
