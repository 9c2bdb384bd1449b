import { describe, expect, test } from 'vitest';
import { parseDescriptor } from '../../../src/core/component/parse-descriptor.ts';
import { diffComponents, flattenDiff, isSame } from '../../../src/core/diff/component-diff.ts';
import { descriptorData } from '../../builders/component-version.ts';

/** Some characters may be written in a descriptor only as escapes. */
function parseData(data: object) {
  const text = JSON.stringify(data).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff]/g,
    (it) => `\\u${it.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return parseDescriptor(Buffer.from(text));
}

/** A component version whose labels are these alone, as parsing gives them. */
function labelled(...labels: readonly object[]) {
  const data = descriptorData();
  return { descriptor: parseData({ ...data, component: { ...data.component, labels } }), references: [] };
}

const label = (changes: object = {}) => ({ name: 'stage', value: 'final', ...changes });
const shownOf = (value: unknown) => {
  const [shown] = diffComponents(labelled(), labelled(label({ value }))).labels;
  return shown?.change === 'added' ? shown.after.value : '';
};

describe('a label', () => {
  test.each([
    ['value', { value: ['final'] }],
    ['signing', { signing: true }],
    ['version', { version: 'v1' }],
    ['merge', { merge: { algorithm: 'simple' } }],
  ])('of which the %s differs is said to differ in that', (word, change) => {
    const diff = diffComponents(labelled(label()), labelled(label(change)));
    expect(diff.labels).toMatchObject([{ name: 'stage', change: 'changed', what: [word] }]);
    expect(isSame(diff)).toBe(false);
  });

  test('is told with its value, and whether it is signed', () => {
    const [before, after] = [label({ version: 'v1' }), label({ value: { b: [1, null], a: true }, signing: true })];
    expect(diffComponents(labelled(before), labelled(after)).labels).toEqual([
      {
        name: 'stage',
        change: 'changed',
        before: { value: '"final"', signed: false, version: 'v1' },
        after: { value: '{"a":true,"b":[1,null]}', signed: true },
        what: ['value', 'signing', 'version'],
      },
    ]);
  });

  test('may be new or gone; the proposed ones come first', () => {
    expect(diffComponents(labelled(label()), labelled(label({ name: 'new' }))).labels).toMatchObject([
      { name: 'new', change: 'added', after: { value: '"final"' } },
      { name: 'stage', change: 'removed', before: { value: '"final"' } },
    ]);
  });

  test('is the same however its value is written', () => {
    const one = labelled(label({ value: { a: 1, b: 2 } }));
    expect(isSame(diffComponents(one, labelled(label({ value: { b: 2, a: 1 } }))))).toBe(true);
  });

  test('that shares its name with others belongs to the one that is equal', () => {
    const [one, two, three] = [1, 2, 3].map((value) => label({ value }));
    expect(diffComponents(labelled({ ...one }, { ...two }), labelled({ ...three }, { ...one })).labels).toMatchObject([
      { change: 'changed', before: { value: '2' }, after: { value: '3' } },
    ]);
  });

  test('of an element is told there', () => {
    const data = descriptorData();
    const [note] = data.component.resources;
    const changed = { ...note, labels: [label()] };
    const after = parseData({ ...data, component: { ...data.component, resources: [changed] } });
    const before = { descriptor: parseData(data), references: [] };
    expect(diffComponents(before, { descriptor: after, references: [] }).resources).toMatchObject([
      {
        what: ['labels'],
        labels: [
          { name: 'stage', change: 'added' },
          { name: 'use', change: 'removed', before: { signed: true } },
        ],
      },
    ]);
  });
});

describe('the value of a label is shown', () => {
  test('in 200 characters, however long it is', () => {
    const shown = shownOf('x'.repeat(1_000_000));
    expect(shown).toBe(`"${'x'.repeat(198)}…`);
    expect(shownOf('x'.repeat(198))).toBe(`"${'x'.repeat(198)}"`);
    expect(shownOf('x'.repeat(199))).toBe(`"${'x'.repeat(198)}…`);
  });

  test.each([196, 197, 198, 199, 200])('without half a character, at %d', (length) => {
    const shown = shownOf(`${'x'.repeat(length)}😀😀`);
    expect(shown.isWellFormed()).toBe(true);
    expect(shown).not.toContain('\ufffd');
    expect(shown.length).toBeLessThanOrEqual(200);
  });

  test.each([
    ['a line end', 'a\nb', String.raw`"a\nb"`],
    ['an escape sequence', '\u001b[31m', String.raw`"\u001b[31m"`],
    ['a control character that JSON lets be', '\u007f\u0085', String.raw`"\u007f\u0085"`],
    ['a text that runs backwards', '\u202eevil\u2066', String.raw`"\u202eevil\u2066"`],
    ['a line separator', '\u2028', String.raw`"\u2028"`],
    ['what has no width', 'a\u200bb\ufeff', String.raw`"a\u200bb\ufeff"`],
    ['a tag character', '\u{e0041}', String.raw`"\udb40\udc41"`],
  ])('with %s escaped', (_, value, expected) => {
    expect(shownOf(value)).toBe(expected);
    expect(JSON.parse(expected)).toBe(value);
  });

  test.each([100, 500])('in 200 characters, even when %d of them are escaped', (count) => {
    const shown = shownOf('\u202e'.repeat(count));
    expect(shown).toHaveLength(200);
    expect(shown).toMatch(/^"(?:\\u202e)+.*…$/);
  });
});

test('names, and whatever else is text, are shown in one line that does not mislead', () => {
  const name = `\u202e${'n'.repeat(500)}`;
  const data = descriptorData();
  const [note] = data.component.resources;
  const resources = [{ ...note, name: 'a\u200b', version: '1\u2066', extraIdentity: { k: `v\nw${'x'.repeat(1000)}` } }];
  const component = { ...data.component, provider: `p\u2028${'p'.repeat(500)}`, labels: [label({ name })], resources };
  const after = { descriptor: parseData({ ...data, component }), references: [] };
  const rows = flattenDiff(diffComponents(undefined, after));
  const texts = rows.flatMap((row) => [row.name, row.before, row.after]);
  expect(texts.join('')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  expect(Math.max(...texts.map(({ length }) => length))).toBe(200);
  expect(texts).toContainEqual(expect.stringMatching(/^a\ufffd \(k=v wx+…$/));
  expect(texts).toContainEqual(expect.stringMatching(/^\ufffdn+…$/));
  expect(texts).toContainEqual(expect.stringMatching(/^p p+…$/));
  expect(texts).toContainEqual(expect.stringMatching(/^1\ufffd /));
});

test('ten thousand labels of one name, half of them changed, are compared', () => {
  const { descriptor } = labelled();
  const many = (from: number) => {
    const labels = Array.from({ length: 10_000 }, (_, index) => ({ name: 'stage', value: from + index }));
    return { descriptor: { ...descriptor, labels }, references: [] };
  };
  const { labels } = diffComponents(many(0), many(5_000));
  expect(labels).toHaveLength(5_000);
  expect(new Set(labels.map(({ change }) => change))).toEqual(new Set(['changed']));
});
