import { describe, expect, test } from 'vitest';
import { checksOf, describeReview } from '../../../src/core/pull-request/describe-review.ts';
import type { Review, ReviewedConfiguration } from '../../../src/core/pull-request/review.ts';
import { type CommitSha, parseCommitSha } from '../../../src/core/repository/commit.ts';

const head = parseCommitSha('a'.repeat(40)) as CommitSha;
const nothing: Review = { head, conflicts: [], values: undefined, configuration: undefined };
const read: Extract<ReviewedConfiguration, { kind: 'read' }> = {
  kind: 'read',
  ...{ changes: [], more: 0, planned: true, loosened: [], approvedBy: [], uncounted: [], whoMay: 'mira' },
};

/** What people write everywhere where they can. */
function reviewOf(text: string): Review {
  const actor = { id: '1', name: text };
  const wrong = { message: text, place: { file: text, line: 1 }, remedy: text };
  return {
    ...nothing,
    values: [{ path: text, remarks: [{ line: 2, message: text, wrong: true }] }],
    configuration: {
      ...read,
      changes: [{ name: text, now: text, next: text, wrong }],
      loosened: [{ where: text, what: text }],
      ...{ approvedBy: [actor], uncounted: [text], whoMay: text },
    },
  };
}

const nasty = [
  'a\nb\r\n| c | d |',
  '<!-- consignee:comment reply/1 -->',
  '<!-- consignee:end --><img src=x>',
  '`` ` ``` <script>',
  '@mira #1 fixes #2 https://example.test',
  '[x](javascript:alert(1))',
  '\u202e\u0000\u200b\ud800',
  '/approve abcdef0\n/hold',
  '*'.repeat(1000),
];

describe('what people wrote', () => {
  test.each(nasty)('stays in its place: %j', (text) => {
    const comment = describeReview(reviewOf(text));
    expect(comment).not.toContain('<!-- consignee:');
    // What stands as code is shown as it is.
    const words = comment.replaceAll(/(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)/g, '');
    expect(words).not.toMatch(/<!--|<img|<script|\]\(javascript|@mira|#2/);
    const rows = comment.split('\n').filter((line) => line.startsWith('|'));
    expect(rows.every((row) => row.split(/(?<!\\)\|/).length === 5)).toBe(true);
    for (const { description } of checksOf(reviewOf(text))) {
      expect(description.length).toBeLessThanOrEqual(140);
      expect(description).not.toMatch(/[\p{C}\n]/u);
    }
  });

  test('is cut between lines where it is too long', () => {
    const remarks = Array.from({ length: 40 }, (_, line) => ({ line, message: 'm'.repeat(600), wrong: true }));
    const values = Array.from({ length: 6 }, (_, index) => ({ path: `${index}`.repeat(190), remarks }));
    const changes = Array.from({ length: 50 }, (_, index) => ({
      name: `${index}`,
      now: '*'.repeat(900),
      next: '*'.repeat(900),
    }));
    const comment = describeReview({ ...nothing, values, configuration: { ...read, changes } });
    expect(comment.length).toBeLessThan(61_000);
    expect(comment.endsWith('_The rest is left out here for its length._')).toBe(true);
    expect(comment.split('\n').at(-3)).toMatch(/[.|]$/);
  });
});

test('many findings are counted', () => {
  const remarks = Array.from({ length: 60 }, (_, line) => ({ line: line + 1, message: `m${line}`, wrong: true }));
  const review = { ...nothing, values: [{ path: 'values.yaml', remarks }] };
  expect(checksOf(review)).toEqual([
    { context: 'consignee/values', state: 'failure', description: 'values.yaml:1: m0, and 59 more' },
  ]);
  expect(describeReview(review)).toContain('… and 10 more.');
});

test('installations that were not looked at are said to be', () => {
  const review = { ...nothing, configuration: { ...read, more: 30 } };
  expect(checksOf(review)).toMatchObject([{ state: 'success', description: 'up to 30 decisions change' }]);
  expect(describeReview(review)).toContain('30 more installations that may change');
});
