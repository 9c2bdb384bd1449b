import { describe, expect, test } from 'vitest';
import { looksLikeTime, parseUntil, resolveUntil } from '../../../src/core/command/until.ts';

const now = new Date('2026-11-21T12:00:00Z');

describe('a time', () => {
  test.each([
    ['90s', '2026-11-21T12:01:30.000Z'],
    ['30m', '2026-11-21T12:30:00.000Z'],
    ['12h', '2026-11-22T00:00:00.000Z'],
    ['3d', '2026-11-24T12:00:00.000Z'],
    ['2026-12-01', '2026-12-01T00:00:00.000Z'],
    ['2026-12-01T08:00Z', '2026-12-01T08:00:00.000Z'],
    ['2026-12-01T08:00:30.5-02:00', '2026-12-01T10:00:30.500Z'],
    ['2028-02-29', '2028-02-29T00:00:00.000Z'],
  ])('%s ends at %s', (word, at) => {
    const until = parseUntil(word);
    expect(until && resolveUntil(until, now)).toEqual(new Date(at));
  });

  test.each(['2026-11-21', '2026-11-21T12:00:00Z', '2000-01-01'])('%s is over', (word) => {
    const until = parseUntil(word);
    expect(until && resolveUntil(until, now)).toBe('past');
  });

  test.each([
    ...[
      '2026-02-29',
      '2026-02-30T00:00Z',
      '2026-13-01',
      '2026-00-10',
      '2026-12-01T25:00Z',
      '2026-12-01T12:00',
      '2026-12-1',
    ],
    ...[
      '0d',
      '01d',
      '1000000d',
      '3w',
      '3D',
      'd',
      '3',
      '-3d',
      '3d12h',
      '+3d',
      '1.5h',
      '',
      'tomorrow',
      '２d',
      '2026-12-01T12:00z',
    ],
  ])('%j is none', (word) => {
    expect(parseUntil(word)).toBeUndefined();
  });
});

test.each([
  ['2026-02-30', true],
  ['2026/12/01', true],
  ['1.12.2026', true],
  ['12:00', true],
  ['3weeks', true],
  ['3', false],
  ['tomorrow', false],
  ['v1.2.3', false],
  ['', false],
])('%j looks like a time: %s', (word, expected) => {
  expect(looksLikeTime(word)).toBe(expected);
});
