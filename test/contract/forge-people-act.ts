import { expect } from 'vitest';
import { bot, branch, type Contract, open, openOne, propose } from './forge-context.ts';

/** What people do to the bot's pull requests through the forge itself. */
export function testPeopleAct({ context, needs }: Contract) {
  const test = needs('accounts');

  test('who closed it is told, and that the branch had nothing to do with it', async () => {
    const { forge, accounts } = context();
    const { number, sha } = await openOne(forge);
    await accounts.edit('maintainer', number, { state: 'closed' });
    const ended = { state: 'closed', headSha: sha, endedBy: accounts.actors.maintainer, endedWithBranch: false };
    expect(await forge.pullRequests.read(number)).toMatchObject(ended);
    expect(await forge.pullRequests.listEnded()).toEqual([await forge.pullRequests.read(number)]);
    expect(await forge.pullRequests.listOpen()).toEqual([]);
  });

  test('those of people are listed beside those of the bot, with heads that can be read', async () => {
    const { forge, accounts, world } = context();
    const { number } = await openOne(forge);
    const head = await world.person.commit('mine', { 'notes.txt': 'mine\n' }, 'main');
    const theirs = await accounts.openPullRequest('maintainer', { head: 'mine', base: 'main', title: 'Mine' });
    const { ours, others } = await forge.pullRequests.listAllOpen();
    expect(ours.map((it) => it.number)).toEqual([number]);
    const shown = { number: theirs, headSha: head, base: 'main', fromHere: true, author: accounts.actors.maintainer };
    expect(others).toEqual([expect.objectContaining(shown)]);
    await forge.content.readRefs();
    expect(await forge.content.fetchHeads(new Map([[theirs, head]]))).toEqual(new Set([head]));
    expect((await forge.content.readTree(head)).has('notes.txt')).toBe(true);
    // The person has no account by this address.
    expect(await forge.pullRequests.authorsOf(theirs)).toBeUndefined();
  });

  test('one that ended with its branch says so', async () => {
    const { forge, accounts } = context();
    const { number, sha } = await openOne(forge);
    await accounts.deleteBranch('maintainer', branch);
    const ended = { state: 'closed', head: branch, headSha: sha, endedWithBranch: true };
    expect(await forge.pullRequests.read(number)).toMatchObject(ended);
    expect(await forge.pullRequests.listEnded(branch)).toHaveLength(1);
  });

  test('a branch that a person deletes by git ends it likewise', async () => {
    const { forge, world } = context();
    const { number } = await openOne(forge);
    await world.person.deleteBranch(branch);
    expect(await forge.pullRequests.read(number)).toMatchObject({ state: 'closed', endedWithBranch: true });
  });

  test('what a person merges is merged at that head, by that person', async () => {
    const { forge, accounts } = context();
    const { number, sha } = await openOne(forge);
    await accounts.merge('maintainer', number);
    const main = (await forge.content.readRefs()).get('refs/heads/main');
    const ended = { state: 'merged', headSha: sha, mergeCommit: main, endedBy: accounts.actors.maintainer };
    expect(await forge.pullRequests.read(number)).toMatchObject(ended);
    const again = await forge.pullRequests.merge(number, { expectedHead: sha, message: 'Merge', by: bot });
    expect(again).toEqual({ kind: 'merged', commit: main });
  });

  test('one that was opened again is open', async () => {
    const { forge, accounts } = context();
    const { number } = await openOne(forge);
    await accounts.edit('maintainer', number, { state: 'closed' });
    expect(await forge.pullRequests.listEnded()).toHaveLength(1);
    await accounts.edit('maintainer', number, { state: 'open' });
    expect((await forge.pullRequests.listOpen()).map((it) => it.number)).toEqual([number]);
    expect(await forge.pullRequests.listEnded()).toEqual([]);
  });

  test('a draft says that it is one, and is not merged', async () => {
    const { forge, accounts } = context();
    const { number, sha, draft } = await openOne(forge);
    expect(draft).toBe(false);
    await accounts.edit('maintainer', number, { title: 'WIP: not yet' });
    expect(await forge.pullRequests.read(number)).toMatchObject({ draft: true, state: 'open' });
    const merged = await forge.pullRequests.merge(number, { expectedHead: sha, message: 'Merge', by: bot });
    expect(merged).toEqual({ kind: 'not-ready', why: expect.stringMatching(/./) });
  });

  test('another base is read', async () => {
    const { forge, accounts, world } = context();
    const { number } = await openOne(forge);
    await world.person.commit('other', { other: '1' }, 'main');
    await accounts.edit('maintainer', number, { base: 'other' });
    expect(await forge.pullRequests.read(number)).toMatchObject({ base: 'other' });
    const second = await open(forge);
    expect(second).toMatchObject({ base: 'main' });
    expect(second.number).not.toBe(number);
  });

  test('the labels of others stay', async () => {
    const { forge, accounts } = context();
    await propose(forge, { files: { a: '1' } });
    const { number } = await open(forge, { labels: ['ours'] });
    await accounts.label('maintainer', number, 'theirs');
    const changed = await forge.pullRequests.update(number, { addLabels: ['new'], removeLabels: ['ours'], by: bot });
    expect([...changed.labels].sort()).toEqual(['new', 'theirs']);
    const again = await forge.pullRequests.update(number, { addLabels: ['new'], removeLabels: ['gone'], by: bot });
    expect([...again.labels].sort()).toEqual(['new', 'theirs']);
  });

  test("somebody else's pull request is not the bot's, whatever its branch", async () => {
    const { forge, accounts } = context();
    await propose(forge, { files: { a: '1' } });
    const foreign = await accounts.openPullRequest('maintainer', { head: branch, base: 'main', title: 'Mine' });
    expect(await forge.pullRequests.listOpen()).toEqual([]);
    expect(await forge.pullRequests.read(foreign)).toBeUndefined();
    await expect(open(forge)).rejects.toMatchObject({ name: 'Failure', code: 'forge-conflict' });
    await accounts.edit('maintainer', foreign, { state: 'closed' });
    expect(await forge.pullRequests.listEnded()).toEqual([]);
  });

  test('what is required before merging is waited for', async () => {
    const { forge, accounts } = context();
    const { number, sha } = await openOne(forge);
    await accounts.protect({ contexts: ['ci/needed'], approvals: 1 });
    const merge = () => forge.pullRequests.merge(number, { expectedHead: sha, message: 'Merge', by: bot });
    expect(await merge()).toEqual({ kind: 'not-ready', why: expect.stringMatching(/status|check/i) });
    await accounts.setStatus('maintainer', sha, { context: 'ci/needed', state: 'success' });
    expect(await merge()).toEqual({ kind: 'not-ready', why: expect.stringMatching(/approv/i) });
    expect(await forge.pullRequests.read(number)).toMatchObject({ state: 'open' });
    await accounts.review('maintainer', number, 'approved');
    expect(await merge()).toMatchObject({ kind: 'merged' });
  });
}
