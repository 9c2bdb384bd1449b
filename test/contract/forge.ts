import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { testChecks } from './forge-checks.ts';
import { testComments } from './forge-comments.ts';
import { testContent } from './forge-content.ts';
import { type Contract, useWorld } from './forge-context.ts';
import { testIssues } from './forge-issues.ts';
import { testMerging, testMergingByPeople } from './forge-merging.ts';
import { testPaths } from './forge-paths.ts';
import { testPeople } from './forge-people.ts';
import { testPeopleAct } from './forge-people-act.ts';
import { testPullRequests } from './forge-pull-requests.ts';
import { testReviews } from './forge-reviews.ts';
import type { ForgePart, ForgeWorld } from './forge-world.ts';
import { testServerRefusals, testWriting } from './forge-writing.ts';

const parts: readonly ((contract: Contract) => void)[] = [
  testContent,
  testWriting,
  testServerRefusals,
  testPullRequests,
  testMerging,
  testMergingByPeople,
  testPeopleAct,
  testComments,
  testPeople,
  testChecks,
  testReviews,
  testIssues,
];

/**
 * What the workflows rely on, for any forge.
 *
 * @param without What this forge does not have: shown as left out.
 */
export function testForge(
  name: string,
  createWorld: () => Promise<ForgeWorld>,
  { without }: { readonly without: readonly ForgePart[] },
): void {
  describe(name, () => {
    const contract = useWorld(createWorld, { before: beforeEach, after: afterEach, without });
    for (const testPart of parts) testPart(contract);
  });
  describe(`${name}: without pushing`, () => {
    const contract = useWorld(createWorld, { before: beforeAll, after: afterAll, without });
    testPaths(contract);

    test('what the forge is said to be without, it is without', () => {
      const { forge, world } = contract.context();
      expect({
        accounts: world.accounts !== undefined,
        checks: forge.checks !== undefined,
        reviews: forge.reviews !== undefined,
        issues: forge.issues !== undefined,
      }).toEqual({
        accounts: !without.includes('accounts'),
        checks: !without.includes('checks'),
        reviews: !without.includes('reviews'),
        issues: !without.includes('issues'),
      });
    });
  });
}
