import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { Failure } from '../../../src/core/failure.ts';
import type { CommitSha } from '../../../src/core/repository/commit.ts';
import {
  type Approval,
  addApproval,
  approversOf,
  parseApprovals,
  printApprovals,
} from '../../../src/core/state/approvals.ts';
import { activeHolds, addHold, type Hold, parseHolds, printHolds } from '../../../src/core/state/holds.ts';
import { parseStatePath, stateKinds, statePathOf } from '../../../src/core/state/places.ts';
import { addSkip, parseSkips, printSkips, type Skip } from '../../../src/core/state/skips.ts';
import type { Version } from '../../../src/core/version/version.ts';

const owner = { environment: 'dev', application: 'podinfo' };
const at = new Date('2026-11-21T12:00:00.000Z');
const now = new Date('2026-11-22T00:00:00.000Z');
const alice = { id: '42', name: 'alice' };
const bob = { id: '43', name: 'bob' };
const shaOf = (digit: string) => digit.repeat(40) as CommitSha;

const hold = (changes: Partial<Hold> = {}): Hold => ({
  by: alice,
  at,
  comment: '7',
  until: undefined,
  reason: undefined,
  ...changes,
});
const skip = (changes: Partial<Skip> = {}): Skip => ({
  by: alice,
  at,
  comment: '7',
  version: 'v1.2.3' as Version,
  ...changes,
});
const approval = (changes: Partial<Approval> = {}): Approval => ({
  by: alice,
  at,
  comment: '7',
  head: shaOf('a'),
  ...changes,
});

test('a file of holds looks like this', () => {
  expect(printHolds(owner, [hold({ until: now, reason: 'the cluster: moves' })])).toBe(`\
# Written by Consignee from people's commands. To change it, write a command in a comment.
state: 1
environment: dev
application: podinfo
holds:
  - by:
      id: "42"
      name: alice
    at: "2026-11-21T12:00:00.000Z"
    comment: "7"
    until: "2026-11-22T00:00:00.000Z"
    reason: "the cluster: moves"
`);
});

describe('what is printed is read back equal', () => {
  test('without entries', () => {
    expect(parseHolds(owner, printHolds(owner, []))).toEqual([]);
    expect(parseSkips(owner, printSkips(owner, []))).toEqual([]);
    expect(parseApprovals(owner, printApprovals(owner, []))).toEqual([]);
  });

  test('skips and approvals', () => {
    const skips = [skip(), skip({ comment: undefined, version: '2.0' as Version })];
    expect(parseSkips(owner, printSkips(owner, skips))).toEqual(skips);
    const approvals = [approval(), approval({ by: bob, head: '1'.repeat(64) as CommitSha })];
    expect(parseApprovals(owner, printApprovals(owner, approvals))).toEqual(approvals);
  });

  const texts = fc.oneof(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }).filter((it) => it.isWellFormed()),
    fc.constantFrom('no', '0x1', '1e3', '~', '2026-01-01', '- a', '__proto__'),
  );
  const ascii = fc.string({
    unit: fc.integer({ min: 32, max: 126 }).map((it) => String.fromCharCode(it)),
    minLength: 1,
    maxLength: 200,
  });
  const dates = fc.date({ min: new Date('2000-01-01'), max: new Date('2999-01-01'), noInvalidDate: true });
  const holds = fc.record({
    by: fc.record({ id: texts, name: texts }),
    at: dates,
    comment: fc.option(texts, { nil: undefined }),
    until: fc.option(dates, { nil: undefined }),
    reason: fc.option(ascii, { nil: undefined }),
  });

  property.prop([fc.array(holds, { maxLength: 4 })])('holds by anybody for any reason', (list) => {
    expect(parseHolds(owner, printHolds(owner, list))).toEqual(list);
  });
});

test('what somebody wrote anew is read all the same', () => {
  const text = `holds: [{by: {name: alice, id: "42"}, at: 2026-11-21T12:00:00Z}]\r\napplication: podinfo\r\nenvironment: dev\r\nstate: 1`;
  expect(parseHolds(owner, text)).toEqual([hold({ comment: undefined })]);
});

describe('a file is refused, and never taken for empty,', () => {
  const good = printHolds(owner, [hold({ until: now, reason: 'x' })]);

  test.each([
    ['empty', ''],
    ['no mapping', '- a'],
    ['of a newer format', good.replace('state: 1', 'state: 2')],
    ['without a format', good.replace('state: 1\n', '')],
    ['of another application', good.replace('podinfo', 'other')],
    ['of another environment', good.replace('dev', 'prod')],
    ['of another kind', printSkips(owner, [])],
    ['with an unknown field', `${good}more: 1\n`],
    ['with an unknown field of an entry', good.replace('    at:', '    more: x\n    at:')],
    ['with an unknown field of a person', good.replace('      id:', '      more: x\n      id:')],
    ['without a list', good.replace(/holds:[\s\S]*/, 'holds: none\n')],
    ['with an entry that is none', good.replace(/holds:[\s\S]*/, 'holds: [x]\n')],
    ['without a person', good.replace(/ {2}- by:[\s\S]*? {4}at/, '  - at')],
    ['without an id', good.replace('"42"', '""')],
    ['with an id that is a number', good.replace('"42"', '42')],
    ['without a time', good.replace(/ {4}at: .*\n/, '')],
    ['with a time that is none', good.replace('2026-11-21T', '2026-11-31T')],
    ['with a time of no zone', good.replace('12:00:00.000Z', '12:00:00')],
    ['with an end that is none', good.replace('"2026-11-22T00:00:00.000Z"', 'later')],
    ['with a reason of other characters', good.replace('reason: x', 'reason: ü')],
    ['with a reason that is too long', good.replace('reason: x', `reason: ${'x'.repeat(201)}`)],
    ['with a name that is too long', good.replace('alice', 'a'.repeat(257))],
    ['with a merge conflict', `<<<<<<< ours\n${good}`],
    ['with a key that stands twice', `${good}state: 1\n`],
    ['that is too large', `${good}# ${'x'.repeat(600_000)}\n`],
    ['with too many entries', good.replace(/( {2}- by:[\s\S]*)/, '$1'.repeat(501))],
  ])('%s', (_, text) => {
    expect(text).not.toBe(good);
    const read = () => parseHolds(owner, text);
    expect(read).toThrow(Failure);
    expect(read).toThrow('holds/dev/podinfo.yaml');
  });

  test.each([
    ['a version that is none', () => parseSkips(owner, printSkips(owner, [skip()]).replace('v1.2.3', 'latest'))],
    [
      'a commit that is none',
      () => parseApprovals(owner, printApprovals(owner, [approval()]).replace(/a{40}/, 'aaaaaaa')),
    ],
  ])('with %s', (_, read) => {
    expect(read).toThrow(Failure);
  });

  test('with the line of what is wrong', () => {
    const read = () => parseHolds(owner, good.replace('reason: x', 'reason: ü'));
    expect(read).toThrow(expect.objectContaining({ place: { file: 'holds/dev/podinfo.yaml', line: 12 } }));
  });
});

test('a file that could not be read again is not written', () => {
  expect(() =>
    printHolds(
      owner,
      Array.from({ length: 501 }, () => hold()),
    ),
  ).toThrow(Failure);
  const reason = '\\'.repeat(200);
  const by = { id: '\u0001'.repeat(256), name: '\u0001'.repeat(256) };
  expect(() =>
    printHolds(
      owner,
      Array.from({ length: 500 }, () => hold({ by, reason })),
    ),
  ).toThrow(Failure);
});

test('a name without bounds is cut where it is written, and half a character is replaced', () => {
  const [read] = parseHolds(
    owner,
    printHolds(owner, [hold({ by: { id: '42', name: `${'x'.repeat(255)}\u{1f600}y` } })]),
  );
  expect(read?.by.name).toBe(`${'x'.repeat(255)}\ufffd`);
});

describe('holds', () => {
  test('end at their time and not before; without one they do not end', () => {
    const ends = hold({ until: now });
    expect(activeHolds([ends], new Date(now.getTime() - 1))).toEqual([ends]);
    expect(activeHolds([ends], now)).toEqual([]);
    expect(activeHolds([hold()], new Date('9999-01-01'))).toEqual([hold()]);
  });

  test('of others are not shortened by a new one', () => {
    const theirs = hold({ by: bob, comment: '1' });
    const mine = hold({ until: new Date('2026-11-23'), comment: '2' });
    expect(addHold([theirs], mine, now)).toEqual([theirs, mine]);
  });

  test('of the same person are replaced', () => {
    const newer = hold({ by: { id: '42', name: 'renamed' }, comment: '2', until: new Date('2026-12-01') });
    expect(addHold([hold({ comment: '1' })], newer, now)).toEqual([newer]);
  });

  test('that have ended are dropped', () => {
    expect(addHold([hold({ by: bob, until: at, comment: '1' })], hold({ comment: '2' }), now)).toEqual([
      hold({ comment: '2' }),
    ]);
  });

  test('that no comment asked for stand beside each other', () => {
    const both = [hold({ comment: undefined }), hold({ by: bob, comment: undefined })] as const;
    expect(addHold([both[0]], both[1], now)).toEqual(both);
  });

  test('are added once for a comment', () => {
    const once = addHold([hold({ comment: '1' })], hold({ by: bob, comment: '2' }), now);
    expect(addHold(once, hold({ by: bob, comment: '2', until: now }), now)).toEqual(once);
  });
});

describe('skips', () => {
  test('hold each spelling once', () => {
    const twice = addSkip(addSkip([], skip()), skip({ by: bob }));
    expect(twice).toEqual([skip()]);
    expect(addSkip(twice, skip({ version: '1.2.3' as Version }))).toHaveLength(2);
  });
});

describe('approvals', () => {
  test('count for exactly the head they name', () => {
    const given = [approval(), approval({ by: bob, head: shaOf('b') })];
    expect(approversOf(given, shaOf('a'))).toEqual([alice]);
    expect(approversOf(given, shaOf('b'))).toEqual([bob]);
    expect(approversOf(given, shaOf('c'))).toEqual([]);
  });

  test('count once for each account, whatever it is called', () => {
    const renamed = { id: '42', name: 'alice2' };
    const namesake = { id: '44', name: 'alice' };
    const given = [approval(), approval({ by: renamed }), approval({ by: namesake })];
    expect(approversOf(given, shaOf('a')).map(({ id }) => id)).toEqual(['42', '44']);
  });

  test('of earlier heads are dropped, and each account gives one', () => {
    const first = addApproval([approval({ head: shaOf('b') })], approval());
    expect(first).toEqual([approval()]);
    expect(addApproval(first, approval({ comment: '8' }))).toEqual(first);
    expect(addApproval(first, approval({ by: bob }))).toHaveLength(2);
  });
});

describe('the place of a file', () => {
  test.each(stateKinds)('%s is found again from its path', (kind) => {
    const path = statePathOf(kind, owner);
    expect(path).toBe(`${kind}/dev/podinfo.yaml`);
    expect(parseStatePath(path)).toEqual({ kind, ...owner });
  });

  test.each([
    ...['README.md', 'holds/dev.yaml', 'holds/dev/podinfo.yml', 'other/dev/podinfo.yaml', 'x/holds/dev/podinfo.yaml'],
    ...['holds/dev/podinfo/x.yaml', 'holds//podinfo.yaml', 'holds/dev/.yaml', 'Holds/dev/podinfo.yaml'],
  ])('%s is none', (path) => {
    expect(parseStatePath(path)).toBeUndefined();
  });
});
