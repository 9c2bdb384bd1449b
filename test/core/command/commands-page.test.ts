import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { authorise } from '../../../src/core/command/authorise.ts';
import { type CommandVerb, commandVerbs, usages } from '../../../src/core/command/command.ts';

const page = readFileSync(new URL('../../../docs/commands.md', import.meta.url), 'utf8');

/** Rows of the first table: how a command is written, what it does, who may. */
const rows = page
  .split('\n## ')[0]
  ?.split('\n')
  .flatMap((line) => {
    const [, usage, does, who] = /^\| `(\/[^`]+)` \| (.+) \| (.+) \|$/.exec(line) ?? [];
    return usage && does && who ? [{ usage, does, who }] : [];
  });

const rowOf = (verb: CommandVerb) => rows?.find(({ usage }) => usage === usages[verb]);

const actor = { id: '7', name: 'mira' };

function may(action: CommandVerb, permission: 'read' | 'write' | 'admin'): boolean {
  const input = { actor, action, permission, roles: undefined, approvals: undefined, memberships: new Map() };
  return authorise({ ...input, self: '1', headAuthors: ['1'] }).allowed;
}

test('the page has each command once, as it is written', () => {
  expect(rows?.map(({ usage }) => usage).toSorted()).toEqual(Object.values(usages).toSorted());
});

test.each(commandVerbs)('the page says who may use /%s', (verb) => {
  const who = rowOf(verb)?.who ?? '';
  const least = { read: 'read', operate: 'write', 'approvals, or operate': 'write', emergency: 'admin' } as const;
  const level = Object.entries(least).find(([name]) => name === who)?.[1];
  const levels = (['read', 'write', 'admin'] as const).filter((it) => may(verb, it));
  expect(levels[0]).toBe(level);
});

test('what the page calls not available is what the bot answers so', () => {
  const source = readFileSync(new URL('../../../src/workflows/carry-out-command.ts', import.meta.url), 'utf8');
  const answered = [...source.matchAll(/^ {2}(\w+): notAvailable,$/gm)].map(([, verb]) => verb);
  expect(answered.length).toBeGreaterThan(0);
  const later = commandVerbs.filter((verb) => rowOf(verb)?.does.includes('not available yet'));
  expect(later.toSorted()).toEqual(answered.toSorted());
});
