import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import {
  compareVersions,
  hasAllNumbers,
  type ParsedVersion,
  parseVersion,
  tagFits,
  tagToVersion,
  type Version,
  versionToTag,
} from '../../../src/core/version/version.ts';
import { parsed, versionText } from '../../builders/version.ts';

const compare = (a: string, b: string) => Math.sign(compareVersions(parsed(a), parsed(b)));

describe('parsing', () => {
  const valid: [text: string, numbers: bigint[], written: number, prerelease: string[]][] = [
    ['1.2.3', [1n, 2n, 3n], 3, []],
    ['v1.2.3', [1n, 2n, 3n], 3, []],
    ['0.0.0', [0n, 0n, 0n], 3, []],
    ['1', [1n, 0n, 0n], 1, []],
    ['v1.2', [1n, 2n, 0n], 2, []],
    ['1-rc.1', [1n, 0n, 0n], 1, ['rc', '1']],
    ['1.0.0-rc.1+65', [1n, 0n, 0n], 3, ['rc', '1']],
    ['1.0.0+65', [1n, 0n, 0n], 3, []],
    ['1.0.0-0', [1n, 0n, 0n], 3, ['0']],
    ['1.0.0-01a', [1n, 0n, 0n], 3, ['01a']],
    ['1.0.0--', [1n, 0n, 0n], 3, ['-']],
    ['0.0.1-20250108132333+af79499', [0n, 0n, 1n], 3, ['20250108132333']],
    ['1.0.0+001', [1n, 0n, 0n], 3, []],
    ['18446744073709551615.0.0', [18446744073709551615n, 0n, 0n], 3, []],
  ];

  test.each(valid)('takes %s', (text, numbers, numbersWritten, prerelease) => {
    expect(parseVersion(text)).toEqual({ text, numbers, numbersWritten, prerelease });
  });

  const invalid = [
    '',
    'v',
    'latest',
    'main',
    'V1.0.0',
    'vv1.0.0',
    '01.0.0',
    '1.02.0',
    '1.0.00',
    '1.2.3.4',
    '1.',
    '.1',
    '1..2',
    '-1.0.0',
    '1.0.0-',
    '1.0.0+',
    '1.0.0-01',
    '1.0.0-rc..1',
    '1.0.0-rc_1',
    '1.0.0+a+b',
    '1.0.0 ',
    ' 1.0.0',
    '1.0.0\n',
    '１.0.0',
    '1.x',
    'sha256-0123456789abcdef',
    '18446744073709551616.0.0',
    `1.0.0-${'a'.repeat(251)}`,
    '1'.repeat(1_000_000),
  ];

  test.each(invalid.map((it) => [it.slice(0, 40), it]))('refuses %j', (_, text) => {
    expect(parseVersion(text)).toBeUndefined();
  });

  test('takes a text of 256 characters at the most', () => {
    expect(parseVersion(`1.0.0-${'a'.repeat(250)}`)).toBeDefined();
  });

  test.each([
    ['v1.2.3-rc.1', true],
    ['v1.2', false],
    ['1-rc.1', false],
  ])('%s has all numbers: %s', (text, expected) => {
    expect(hasAllNumbers(parsed(text))).toBe(expected);
  });
});

describe('order', () => {
  const ascending = [
    '0.0.0-0',
    '0.0.0',
    '0.0.9',
    '0.0.10',
    '0.1',
    '1.0.0-0',
    '1.0.0-2',
    '1.0.0-10',
    '1.0.0-99999999999999999999',
    '1.0.0-100000000000000000000',
    '1.0.0--1',
    '1.0.0-A',
    '1.0.0-alpha',
    '1.0.0-alpha.1',
    '1.0.0-alpha.beta',
    '1.0.0-beta',
    '1.0.0-beta.2',
    '1.0.0-beta.11',
    '1.0.0-rc.1',
    '1',
    '1.0.1',
    'v1.1',
    '1.9.0',
    '1.10.0',
    '9007199254740992.0.0',
    '9007199254740993.0.0',
  ];

  test('follows semantic versioning', () => {
    for (const [index, text] of ascending.entries()) {
      for (const [other, text2] of ascending.entries()) {
        expect([text, text2, compare(text, text2)]).toEqual([text, text2, Math.sign(index - other)]);
      }
    }
  });

  test.each([
    ['1.0.0', 'v1.0.0'],
    ['1', '1.0.0'],
    ['1.0', 'v1.0.0+build'],
    ['1.0.0+a', '1.0.0+b'],
    ['1-rc.1', '1.0.0-rc.1+a'],
  ])('%s and %s are the same to it', (a, b) => {
    expect(compare(a, b)).toBe(0);
  });

  test.prop([versionText, versionText, versionText])('is total', (a, b, c) => {
    expect(compare(a, b)).toBe(0 - compare(b, a));
    if (compare(a, b) <= 0 && compare(b, c) <= 0) expect(compare(a, c)).toBeLessThanOrEqual(0);
    if (compare(a, b) === 0) expect(compare(a, c)).toBe(compare(b, c));
  });

  test.prop([versionText])('does not see v and build metadata', (text) => {
    const bare = text.replace(/^v/, '').replace(/\+.*/, '');
    expect(compare(text, bare)).toBe(0);
    expect(compare(`v${bare}+x.1`, text)).toBe(0);
  });

  test.prop([versionText])('is equal only where numbers and pre-release are', (text) => {
    const { numbers, prerelease }: ParsedVersion = parsed(text);
    const rebuilt = numbers.join('.') + (prerelease.length > 0 ? `-${prerelease.join('.')}` : '');
    expect(compare(text, rebuilt)).toBe(0);
    expect(compare(`${rebuilt}${prerelease.length > 0 ? '.0' : '-0'}`, text)).toBe(prerelease.length > 0 ? 1 : -1);
  });
});

describe('tags', () => {
  test.each([
    ['1.0.0', '1.0.0'],
    ['v1.1.0', 'v1.1.0'],
    ['1.0.0-rc.1+65', '1.0.0-rc.1.build-65'],
    ['0.0.1-20250108132333+af79499', '0.0.1-20250108132333.build-af79499'],
    ['1.0.0+build.5', '1.0.0.build-build.5'],
  ])('%s has the tag %s, and is read from it', (version, tag) => {
    expect(versionToTag(version as Version)).toBe(tag);
    expect(tagToVersion(tag)).toBe(version);
    expect(tagFits(version as Version, tag)).toBe(true);
  });

  test('a version that holds the mark itself fits its tag, but is not read from it', () => {
    const version = '1.0.0-rc.build-5' as Version;
    expect(tagToVersion('1.0.0-rc.build-5')).toBe('1.0.0-rc+5');
    expect(tagFits(version, '1.0.0-rc.build-5')).toBe(true);
    expect(tagFits(version, '1.0.0-rc')).toBe(false);
  });

  test('of several marks the last stands for the plus sign', () => {
    expect(tagToVersion('1.0.0-a.build-b.build-c')).toBe('1.0.0-a.build-b+c');
  });

  test.each([
    'latest',
    'main',
    '1.0.0+1',
    '1.0.0-rc.build-',
    '.1',
    '-1',
    `sha256-${'a'.repeat(64)}`,
    `1.0.0-${'a'.repeat(123)}`,
  ])('the tag %s carries no version', (tag) => {
    expect(tagToVersion(tag)).toBeUndefined();
  });

  test('a version that is too long for a tag has none', () => {
    expect(versionToTag(`1.0.0-${'a'.repeat(122)}` as Version)).toHaveLength(128);
    expect(versionToTag(`1.0.0-${'a'.repeat(123)}` as Version)).toBeUndefined();
    expect(tagFits(`1.0.0-${'a'.repeat(123)}` as Version, `1.0.0-${'a'.repeat(123)}`)).toBe(false);
  });

  test('another spelling does not fit', () => {
    expect(tagFits('1.0.0' as Version, 'v1.0.0')).toBe(false);
  });

  test.prop([versionText])('lead back to the version, unless it holds the mark itself', (text) => {
    fc.pre(!text.includes('.build-'));
    const tag = versionToTag(text as Version);
    expect(tag && tagToVersion(tag)).toBe(text);
  });

  test.prop([
    fc.oneof(
      versionText.map((it) => it.replace('+', '.build-')),
      fc.string(),
    ),
  ])('fit the version that is read from them', (tag) => {
    const version = tagToVersion(tag);
    if (version !== undefined) expect(tagFits(version, tag)).toBe(true);
  });
});
