import { expect, test } from 'vitest';
import type { ForgeCondition, MergeRules } from '../../../src/ports/forge.ts';
import { examineForge, judgeRules } from '../../../src/workflows/doctor/examine-forge.ts';

const condition: ForgeCondition = {
  server: 'Gitea 1.25.1',
  account: { id: '2', name: 'consignee' },
  clockAheadSeconds: 0,
  name: 'acme/apps',
  archived: false,
  hasIssues: true,
  hasPullRequests: true,
  missing: [],
  rules: undefined,
};

const badOf = (changes: Partial<ForgeCondition>) =>
  examineForge({ ...condition, ...changes }, 'acme/apps')
    .filter(({ result }) => result !== 'ok')
    .map(({ check, result }) => `${check} ${result}`);

test.each<[string, Partial<ForgeCondition>, readonly string[]]>([
  ['all is well', {}, []],
  ['another spelling of the name', { name: 'Acme/Apps' }, []],
  ['a repository that was renamed', { name: 'acme/applications' }, ['repository failed']],
  ['an archived repository', { archived: true }, ['repository failed']],
  ['no pull requests', { hasPullRequests: false }, ['repository failed']],
  ['no issues', { hasIssues: false }, ['repository warning']],
  ['30 seconds', { clockAheadSeconds: -30 }, []],
  ['31 seconds', { clockAheadSeconds: 31 }, ['clock warning']],
  ['5 minutes', { clockAheadSeconds: -300 }, ['clock warning']],
  ['more than 5 minutes', { clockAheadSeconds: -301 }, ['clock failed']],
  ['no time', { clockAheadSeconds: undefined }, ['clock warning']],
  ['a right that lacks', { missing: [{ right: 'comments', words: 'the token lacks it' }] }, ['rights failed']],
])('%s', (_, changes, expected) => {
  expect(badOf(changes)).toEqual(expected);
});

const rules: MergeRules = { botMayMerge: true, approvals: 0, checks: [] };
const view = { reported: new Set(['ci/build']), automatic: false, branch: 'main', where: 'acme/apps' };
const judged = (changes: Partial<MergeRules>, automatic = false) =>
  judgeRules({ ...view, automatic, rules: { ...rules, ...changes } }).map(({ result }) => result);

test('a rule that lets the bot merge is well', () => {
  expect(judged({ checks: ['ci/build'] })).toEqual(['ok']);
  expect(judged({ checks: ['ci/*'] })).toEqual(['ok']);
});

test('no rule at all is no protection', () => {
  expect(judgeRules({ ...view, rules: undefined }).map(({ result }) => result)).toEqual(['warning']);
});

test('a list that the bot is not on fails where it is to merge by itself', () => {
  expect(judged({ botMayMerge: false })).toEqual(['warning']);
  expect(judged({ botMayMerge: false }, true)).toEqual(['failed']);
});

test('approvals that the forge wants are in the way of automatic merges alone', () => {
  expect(judged({ approvals: 2 })).toEqual(['ok']);
  expect(judged({ approvals: 2 }, true)).toEqual(['warning']);
});

test('a status that nobody reports is in the way; a dot in its name stands for itself', () => {
  expect(judged({ checks: ['ci.build'] })).toEqual(['warning']);
  expect(judged({ checks: ['security/*'] })).toEqual(['warning']);
});
