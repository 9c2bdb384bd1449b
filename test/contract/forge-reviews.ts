import { expect } from 'vitest';
import { type Contract, openOne, required } from './forge-context.ts';

export function testReviews({ context, needs }: Contract) {
  const test = needs('reviews', 'accounts');

  test('of each reviewer the latest word counts, for the head it was said of', async () => {
    const { forge, accounts } = context();
    const reviews = required(forge.reviews);
    const { number, sha } = await openOne(forge);
    expect(await reviews.list(number)).toEqual([]);
    await accounts.review('maintainer', number, 'changes-requested');
    await accounts.review('maintainer', number, 'approved');
    await accounts.review('stranger', number, 'changes-requested');
    const listed = await reviews.list(number);
    expect(listed.toSorted((a, b) => a.by.name.localeCompare(b.by.name))).toEqual([
      { by: accounts.actors.maintainer, verdict: 'approved', head: sha, dismissed: false },
      { by: accounts.actors.stranger, verdict: 'changes-requested', head: sha, dismissed: false },
    ]);
  });

  test('a remark does not take an approval back', async () => {
    const { forge, accounts } = context();
    const { number } = await openOne(forge);
    await accounts.review('maintainer', number, 'approved');
    await accounts.review('maintainer', number, 'commented');
    const [review] = await required(forge.reviews).list(number);
    expect(review).toMatchObject({ verdict: 'approved', dismissed: false });
  });

  test('what the forge takes back after a push is dismissed', async () => {
    const { forge, accounts, world } = context();
    const { number, sha } = await openOne(forge);
    await accounts.protect({ approvals: 1, dismissStale: true });
    await accounts.review('maintainer', number, 'approved');
    await world.person.commit('consignee/dev/one', { more: 'by hand' });
    // The forge does it after it has taken the push in.
    await expect
      .poll(() => required(forge.reviews).list(number), { timeout: 20_000 })
      .toEqual([{ by: accounts.actors.maintainer, verdict: 'approved', head: sha, dismissed: true }]);
  });
}
