import { readFileSync } from 'node:fs';
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import {
  admits,
  type Constraint,
  constraintForAllControllers,
  exclusionOf,
  isExactPin,
  parseConstraint,
} from '../../../src/core/version/constraint.ts';
import { compareVersions } from '../../../src/core/version/version.ts';
import { parsed, versionText } from '../../builders/version.ts';

function constraint(text: string): Constraint {
  const result = parseConstraint(text);
  if (result.kind === 'problem') throw new Error(result.message);
  return result.constraint;
}

const admitsText = (range: string, version: string) => admits(constraint(range), parsed(version));

function readLines(name: string): string[] {
  return readFileSync(new URL(`../../fixtures/${name}`, import.meta.url), 'utf8')
    .trimEnd()
    .split('\n');
}

/** Lines hold texts as JSON does, without the quotes. */
const readText = (line: string): string => JSON.parse(`"${line}"`);

const table = readLines('constraints.tsv');
const versions = (table.find((it) => it.startsWith('# versions: ')) ?? '').replace('# versions: ', '').split(' ');
const rows = table.filter((it) => !it.startsWith('#')).map((it) => it.split('\t') as [string, string]);
const refused = readLines('no-constraints.txt').filter((it) => !it.startsWith('#'));

describe('the controllers and the bot agree', () => {
  test('on many cases', () => {
    expect(rows.length * versions.length).toBeGreaterThan(3000);
    expect(refused.length).toBeGreaterThan(50);
  });

  test.each(rows)('on what %j admits', (text, admitted) => {
    expect(versions.filter((it) => admitsText(readText(text), it)).join(' ') || '-').toBe(admitted);
  });

  test.each(refused.map((it) => [it.slice(0, 40), readText(it)]))('that %j is no constraint', (_, text) => {
    expect(parseConstraint(text).kind).toBe('problem');
  });
});

describe('parsing', () => {
  test.each(['', ' ', '\t\n'])('takes the empty text %j for any release', (text) => {
    expect(admitsText(text, '99.0.0')).toBe(true);
    expect(admitsText(text, '0.0.0')).toBe(true);
    expect(admitsText(text, '1.0.0-rc.1')).toBe(false);
    expect(constraintForAllControllers(constraint(text))).toBe('>=0.0.0');
  });

  test('keeps the text as written', () => {
    expect(constraint(' >=1.0 ').text).toBe(' >=1.0 ');
  });

  test.each([
    ['>=1.0 <', '"<" has no version after it: write one, such as "<1.2.3"'],
    ['>=1.0.0<2.0.0', '"1.0.0" runs into "<": write a comma between them'],
    ['>==1', '">==" is no operator: write one of = != > < >= => <= =< ~ ~> ^'],
    ['latest', '"latest" is no version: write up to three numbers, such as 1.2.3, 1.2 or 1.x'],
    ['1.2.3.4', '"1.2.3.4" is no version: write up to three numbers, such as 1.2.3, 1.2 or 1.x'],
    [`${'a'.repeat(100)}`, `"${'a'.repeat(60)}…" is no version: write up to three numbers, such as 1.2.3, 1.2 or 1.x`],
    ['1.0 && 2.0', '"&&" is no connective: write a comma for "and", "||" for "or"'],
    ['1.0 | 2.0', '"|" is no connective: write a comma for "and", "||" for "or"'],
    ['1.0,', 'a comma has nothing after it: take it away'],
    [',1.0', 'a comma has nothing before it: take it away'],
    ['1.0,,2.0', 'a comma has nothing before it: take it away'],
    ['1.0 ||', 'nothing stands beside "||": write a version there, or take "||" away'],
    ['>=1 - 2', 'a lone hyphen stands between two versions and blanks, as in "1.0 - 2.0": write ">=" and "<=" instead'],
    ['1 ,- 2', 'a lone hyphen stands between two versions and blanks, as in "1.0 - 2.0": write ">=" and "<=" instead'],
    ['1 -, 2', 'a lone hyphen stands between two versions and blanks, as in "1.0 - 2.0": write ">=" and "<=" instead'],
    ['!=1.5 1 - 2', 'a comma is missing before "1 - 2": write one'],
    ['1||2 - 3', 'a range touches "||": write a blank between them'],
    ['1.0.0-01', '"1.0.0-01" has a number with a zero in front in its pre-release: take the zero away'],
    ['18446744073709551616', '"18446744073709551616" has a number beyond 64 bits: write a smaller one'],
    ['1'.repeat(513), 'it is longer than 512 characters: shorten it'],
    [Array(33).fill('1').join('||'), 'it has more than 32 alternatives ("||"): write fewer, wider ones'],
  ])('says what is wrong with %j', (text, message) => {
    expect(parseConstraint(text)).toEqual({ kind: 'problem', message });
  });

  test('refuses what the controllers take without making sense of it', () => {
    for (const text of ['1.x.1x3', '*.|', '1 - 2 3 - 4', '1||2.1 - 3', '1.0 - 2.0||0.10.1']) {
      expect(parseConstraint(text).kind).toBe('problem');
    }
  });

  test.prop([fc.string({ unit: fc.constantFrom(...' \t,|=!<>~^-.+0123xXv*a&'), maxLength: 40 })])(
    'never throws',
    (text) => {
      expect(['parsed', 'problem']).toContain(parseConstraint(text).kind);
    },
  );

  test('takes linear time', () => {
    const hostile = ['=', ' ', '1 ', '1.', '1-', '1+', '||', ', ', '- ', '1 - ', '1-a.'].map((it) =>
      it.repeat(512).slice(0, 512),
    );
    const before = performance.now();
    for (const text of hostile) parseConstraint(text);
    expect(performance.now() - before).toBeLessThan(10_000);
  });
});

describe('exclusion', () => {
  test.each([
    ['>=1.0.0, <2.0.0', '1.5.0', undefined],
    ['>=1.0.0, <2.0.0', '2.0.0', 'out-of-range'],
    ['>=1.0.0, <2.0.0', '1.5.0-rc.1', 'prerelease'],
    ['>=1.0.0, <2.0.0', '0.5.0-rc.1', 'out-of-range'],
    ['>=1.0.0-0 || ^3', '1.5.0-rc.1', undefined],
    ['>=5.0.0-0 || ^3', '3.5.0-rc.1', 'prerelease'],
  ])('%s and %s: %s', (range, version, expected) => {
    expect(exclusionOf(constraint(range), parsed(version))).toBe(expected);
  });
});

const operator = fc.constantFrom('', '=', '!=', '>', '<', '>=', '=>', '<=', '=<', '~', '~>', '^');
const part = fc.oneof({ weight: 4, arbitrary: fc.nat(3).map(String) }, fc.constantFrom('x', '*', '11'));
const bound = fc
  .tuple(fc.array(part, { minLength: 1, maxLength: 3 }), fc.constantFrom('', '', '', '-0', '-rc.1', '-alpha'))
  .map(([parts, prerelease]) => parts.join('.') + prerelease);
const member = fc.tuple(operator, bound).map(([op, it]) => op + it);
const group = fc.array(member, { minLength: 1, maxLength: 3 }).map((it) => it.join(', '));
const anyConstraint = fc.array(group, { minLength: 1, maxLength: 2 }).map((it) => it.join(' || '));

describe('laws', () => {
  test.prop([group, group, versionText])('"||" admits what either side admits', (a, b, version) => {
    expect(admitsText(`${a} || ${b}`, version)).toBe(admitsText(a, version) || admitsText(b, version));
  });

  test.prop([member, member, versionText])('a comma admits releases that both sides admit', (a, b, version) => {
    fc.pre(parsed(version).prerelease.length === 0);
    expect(admitsText(`${a}, ${b}`, version)).toBe(admitsText(a, version) && admitsText(b, version));
    expect(admitsText(`${a} ${b}`, version)).toBe(admitsText(`${a}, ${b}`, version));
  });

  test.prop([anyConstraint, versionText, versionText])(
    'versions that compare equal are treated alike',
    (range, version, other) => {
      fc.pre(compareVersions(parsed(version), parsed(other)) === 0);
      expect(admitsText(range, version)).toBe(admitsText(range, other));
    },
  );

  test.prop([versionText])(
    'a version with all numbers, as a constraint, admits itself and its equals alone',
    (version) => {
      fc.pre(isExactPin(parsed(version)));
      expect(admitsText(version, version)).toBe(true);
      const { numbers } = parsed(version);
      expect(admitsText(version, `${numbers[0]}.${numbers[1]}.${numbers[2] + 1n}`)).toBe(false);
    },
  );
});

describe('printing for all controllers', () => {
  test.each([
    ['>=1.0.0 <2.0.0', '>=1.0.0,<2.0.0'],
    ['>=v1.0.0', '>=1.0.0'],
    ['1.2', '>=1.2.0,<1.3.0'],
    ['1.x || ~2.1.3', '>=1.0.0,<2.0.0||>=2.1.3,<2.2.0'],
    ['^0.3.1, !=0.3.5, !=0.3.x', '>=0.3.1,<0.4.0,!=0.3.5,!=0.3.x'],
    ['^1.2.3-rc.1', '>=1.2.3-rc.1,<2.0.0-0'],
    ['>1, <=3', '>=2.0.0,<4.0.0'],
    ['1.2 - 2.0.1', '>=1.2.0,<=2.0.1'],
    ['=1.2.3+build', '1.2.3'],
    ['*', '>=0.0.0'],
  ])('%s becomes %s', (text, expected) => {
    expect(constraintForAllControllers(constraint(text))).toBe(expected);
  });

  test.prop([anyConstraint, versionText])('keeps what is admitted, and holds no blanks', (range, version) => {
    const printed = constraintForAllControllers(constraint(range));
    expect(printed).not.toMatch(/\s/);
    expect(admitsText(printed, version)).toBe(admitsText(range, version));
  });
});

describe('an exact pin', () => {
  test.each([
    ['1.2.3', true],
    ['v1.2.3-rc.1+b', true],
    ['v1.2', false],
    ['1', false],
  ])('%s: %s', (text, expected) => {
    expect(isExactPin(parsed(text))).toBe(expected);
  });
});
