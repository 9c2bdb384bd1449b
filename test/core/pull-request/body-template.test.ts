import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { Failure } from '../../../src/core/failure.ts';
import {
  fillBodyTemplate,
  parseBodyTemplate,
  type SectionName,
  sectionNames,
  valueNames,
} from '../../../src/core/pull-request/body-template.ts';
import { template } from '../../builders/body-template.ts';

/** In these tests «x» stands for dollar, two braces, x, two braces. */
const expand = (text: string) => text.replace(/«(.*?)»/gs, '$${{ $1 }}');

const sections = Object.fromEntries(sectionNames.map((it) => [it, [`<${it}>`]])) as Record<SectionName, string[]>;
const values = Object.fromEntries(valueNames.map((it) => [it, `(${it})`])) as Record<
  (typeof valueNames)[number],
  string
>;
const fill = (text: string, changes: Partial<typeof sections> = {}) =>
  fillBodyTemplate(parseBodyTemplate(expand(text), 'body.md'), { ...sections, ...changes }, values);

function failureOf(text: string): Failure {
  try {
    fill(text);
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error('it must fail');
}

test('the template that comes with the bot has every section, in its order', () => {
  expect(fillBodyTemplate(template, sections, values)).toEqual(sectionNames.map((it) => `<${it}>`));
});

describe('a template of the text', () => {
  test.each<[string, string, readonly string[]]>([
    ['sections between words', '# Hello\n\n«summary»\n\nBye\n', ['# Hello', '<summary>', 'Bye']],
    [
      'values within lines',
      '* «application» in «environment»\n* «version»\n',
      ['* (application) in (environment)\n* (version)'],
    ],
    ['nothing of its own', '\n\n', []],
    ['Windows line ends', 'a\r\nb\r\n\r\n«notes»\r\n', ['a\nb', '<notes>']],
    ['what only looks alike', 'costs $5 {{ x }} ${y}', ['costs $5 {{ x }} ${y}']],
    ['blanks around a section', '   «files»  \n', ['<files>']],
    ['a section twice', '«summary»\n\n«summary»', ['<summary>', '<summary>']],
  ])('may have %s', (_, text, expected) => {
    expect(fill(text)).toEqual(expected);
  });

  test('is cut between the parts of a section, and leaves out what is empty', () => {
    expect(fill('a\n\n«notes»\n\nb', { notes: [] })).toEqual(['a', 'b']);
    expect(fill('«notes»', { notes: ['1', '2'] })).toEqual(['1', '2']);
  });

  test.each<[string, string, number, number, RegExp]>([
    ['a name that there is not', 'a\n\nb «sumary» c', 3, 3, /Within a line write one of environment,/],
    ['a section within a line', 'see «files»', 1, 5, /on a line of its own/],
    ['an expression', '«version + "a"»', 1, 1, /one of summary/],
    ['a value alone is fine, but one that does not end is not', 'x\n${{ version', 2, 1, /Within a line/],
  ])('is refused for %s, with the place', (_, text, line, column, remedy) => {
    const failure = failureOf(text);
    expect(failure).toMatchObject({ code: 'template', place: { file: 'body.md', line, column } });
    expect(failure.remedy).toMatch(remedy);
  });

  test('is told all its mistakes at once', () => {
    expect(failureOf('«a»\n\n«b» «c»').findings).toHaveLength(3);
  });

  test('that is too long is refused', () => {
    expect(failureOf('a'.repeat(20_000)).message).toMatch(/20000 characters/);
  });

  property.prop([fc.string({ unit: fc.constantFrom('a', ' ', '\n', '$', '{', '}', '\r', 'version') })])(
    'gives back whatever has no expression, but for blank lines',
    (text) => {
      fc.pre(!text.includes('${{'));
      expect(fill(text).join('').replace(/\s/g, '')).toBe(text.replace(/\s/g, ''));
    },
  );
});
