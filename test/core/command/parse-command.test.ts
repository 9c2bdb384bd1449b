import { describe, expect, test } from 'vitest';
import { type Command, type CommandPlace, headFits } from '../../../src/core/command/command.ts';
import { parseComment } from '../../../src/core/command/parse-command.ts';

const installation = { environment: 'dev', application: 'podinfo' };
const onPullRequest: CommandPlace = { where: 'pull-request', installation };
const onIssue: CommandPlace = { where: 'issue' };

const day = 86_400;
const none = { environment: undefined, version: undefined, head: undefined };

describe('a command on a pull request', () => {
  test.each<[string, object]>([
    ['/promote', { verb: 'promote', ...none }],
    ['/promote prod', { verb: 'promote', ...none, environment: 'prod' }],
    ['/promote v1.2.3', { verb: 'promote', ...none, version: 'v1.2.3' }],
    ['/promote prod 1.2.3-rc.1+5', { verb: 'promote', ...none, environment: 'prod', version: '1.2.3-rc.1+5' }],
    ['/promote 0a1b2c3', { verb: 'promote', ...none, head: '0a1b2c3' }],
    ['/promote prod 1.2.3 0a1b2c3', { verb: 'promote', environment: 'prod', version: '1.2.3', head: '0a1b2c3' }],
    ['/hold', { verb: 'hold', until: undefined, reason: undefined }],
    ['/hold 3d', { verb: 'hold', until: { kind: 'duration', seconds: 3 * day }, reason: undefined }],
    ['/hold 12h the  cluster is `down` <3', { verb: 'hold', reason: 'the  cluster is `down` <3' }],
    [
      '/hold 2026-12-01 freeze',
      { verb: 'hold', until: { kind: 'date', at: new Date('2026-12-01') }, reason: 'freeze' },
    ],
    [
      '/hold 2026-12-01T08:00+01:00',
      { verb: 'hold', until: { kind: 'date', at: new Date('2026-12-01T07:00:00Z') }, reason: undefined },
    ],
    ['/hold waiting for @alice', { verb: 'hold', until: undefined, reason: 'waiting for @alice' }],
    ['/hold and/Or later', { verb: 'hold', until: undefined, reason: 'and/Or later' }],
    ['/hold 3 replicas are broken', { verb: 'hold', until: undefined, reason: '3 replicas are broken' }],
    ['/resume', { verb: 'resume' }],
    ['/rollback', { verb: 'rollback', version: undefined }],
    ['/rollback 1.2', { verb: 'rollback', version: '1.2' }],
    ['/override soak the customer waits', { verb: 'override', gate: 'soak', reason: 'the customer waits' }],
    ['/approve', { verb: 'approve', head: undefined }],
    ['/approve 1234567', { verb: 'approve', head: '1234567' }],
    [`/approve ${'a'.repeat(64)}`, { verb: 'approve', head: 'a'.repeat(64) }],
    ['/skip', { verb: 'skip', version: undefined }],
    ['/skip v2.0.0', { verb: 'skip', version: 'v2.0.0' }],
    ['/rebuild', { verb: 'rebuild', head: undefined }],
    ['/adopt 0a1b2c3d', { verb: 'adopt', head: '0a1b2c3d' }],
    ['/retry', { verb: 'retry' }],
    ['/explain', { verb: 'explain' }],
    ['/help', { verb: 'help' }],
    ['/hold dev/podinfo 3d', { verb: 'hold', reason: undefined }],
    ['/resume dev/podinfo', { verb: 'resume' }],
  ])('%s', (line, expected) => {
    expect(parseComment(line, onPullRequest)).toMatchObject({
      kind: 'command',
      command: { ...expected, line, installation },
    });
  });
});

describe('a command on the issue', () => {
  test.each<[string, object]>([
    ['/promote prod/billing', { verb: 'promote', ...none }],
    ['/promote prod/billing 2.3.1', { verb: 'promote', ...none, version: '2.3.1' }],
    ['/hold prod/billing 12h night', { verb: 'hold', until: { kind: 'duration', seconds: day / 2 }, reason: 'night' }],
    ['/resume prod/billing', { verb: 'resume' }],
    ['/help prod/billing', { verb: 'help' }],
  ])('%s', (line, expected) => {
    const named = { environment: 'prod', application: 'billing' };
    expect(parseComment(line, onIssue)).toMatchObject({
      kind: 'command',
      command: { ...expected, installation: named },
    });
  });

  test('help needs no installation', () => {
    expect(parseComment('/help', onIssue)).toEqual({
      kind: 'command',
      command: { verb: 'help', line: '/help', installation: undefined },
    });
  });

  test.each(['/promote', '/hold 3d', '/resume', '/promote prod', '/resume Prod/billing', '/resume prod/billing/x'])(
    '%s is refused, for it names no installation',
    (line) => {
      expect(parseComment(line, onIssue)).toMatchObject({ kind: 'wrong', why: 'installation', line });
    },
  );
});

describe('what is meant as a command but is none is answered', () => {
  test.each<[string, string, string]>([
    ['a trailing space', '/promote ', 'spaces'],
    ['two spaces before the arguments', '/promote  prod', 'spaces'],
    ['two spaces before a reason', '/hold  x', 'spaces'],
    ['two spaces between arguments', '/promote prod  1.2.3', 'spaces'],
    ['a tab', '/promote\tprod', 'spaces'],
    ['punctuation', '/hold, please', 'spaces'],
    ['capital letters', '/HOLD', 'verb'],
    ['a capital letter', '/Promote prod', 'verb'],
    ['a missing letter', '/rollbak', 'verb'],
    ['an additional letter', '/approved', 'verb'],
    ['a wrong letter', '/resune', 'verb'],
    ['swapped letters', '/pormote', 'verb'],
    ['the word of another bot', '/unhold', 'verb'],
    ['an ending of another bot', '/hold cancel', 'arguments'],
    ['a version that is none', '/rollback latest', 'arguments'],
    ['too many arguments', '/resume now', 'arguments'],
    ['two versions', '/promote 1.0.0 1.1.0', 'arguments'],
    ['an environment behind the version', '/promote 1.0.0 prod', 'arguments'],
    ['digits that may be a version or a commit', '/promote 1234567', 'arguments'],
    ['a commit that is too short', '/approve 0a1b2c', 'arguments'],
    ['a commit that is too long', `/approve ${'a'.repeat(65)}`, 'arguments'],
    ['a commit in capital letters', '/approve 0A1B2C3', 'arguments'],
    ['characters that arguments do not have', '/promote $(prod)', 'arguments'],
    ['an argument of more than 64 characters', `/rollback 1.0.0-${'a'.repeat(59)}`, 'arguments'],
    ['no reason', '/override soak', 'arguments'],
    ['a gate that is none', '/override soak! the customer waits', 'arguments'],
    ['no gate', '/override', 'arguments'],
    ['another installation', '/promote prod/billing', 'installation'],
    ['another installation before a reason', '/hold prod/podinfo broken', 'installation'],
    ['a day that is not', '/hold 2026-02-30', 'time'],
    ['a time without an offset', '/hold 2026-12-01T12:00', 'time'],
    ['a time of day', '/hold 12:00', 'time'],
    ['a date in another order', '/hold 1.12.2026', 'time'],
    ['an unknown unit', '/hold 3weeks', 'time'],
    ['no time at all', '/hold 0d', 'time'],
    ['a non-breaking space', '/hold\u00a0now', 'characters'],
    ['a foreign letter in the reason', '/hold für immer', 'characters'],
    ['a line separator', '/hold\u2028/resume', 'characters'],
    ['a carriage return within', '/hold\r/resume', 'characters'],
    ['a carriage return at the very end', '/hold x\r', 'characters'],
    ['a control character', '/hold a\u001bb', 'characters'],
    ['a bidirectional control', '/hold \u202ex', 'characters'],
    ['a line that is too long', `/hold ${'x'.repeat(201)}`, 'arguments'],
  ])('%s', (_, line, why) => {
    expect(parseComment(line, onPullRequest)).toMatchObject({ kind: 'wrong', why, line: line.slice(0, 200) });
  });

  test('a line of exactly 200 characters behind the verb is taken', () => {
    expect(parseComment(`/hold ${'x'.repeat(200)}`, onPullRequest)).toMatchObject({ kind: 'command' });
  });

  test('the answer says how to write it', () => {
    expect(parseComment('/rollbak 1.0.0', onPullRequest)).toMatchObject({
      message: '/rollbak is no command.',
      usage: '/rollback [version]',
    });
    expect(parseComment('/HOLD', onPullRequest)).toMatchObject({ message: expect.stringContaining('small letters') });
  });
});

test.each([
  '/lgtm',
  '/assign @alice',
  '/cc',
  '/ship',
  '/gold',
  '/rebase',
  '/retest',
  '/cherry-pick main',
  '/promote-all',
  '/promote/all',
  '/help/index.html',
  '/hold_on',
  '/approve2',
  '/etc/passwd',
  '/',
  '//promote',
  '/ promote',
  ' /promote',
  '\t/promote',
  'please /promote',
  '\\/promote',
  '-/promote',
  '/帮助吧了',
  '/prxm\u043ete',
  '',
  'hello',
])('%j is none of ours and stays unanswered', (line) => {
  expect(parseComment(line, onPullRequest)).toEqual({ kind: 'none' });
});

describe('one command in a comment', () => {
  test('is found among other text, whatever ends the lines', () => {
    expect(parseComment('Looks good.\r\n/promote\r\nThanks!\r\n', onPullRequest)).toMatchObject({
      kind: 'command',
      command: { verb: 'promote', line: '/promote' },
    });
  });

  test.each(['/hold\n/resume', '/promote\n\ntext\n\n/promote', '/promote\n/rollbak', '/hold\r\n/hold'])(
    'is enough: %j is refused',
    (text) => {
      expect(parseComment(text, onPullRequest)).toMatchObject({ kind: 'wrong', why: 'several' });
    },
  );

  test('stands beside commands for other bots', () => {
    expect(parseComment('/lgtm\n/promote\n/assign me', onPullRequest)).toMatchObject({ kind: 'command' });
  });
});

describe('a long comment', () => {
  const size = 16 * 1024;

  test('of 16 KiB is read', () => {
    const text = `/promote\n${'x'.repeat(size - 9)}`;
    expect(parseComment(text, onPullRequest)).toMatchObject({ kind: 'command' });
  });

  test.each([
    ['one more character', `/promote\n${'x'.repeat(size - 8)}`],
    ['more bytes than characters', `/promote\n${'ü'.repeat(size / 2)}`],
    ['64 KiB', `${'x\n'.repeat(32 * 1024)}/promote`],
  ])('with %s is not carried out, and answered', (_, text) => {
    expect(parseComment(text, onPullRequest)).toMatchObject({ kind: 'wrong', why: 'too-long', line: undefined });
  });

  test.each(['x', '/promoted/x\n', '/lgtm\n', '```\n'])('without a command stays unanswered: %j', (part) => {
    expect(parseComment(part.repeat(64 * 1024), onPullRequest)).toEqual({ kind: 'none' });
  });
});

test('a command fits the head whose beginning it names, or any when it names none', () => {
  const head = 'abcdef0123456789abcdef0123456789abcdef01';
  expect(headFits(undefined, head)).toBe(true);
  expect(headFits('abcdef0', head)).toBe(true);
  expect(headFits(head, head)).toBe(true);
  expect(headFits('abcdef1', head)).toBe(false);
  expect(headFits(`${head}0`, head)).toBe(false);
  expect(headFits('', head)).toBe(false);
});

test('a command says which line it was', () => {
  const parsed = parseComment('text\n/skip 1.0.0', onPullRequest);
  const command: Command | undefined = parsed.kind === 'command' ? parsed.command : undefined;
  expect(command?.line).toBe('/skip 1.0.0');
});
