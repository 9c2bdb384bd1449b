import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { digestOf } from '../../../src/core/digest.ts';
import { admits, parseConstraint } from '../../../src/core/version/constraint.ts';
import type { SelectionInput } from '../../../src/core/version/judge-versions.ts';
import { selectVersion } from '../../../src/core/version/select-version.ts';
import { compareVersions, type Version, versionToTag } from '../../../src/core/version/version.ts';
import { parsed, versionText } from '../../builders/version.ts';

const now = new Date('2026-11-21T12:00:00Z');
const minutesAgo = (minutes: number) => new Date(now.getTime() - minutes * 60_000);

interface Given extends Partial<Omit<SelectionInput, 'tags' | 'constraint' | 'installed'>> {
  readonly tags?: readonly string[];
  readonly complete?: boolean;
  readonly range?: string;
  readonly installed?: string | undefined;
}

function constraint(text: string) {
  const result = parseConstraint(text);
  if (result.kind === 'problem') throw new Error(result.message);
  return result.constraint;
}

function select({ tags = [], complete = true, range = '*', installed, ...rest }: Given) {
  return selectVersion({
    tags: { tags: new Map(tags.map((it) => [it, digestOf(it)])), complete },
    constraint: constraint(range),
    skip: [],
    passedOver: new Map(),
    minimumAgeSeconds: 0,
    firstSeen: new Map(),
    now,
    installed: installed as Version | undefined,
    ...rest,
  });
}

/** The outcome in one word or two. */
function outcome(given: Given): string {
  const selection = select(given);
  if (selection.kind === 'candidate') return selection.version;
  return selection.kind === 'none' ? `none: ${selection.because}` : selection.kind;
}

const skippedBy = (given: Given) => {
  const selection = select(given);
  if (selection.kind === 'installed-vanished') return [];
  return selection.skipped.map(({ version, because, detail }) => `${version} ${because}: ${detail}`);
};

describe('the candidate', () => {
  const cases: [name: string, given: Given, expected: string][] = [
    ['is the newest version', { tags: ['1.9.0', '1.10.0', '1.2.0'] }, '1.10.0'],
    ['is spelled as its tag', { tags: ['v1.0.0'] }, 'v1.0.0'],
    ['may carry build metadata', { tags: ['1.0.0-rc.1.build-65'], range: '*-0' }, '1.0.0-rc.1+65'],
    ['is no alias', { tags: ['latest', 'main', '1.0.0', 'sha256-abc'] }, '1.0.0'],
    ['is in range', { tags: ['1.0.0', '1.5.0', '2.0.0'], range: '<2' }, '1.5.0'],
    ['is no pre-release', { tags: ['1.0.0', '1.1.0-rc.1'] }, '1.0.0'],
    [
      'may be a pre-release where the range names one',
      { tags: ['1.0.0', '1.1.0-rc.1'], range: '>=1.0.0-0' },
      '1.1.0-rc.1',
    ],
    ['is not on the skip list', { tags: ['1.0.0', '1.1.0'], skip: ['1.1.0'] }, '1.0.0'],
    ['is not what people set aside', { tags: ['1.0.0', '1.1.0'], passedOver: new Map([['1.1.0', 'closed']]) }, '1.0.0'],
    ['stays the installed one when nothing is newer', { tags: ['1.0.0', '1.1.0'], installed: '1.1.0' }, '1.1.0'],
    [
      'stays the installed one when it is out of range',
      { tags: ['1.0.0', '2.0.0'], installed: '2.0.0', range: '<2' },
      '2.0.0',
    ],
    [
      'stays the installed one when it is set aside',
      { tags: ['1.0.0', '2.0.0'], installed: '2.0.0', passedOver: new Map([['2.0.0', 'reverted']]) },
      '2.0.0',
    ],
    ['stays the installed spelling', { tags: ['1.0.0', 'v1.0.0', '1.0.0.build-9'], installed: 'v1.0.0' }, 'v1.0.0'],
    [
      'is newer than the installed one, twins of which do not count',
      { tags: ['1.0.0', 'v1.0.0', '1.1.0'], installed: 'v1.0.0' },
      '1.1.0',
    ],
    ['is the one spelling left by the skip list', { tags: ['1.0.0', 'v1.0.0'], skip: ['1.0.0'] }, 'v1.0.0'],
    [
      'is known by the tag of the installed version',
      { tags: ['1.0.0-rc.build-5'], installed: '1.0.0-rc.build-5' },
      '1.0.0-rc.build-5',
    ],
    ['comes from an incomplete listing too', { tags: ['1.1.0'], complete: false, installed: '1.0.0' }, '1.1.0'],
    [
      'stays the installed one in an incomplete listing that has it',
      { tags: ['1.0.0'], complete: false, installed: '1.0.0' },
      '1.0.0',
    ],
  ];

  test.each(cases)('%s', (_, given, expected) => {
    expect(outcome(given)).toBe(expected);
  });

  test('comes with its tag, manifest and what lies between', () => {
    const tags = ['1.0.0', '1.1.0', '1.2.0-rc.1', '1.2.0', '1.3.0.build-7', '0.9.0'];
    expect(select({ tags, installed: '1.0.0' })).toEqual({
      kind: 'candidate',
      version: '1.3.0+7',
      tag: '1.3.0.build-7',
      manifest: digestOf('1.3.0.build-7'),
      skipped: [],
      between: ['1.1.0', '1.2.0'],
    });
  });

  test('has nothing between when nothing is installed', () => {
    expect(select({ tags: ['1.0.0', '1.1.0', '1.2.0'] })).toMatchObject({ version: '1.2.0', between: [] });
  });

  test.each([
    ['<2', '2.0.0', 'out-of-range', 'out of the range <2'],
    ['>=1', '2.0.0-rc.1', 'prerelease', 'a pre-release, and the range >=1 names none'],
  ])('is kept with a reservation under %s', (range, installed, because, detail) => {
    expect(select({ tags: ['1.0.0', installed], installed, range })).toMatchObject({
      version: installed,
      reservation: { version: installed, because, detail },
    });
  });

  test('is kept although it is too young, with a reservation', () => {
    expect(select({ tags: ['1.0.0'], installed: '1.0.0', minimumAgeSeconds: 60 })).toMatchObject({
      version: '1.0.0',
      reservation: { because: 'too-young' },
    });
  });
});

describe('the minimum age', () => {
  const firstSeen = new Map([
    ['1.0.0', minutesAgo(60)],
    ['1.1.0', minutesAgo(10)],
    ['1.2.0', minutesAgo(5)],
  ]);
  const tags = ['1.0.0', '1.1.0', '1.2.0', '1.3.0'];

  test('lets through what has been seen for that long', () => {
    expect(select({ tags, firstSeen, minimumAgeSeconds: 600 })).toMatchObject({
      kind: 'candidate',
      version: '1.1.0',
      changesAt: new Date('2026-11-21T12:05:00Z'),
    });
  });

  test('counts from now for what is seen for the first time', () => {
    expect(skippedBy({ tags, firstSeen, minimumAgeSeconds: 600 })).toEqual([
      '1.3.0 too-young: too young until 2026-11-21T12:10:00Z',
      '1.2.0 too-young: too young until 2026-11-21T12:05:00Z',
    ]);
  });

  test('leaves nothing when all is too young, and says until when', () => {
    expect(select({ tags: ['1.1.0', '1.2.0', '1.3.0'], firstSeen, minimumAgeSeconds: 3600 })).toMatchObject({
      kind: 'none',
      because: 'too-young',
      detail: '1.3.0: too young until 2026-11-21T13:00:00Z.',
      changesAt: new Date('2026-11-21T12:50:00Z'),
    });
  });

  test('does not wait for a clock that ran ahead', () => {
    const ahead = new Map([['1.0.0', minutesAgo(-9999)]]);
    expect(outcome({ tags: ['1.0.0'], firstSeen: ahead })).toBe('1.0.0');
    expect(select({ tags: ['1.0.0'], firstSeen: ahead, minimumAgeSeconds: 60 })).toMatchObject({
      changesAt: new Date('2026-11-21T12:01:00Z'),
    });
  });
});

describe('nothing is selected', () => {
  const cases: [name: string, given: Given, because: string, detail: string][] = [
    ['without versions', { tags: ['latest'] }, 'no-versions', 'The registry has no version of this component.'],
    ['out of range', { tags: ['1.0.0', '1.1.0'], range: '>=2' }, 'none-in-range', '1.1.0: out of the range >=2.'],
    [
      'when there are pre-releases only',
      { tags: ['1.0.0-rc.1'], range: '' },
      'none-in-range',
      '1.0.0-rc.1: a pre-release, and the range * names none.',
    ],
    ['when the skip list has all', { tags: ['1.0.0'], skip: ['1.0.0'] }, 'passed-over', '1.0.0: on the skip list.'],
    [
      'when all were set aside',
      { tags: ['1.0.0', '2.0.0'], range: '<2', passedOver: new Map([['1.0.0', 'pull request #3 was closed']]) },
      'passed-over',
      '1.0.0: pull request #3 was closed.',
    ],
    [
      'when the newest has two spellings',
      { tags: ['1.0.0', '2.0.0', 'v2.0.0'] },
      'ambiguous',
      '2.0.0: one version to the controllers, spelled 2.0.0 and v2.0.0. Put all spellings but one on the skip list.',
    ],
    [
      'when the newest differs in build metadata only',
      { tags: ['1.0.0', '2.0.0', '2.0.0.build-evil'], installed: '1.0.0' },
      'ambiguous',
      '2.0.0: one version to the controllers, spelled 2.0.0 and 2.0.0+evil. Put all spellings but one on the skip list.',
    ],
    [
      'from an incomplete listing without versions',
      { complete: false },
      'listing-incomplete',
      'The registry did not list all versions, and nothing follows from a part of them.',
    ],
    [
      'from an incomplete listing out of range',
      { tags: ['1.0.0'], range: '>=2', complete: false },
      'listing-incomplete',
      'The registry did not list all versions, and nothing follows from a part of them.',
    ],
    [
      'from an incomplete listing that lacks the installed version',
      { tags: ['1.0.0'], installed: '1.1.0', complete: false },
      'listing-incomplete',
      'The registry did not list all versions, and nothing follows from a part of them.',
    ],
    [
      'from an incomplete listing with two spellings',
      { tags: ['1', '1.0.0'], complete: false },
      'ambiguous',
      '1: one version to the controllers, spelled 1 and 1.0.0. Put all spellings but one on the skip list.',
    ],
  ];

  test.each(cases)('%s', (_, given, because, detail) => {
    expect(select(given)).toMatchObject({ kind: 'none', because, detail });
  });

  test('when the newest has two spellings, even if one is too young', () => {
    const firstSeen = new Map([['2.0.0', minutesAgo(999)]]);
    expect(outcome({ tags: ['2.0.0', 'v2.0.0'], firstSeen, minimumAgeSeconds: 600 })).toBe('none: ambiguous');
  });

  test('but two spellings out of range or older than a candidate matter to nobody', () => {
    expect(outcome({ tags: ['1.0.0', 'v1.0.0', '1.1.0', '2.0.0', 'v2.0.0'], range: '<2' })).toBe('1.1.0');
  });

  test('names a handful of a thousand spellings', () => {
    const tags = Array.from({ length: 1000 }, (_, index) => `1.0.0.build-${index}`);
    const selection = select({ tags });
    expect(selection).toMatchObject({ because: 'ambiguous' });
    expect(selection.kind === 'none' && selection.detail).toContain(
      '1.0.0+10 and 1.0.0+100 and 1.0.0+101 and 995 more',
    );
  });
});

describe('a registry that goes backwards', () => {
  test('raises an alarm when the installed version is gone, whatever else is there', () => {
    for (const tags of [[], ['1.0.0'], ['2.0.0'], ['1.1.0']]) {
      expect(select({ tags, installed: 'v1.1.0' })).toEqual({
        kind: 'installed-vanished',
        installed: 'v1.1.0',
        detail: 'The registry no longer has v1.1.0, which is installed.',
      });
    }
  });

  test('raises none when the listing is incomplete', () => {
    expect(outcome({ tags: ['2.0.0'], installed: '1.1.0', complete: false })).toBe('2.0.0');
  });
});

describe('newer versions that are not taken', () => {
  test('are listed with their reasons, the newest first', () => {
    const given: Given = {
      tags: ['1.0.0', '1.1.0', '1.2.0', '1.3.0', '1.4.0-rc.1', '2.0.0', 'v1.0.0', '0.9.0'],
      range: '<2',
      installed: '1.0.0',
      skip: ['1.1.0'],
      passedOver: new Map([['1.2.0', 'pull request #7 was closed by ann']]),
      firstSeen: new Map([
        ['1.0.0', minutesAgo(999)],
        ['v1.0.0', minutesAgo(999)],
      ]),
      minimumAgeSeconds: 60,
    };
    expect(outcome(given)).toBe('1.0.0');
    expect(skippedBy(given)).toEqual([
      '2.0.0 out-of-range: out of the range <2',
      '1.4.0-rc.1 prerelease: a pre-release, and the range <2 names none',
      '1.3.0 too-young: too young until 2026-11-21T12:01:00Z',
      '1.2.0 passed-over: pull request #7 was closed by ann',
      '1.1.0 skip-list: on the skip list',
      'v1.0.0 ambiguous: one version to the controllers, spelled 1.0.0 and v1.0.0',
    ]);
  });

  test('are another spelling of the installed one too, even when that is not wanted any more', () => {
    expect(skippedBy({ tags: ['1.0.0', 'v1.0.0'], installed: 'v1.0.0', skip: ['v1.0.0'] })).toEqual([
      '1.0.0 ambiguous: one version to the controllers, spelled 1.0.0 and v1.0.0',
    ]);
  });

  test('are followed by the newest one in range when that is older than what is installed', () => {
    expect(skippedBy({ tags: ['1.8.0', '1.9.0', '2.0.0'], range: '<2', installed: '2.0.0' })).toEqual([
      '1.9.0 below-installed: older than 2.0.0, which is installed',
    ]);
  });

  test('are twenty at the most: versions in range before others, releases before pre-releases', () => {
    const nightly = Array.from({ length: 200 }, (_, index) => `9.0.0-${index}`);
    const major = Array.from({ length: 15 }, (_, index) => `3.${index}.0`);
    const skip = Array.from({ length: 10 }, (_, index) => `1.${index}.0`);
    const listed = skippedBy({ tags: [...nightly, ...major, ...skip], range: '<2', skip });
    expect(listed).toHaveLength(20);
    expect(listed.filter((it) => it.includes('skip-list'))).toHaveLength(10);
    expect(listed.filter((it) => it.includes('out-of-range'))).toHaveLength(10);
    expect(listed[0]).toContain('3.14.0');
  });
});

test('forty thousand tags take no more than seconds', () => {
  const tags = Array.from({ length: 20_000 }, (_, index) => [`1.0.${index}`, `1.0.0.build-${index}`]).flat();
  const before = performance.now();
  expect(outcome({ tags })).toBe('1.0.19999');
  expect(performance.now() - before).toBeLessThan(10_000);
});

const tagOf = (text: string) => versionToTag(text as Version) ?? 'latest';
const given = fc.record({
  tags: fc.uniqueArray(versionText.map(tagOf), { maxLength: 12 }),
  complete: fc.boolean(),
  range: fc.constantFrom('*', '<2', '>=1.0.0-0', '^1.1', '>=1, <3 || 9.x', '~2.1', '1.0.0'),
  skip: fc.array(versionText, { maxLength: 4 }),
  minimumAgeSeconds: fc.constantFrom(0, 600),
  installed: fc.option(versionText, { nil: undefined }),
});
const withInstalled = given.map((it) => ({
  ...it,
  tags: it.installed === undefined ? it.tags : [...new Set([...it.tags, tagOf(it.installed)])],
}));

describe('laws', () => {
  test.prop([fc.oneof(given, withInstalled)])(
    'what is selected is never older than what is installed, nor its twin',
    (it) => {
      const selection = select(it);
      if (selection.kind !== 'candidate' || it.installed === undefined) return;
      const order = compareVersions(parsed(selection.version), parsed(it.installed));
      expect(order > 0 || selection.version === it.installed).toBe(true);
    },
  );

  test.prop([fc.oneof(given, withInstalled)])(
    'what is selected is in range and not on the skip list, unless it is installed',
    (it) => {
      const selection = select(it);
      if (selection.kind !== 'candidate' || selection.version === it.installed) return;
      expect(admits(constraint(it.range), parsed(selection.version))).toBe(true);
      expect(it.skip).not.toContain(selection.version);
      expect(it.tags).toContain(selection.tag);
    },
  );

  test.prop([fc.oneof(given, withInstalled)])('every newer version is listed with a reason', (it) => {
    const selection = select(it);
    if (selection.kind !== 'candidate') return;
    const newer = it.tags.filter((tag) => {
      if (it.installed !== undefined && tag === tagOf(it.installed)) return false;
      const version = select({ tags: [tag], range: '*-0' });
      return version.kind === 'candidate' && compareVersions(parsed(version.version), parsed(selection.version)) > 0;
    });
    expect(selection.skipped.length).toBeGreaterThanOrEqual(newer.length);
  });

  test.prop([withInstalled, fc.array(versionText, { maxLength: 6 })])(
    'older versions that appear change nothing',
    (it, added) => {
      const selection = select(it);
      if (selection.kind !== 'candidate') return;
      const older = added.filter((text) => compareVersions(parsed(text), parsed(selection.version)) < 0).map(tagOf);
      const again = select({ ...it, tags: [...new Set([...older, ...it.tags])] });
      expect(again).toMatchObject({ kind: 'candidate', version: selection.version });
    },
  );

  test.prop([given, fc.infiniteStream(fc.nat())])('the order of the listing does not matter', (it, random) => {
    const shuffled = it.tags
      .map((tag) => [random.next().value ?? 0, tag] as const)
      .toSorted(([a], [b]) => a - b)
      .map(([, tag]) => tag);
    expect(select({ ...it, tags: shuffled })).toEqual(select(it));
  });

  test.prop([given])('nothing is concluded from what an incomplete listing lacks', (it) => {
    const selection = select({ ...it, complete: false });
    if (selection.kind === 'none') expect(['listing-incomplete', 'ambiguous']).toContain(selection.because);
    expect(selection.kind).not.toBe('installed-vanished');
  });
});
