import { describe, expect, test } from 'vitest';
import { nearest } from '../../src/config/nearest.ts';
import * as scalars from '../../src/config/scalars.ts';

const accepts = (schema: { safeParse: (value: unknown) => { success: boolean } }, value: unknown) =>
  schema.safeParse(value).success;

test.each([
  ['0s', 0],
  ['90s', 90],
  ['30m', 1800],
  ['24h', 86_400],
  ['7d', 604_800],
])('the duration %s has %i seconds', (written, seconds) => {
  expect(accepts(scalars.duration, written)).toBe(true);
  expect(scalars.parseDuration(written)).toBe(seconds);
});

test.each(['', '24', 'h', '-1h', '01h', '1.5h', '1h30m', '1 h', '1w', '1H', '1h\n'])('%j is no duration', (written) => {
  expect(accepts(scalars.duration, written)).toBe(false);
});

test.each([
  ['2026-12-01', '2026-12-01T00:00:00.000Z'],
  ['2028-02-29', '2028-02-29T00:00:00.000Z'],
  ['2026-12-01T12:00Z', '2026-12-01T12:00:00.000Z'],
  ['2026-12-01T00:30:00+02:00', '2026-11-30T22:30:00.000Z'],
  ['2026-12-01T12:00:00.5Z', '2026-12-01T12:00:00.500Z'],
])('the date %s is %s', (written, moment) => {
  expect(scalars.parseDate(written)?.toISOString()).toBe(moment);
});

test.each([
  '2026-02-29',
  '2026-13-01',
  '2026-12-32',
  '2026-12-01T12:00',
  '2026-12-01T24:30:00Z',
  '2026-2-1',
  '2026-04-31T00:00:00Z',
  'tomorrow',
  '',
])('%j is no date', (written) => {
  expect(scalars.parseDate(written)).toBeUndefined();
  expect(accepts(scalars.date, written)).toBe(false);
});

describe('a folder', () => {
  test.each(['.', 'dev', 'environments/dev', 'a.b/c_d', '.github/x', 'git', 'a/.gitignore', '..a', 'x/.consignee'])(
    '%j is taken',
    (written) => {
      expect(accepts(scalars.folder, written)).toBe(true);
    },
  );

  test.each([
    '',
    '/',
    '/dev',
    'dev/',
    'a//b',
    '..',
    '../a',
    'a/..',
    'a/../b',
    './a',
    'a/.',
    '.git',
    '.GIT/x',
    'a/.Git',
    '.consignee',
    '.consignee/x',
    'a\\b',
    'a b',
    'a\n',
    '$(x)',
  ])('%j is refused', (written) => {
    expect(accepts(scalars.folder, written)).toBe(false);
  });
});

describe('a values file', () => {
  test.each(['values.yaml', 'values/{application}.yaml', '{application}/values.yaml'])('%j is taken', (written) => {
    expect(accepts(scalars.valuesFile, written)).toBe(true);
  });

  test.each([
    'values.yml',
    '../values.yaml',
    '/values.yaml',
    '{environment}.yaml',
    '.git/a.yaml',
    '.consignee/a.yaml',
    '.yaml/',
    '',
  ])('%j is refused', (written) => {
    expect(accepts(scalars.valuesFile, written)).toBe(false);
  });
});

describe('a registry', () => {
  test.each(['gitea.ocm.dev/software-consumer', 'localhost:5000', 'r.example.org:443/a/b_c/d--e', '10.0.0.1:5000/x'])(
    '%j is taken',
    (written) => {
      expect(accepts(scalars.registryName, written)).toBe(true);
    },
  );

  test.each([
    '',
    'https://r.example.org',
    'r.example.org/',
    '/a',
    'r.example.org/A',
    'r.example.org/a__.b',
    'bot@r.example.org',
    'r.example.org/a:tag',
    'r.example.org?x',
  ])('%j is refused', (written) => {
    expect(accepts(scalars.registryName, written)).toBe(false);
  });
});

describe('an address for git', () => {
  test.each(['./a.git', 'https://git.example.org/a.git', 'ssh://git@git.example.org/a', 'git@git.example.org:a.git'])(
    '%j is taken',
    (written) => {
      expect(accepts(scalars.gitAddress, written)).toBe(true);
    },
  );

  test.each(['', '-upload-pack=x', 'https://token@git.example.org/a', 'ssh://git:word@git.example.org/a', 'a b'])(
    '%j is refused',
    (written) => {
      expect(accepts(scalars.gitAddress, written)).toBe(false);
    },
  );
});

test.each([
  ['regisrty', 'registry'],
  ['Registry', 'registry'],
  ['registries', 'registry'],
  ['marge', 'merge'],
  ['verfiy', 'verify'],
  ['apiVersion', undefined],
  ['x', undefined],
])('the nearest word to %s is %s', (written, word) => {
  expect(nearest(written, ['registry', 'verify', 'merge', 'versions'])).toBe(word);
});
