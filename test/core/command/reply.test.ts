import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { authorise } from '../../../src/core/command/authorise.ts';
import { type Command, type CommandPlace, commandVerbs } from '../../../src/core/command/command.ts';
import { parseComment } from '../../../src/core/command/parse-command.ts';
import {
  type CommandResult,
  formatReply,
  replyToCommand,
  replyToDenied,
  replyToWrong,
  replyWithHelp,
} from '../../../src/core/command/reply.ts';

const alice = { id: '42', name: 'alice' };
const place = { where: 'pull-request', installation: { environment: 'dev', application: 'podinfo' } } as const;
const issue: CommandPlace = { where: 'issue' };

function commandOf(text: string, where: CommandPlace = place): Command {
  const parsed = parseComment(text, where);
  if (parsed.kind !== 'command') throw new Error(`${text} is no command`);
  return parsed.command;
}

const say = (text: string, result: CommandResult, where?: CommandPlace) =>
  replyToCommand(alice, commandOf(text, where), result);

test('a reply names who is answered, quotes the command in a code block and says what came of it', () => {
  expect(say('/hold 3d the cluster moves', { kind: 'held', until: undefined, reason: 'the cluster moves' })).toBe(
    [
      '@alice',
      '',
      '```text',
      '> /hold 3d the cluster moves',
      '```',
      '',
      'Held until somebody writes `/resume`: nothing is merged here meanwhile. Reason: `the cluster moves`.',
    ].join('\n'),
  );
});

describe('what came of a command', () => {
  const head = 'abcdef0123456789abcdef0123456789abcdef01';

  test.each<[string, CommandResult, string]>([
    [
      '/hold 3d',
      { kind: 'held', until: new Date('2026-11-24T12:00:00.001Z'), reason: undefined },
      'until 2026-11-24 12:01 UTC',
    ],
    ['/hold 2000-01-01', { kind: 'past' }, 'over already'],
    ['/resume', { kind: 'resumed', ended: 0 }, 'Nothing was held'],
    ['/resume', { kind: 'resumed', ended: 1 }, '1 hold is ended'],
    ['/resume', { kind: 'resumed', ended: 2 }, '2 holds are ended'],
    ['/skip', { kind: 'skipped', version: '1.2.3' }, '`1.2.3`'],
    ['/approve', { kind: 'approved', head, given: 1, needed: 2 }, '1 of 2 given'],
    ['/approve', { kind: 'approved', head, given: 1, needed: undefined }, 'No approvals are asked for'],
    ['/approve 1234567', { kind: 'head-moved', current: head }, '`/approve abcdef012345`'],
    ['/skip', { kind: 'head-moved', current: head }, '`/skip`'],
    ['/explain', { kind: 'unknown-installation', name: 'dev/nothing' }, '`dev/nothing`'],
    ['/explain', { kind: 'no-pull-request', name: 'dev/podinfo' }, 'No pull request'],
    ['/explain', { kind: 'expired' }, 'more than a day old'],
    ['/explain', { kind: 'edited' }, 'was edited'],
    ['/explain', { kind: 'said', text: 'All is **well**.' }, 'All is **well**.'],
    ['/override soak x', { kind: 'not-available' }, 'the gate `soak` is not available yet'],
    ['/promote prod 1.2.3', { kind: 'not-available' }, 'proposes version `1.2.3` for the environment `prod`'],
    ['/promote', { kind: 'not-available' }, 'what is healthy in `dev/podinfo` for the next environment'],
    ['/rollback', { kind: 'not-available' }, 'the last version that was healthy for `dev/podinfo`'],
    ['/rollback 1.0.0', { kind: 'not-available' }, 'proposes version `1.0.0` for `dev/podinfo` again'],
    ['/retry', { kind: 'not-available' }, '`/retry` is understood, but not available yet'],
  ])('%s: %j', (line, result, expected) => {
    expect(say(line, result)).toContain(expected);
  });

  test('a command to copy names the installation where the first one did', () => {
    const reply = say('/adopt dev/podinfo 1234567', { kind: 'head-moved', current: head }, issue);
    expect(reply).toContain('`/adopt dev/podinfo abcdef012345`');
    expect(parseComment('/adopt dev/podinfo abcdef012345', issue)).toMatchObject({ command: { head: 'abcdef012345' } });
  });
});

test('a refusal says why and who may', () => {
  const denied = authorise({
    actor: alice,
    action: 'promote',
    permission: 'write',
    roles: { operate: { users: ['bob'], teams: ['acme/ops'] } },
    approvals: undefined,
    memberships: new Map([['acme/ops', false]]),
    self: '1',
  });
  if (denied.allowed) throw new Error('alice is not named');
  const reply = replyToDenied(alice, commandOf('/promote'), denied);
  expect(reply).toContain('You are not among those who may use `/promote` here. Nothing was done.');
  expect(reply).toContain('This may: bob and members of the team acme/ops.');
});

test('a wrong command is answered with the reason and how to write it', () => {
  const parsed = parseComment('/rollback latest', place);
  if (parsed.kind !== 'wrong') throw new Error('latest is no version');
  const reply = replyToWrong(alice, parsed);
  expect(reply).toContain(
    '"latest" is not what is expected at its place. Write `/rollback [version]`. Nothing was done.',
  );
});

describe('help', () => {
  test.each(['pull-request', 'issue'] as const)('lists every command once on the %s', (where) => {
    const reply = replyWithHelp(alice, { line: '/help' }, where, new Set(commandVerbs));
    for (const verb of commandVerbs) expect(reply.match(new RegExp(`^- \`/${verb}[ \`]`, 'gm'))).toHaveLength(1);
    expect(reply).not.toContain('not available');
    expect(reply.includes('`/hold <environment>/<application> [until] [reason]`')).toBe(where === 'issue');
    expect(reply).toContain('- `/help`:');
  });

  test('says which do not work', () => {
    const reply = replyWithHelp(alice, { line: '/help' }, 'pull-request', new Set(['hold']));
    expect(reply.match(/^- .*not available yet/gm)).toHaveLength(commandVerbs.length - 1);
    expect(reply).toMatch(/^- `\/hold [^\n]*`\/resume`$/m);
  });
});

/** What a reply must never do, whatever it quotes. */
function expectHarmless(reply: string, name: string): void {
  expect(reply).not.toMatch(/^\s*\//m);
  expect(parseComment(reply, place)).toEqual({ kind: 'none' });
  expect(parseComment(reply, issue)).toEqual({ kind: 'none' });
  const outside = reply.replace(/^(```+)text\n[\s\S]*?\n\1$/gm, '').replace(/(`+)[^\n]*?\1(?!`)/g, '');
  const mentions = [...outside.matchAll(/@([A-Za-z0-9_.-]+)/g)].map(([, it]) => it);
  expect(mentions.filter((it) => it !== name)).toEqual([]);
}

const nasty = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc
    .array(
      fc.constantFrom('/promote', '\n', '\r', '\u2028', '@bob', '`', '```', '<!--', '#1', ' ', '~~~', '[x](y)', 'a'),
      {
        maxLength: 12,
      },
    )
    .map((it) => it.join('')),
);
const people = fc.oneof(fc.constantFrom('alice', 'a.b-c', 'Alice Example', '@bob', 'a\n/promote', ''), nasty);

property.prop([people, nasty, nasty])(
  'no reply gives a command, mentions others or leaves its code block',
  (name, line, words) => {
    const to = { id: '1', name };
    const wrong = { kind: 'wrong', why: 'verb', line, message: words, usage: '/hold [until] [reason]' } as const;
    expectHarmless(replyToWrong(to, wrong), name);
    expectHarmless(
      replyToDenied(to, { verb: 'hold', line }, { allowed: false, why: 'not-named', whoMay: words }),
      name,
    );
  },
);

property.prop([
  people,
  fc.string({ unit: fc.integer({ min: 32, max: 126 }).map((it) => String.fromCharCode(it)), maxLength: 190 }),
])('nor does one to a hold with any reason', (name, reason) => {
  const parsed = parseComment(`/hold ${reason}`, place);
  if (parsed.kind === 'wrong') expectHarmless(replyToWrong({ id: '1', name }, parsed), name);
  if (parsed.kind !== 'command') return;
  const result: CommandResult = { kind: 'held', until: undefined, reason };
  expectHarmless(replyToCommand({ id: '1', name }, parsed.command, result), name);
});

test('lines of the answer that begin with a slash are kept from being commands', () => {
  const reply = formatReply({ to: alice, line: undefined, text: '/promote\n  /hold\nwell' });
  expectHarmless(reply, 'alice');
  expect(reply).toContain('\\/promote\n  \\/hold\nwell');
});

test('a name that is no name on a forge is written out, and mentions nobody', () => {
  expect(formatReply({ to: { id: 'x', name: 'Bob @carol' }, line: undefined, text: 'Well.' })).not.toContain('@carol');
  expect(formatReply({ to: alice, line: undefined, text: 'Well.' })).toBe('@alice\n\nWell.');
});
