import { expect, test } from 'vitest';
import { replaceTitle } from '../../../src/core/pull-request/replace-title.ts';

const ours = 'dev/podinfo v1.0.0 → v1.2.0';

test.each([
  ['dev/podinfo v1.0.0 → v1.1.0', ours],
  ['dev/podinfo v1.1.0 (installation)', ours],
  ['dev/podinfo v1.0.0 (configuration)', ours],
  ['WIP: dev/podinfo v1.0.0 → v1.1.0', `WIP: ${ours}`],
  ['[WIP] dev/podinfo v1.0.0 → v1.1.0 after the holidays', `[WIP] ${ours} after the holidays`],
])('what the bot says in %j is brought up to date', (existing, expected) => {
  expect(replaceTitle(existing, ours, 'dev/podinfo')).toBe(expected);
});

test.each(['Mine', '', 'dev/podinfo', 'about dev/podinfo v1.1.0', 'not-dev/podinfo v1.0.0 → v1.1.0'])(
  '%j is left as it is',
  (existing) => {
    expect(replaceTitle(existing, ours, 'dev/podinfo')).toBe(existing);
  },
);

test('a point in a name stands for itself', () => {
  expect(replaceTitle('dev/a.b v1.0.0 → v1.1.0', ours, 'dev/a.b')).toBe(ours);
  expect(replaceTitle('dev/axb v1.0.0 → v1.1.0', ours, 'dev/a.b')).toBe('dev/axb v1.0.0 → v1.1.0');
});
