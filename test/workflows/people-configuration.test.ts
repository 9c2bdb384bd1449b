import { expect, test } from 'vitest';
import { Failure } from '../../src/core/failure.ts';
import { createInstalled, type PeopleWorld } from '../support/people-world.ts';
import { configPath, configText } from '../support/world.ts';

const trusting = 'roles: { trust: { users: [harbourmaster] } }\n';
const range = (world: PeopleWorld, versions: string) =>
  world.propose('mine', { [configPath]: configText(`${trusting}versions: "${versions}"\n`) });

test('a configuration that is wrong fails with file, line and remedy', async () => {
  await using world = await createInstalled();
  const { number, head } = await world.propose('mine', { [configPath]: configText('verfy: []\n') });
  await world.steps();
  expect(await world.statuses(head)).toEqual([
    expect.stringMatching(/^config failure \.consignee\/config\.yaml:6:1: .*verfy/),
  ]);
  const [remark = ''] = await world.remarks(number);
  expect(remark).toMatch(/\* `\.consignee\/config\.yaml:6:1`: .*verfy.*verify/);
});

test('a change of the range: the table says what would be proposed, and nothing is done', async () => {
  await using world = await createInstalled(`${trusting}versions: "<1.1"\n`);
  await world.publish('v1.1.0');
  expect(await world.steps()).toEqual(['leave in-sync']);
  const refs = await world.site.git.git('for-each-ref', 'refs/heads/consignee');
  const { number, head } = await range(world, '<2');
  expect(await world.steps()).toEqual(['leave in-sync']);
  expect(await world.statuses(head)).toEqual(['config success 1 decision changes']);
  const [remark = ''] = await world.remarks(number);
  expect(remark).toContain(
    '| `default/podinfo` | v1.0.0 is installed; nothing to do | v1.0.0 is installed; proposes v1.1.0 |',
  );
  expect(await world.site.git.git('for-each-ref', 'refs/heads/consignee')).toBe(refs);
  await expect(world.ports.store.decisions('applications', 'default/podinfo', 1)).resolves.toMatchObject([
    { kind: 'leave' },
  ]);
});

test('new installations, and those that are gone', async () => {
  await using world = await createInstalled();
  const config = configText().replace('podinfo: {', 'other: {');
  const { number } = await world.propose('mine', { [configPath]: config });
  await world.steps();
  const [remark = ''] = await world.remarks(number);
  expect(remark).toContain('| `default/podinfo` | v1.0.0 is installed; nothing to do | not configured any more');
  expect(remark).toContain('| `default/other` | not configured | nothing is installed; proposes v1.0.0 |');
});

test('a fork, whose owner may not write, gets no answers from the registry', async () => {
  await using world = await createInstalled();
  const config = configText('  other: { component: example.org/podinfo }\n');
  const { number, head } = await world.propose('mine', { [configPath]: config });
  const { pullRequests } = world.ports.forge;
  const listAllOpen = async () => {
    const { ours, others } = await pullRequests.listAllOpen();
    return { ours, others: others.map((it) => ({ ...it, fromHere: false })) };
  };
  await world.passWith({
    ...world.ports,
    forge: { ...world.ports.forge, pullRequests: { ...pullRequests, listAllOpen } },
  });
  const [remark = ''] = await world.remarks(number);
  expect(remark).toContain('| `default/other` | not configured | configured otherwise |');
  expect(remark).toContain('only for branches of this repository');
  expect(await world.statuses(head)).toEqual(['config success 1 decision changes']);
});

test('what loosens fails until somebody with the role approves exactly that head', async () => {
  await using world = await createInstalled(trusting);
  const loose = configText(`${trusting}merge: automatic\n`);
  const { number, head } = await world.propose('mine', { [configPath]: loose });
  await world.steps();
  const waits = ['config failure Waits for an approval: default/podinfo: the bot merges by itself'];
  expect(await world.statuses(head)).toEqual(waits);
  expect((await world.remarks(number))[0]).toContain(`/approve ${head.slice(0, 12)}`);
  await world.steps();
  expect(await world.statuses(head)).toEqual(waits);
  await world.approveAsAdmin(number, `/approve ${head.slice(0, 12)}`);
  expect(await world.steps()).toEqual(['leave in-sync']);
  expect(await world.statuses(head)).toEqual(['config success Approved by harbourmaster; no decision changes']);
  expect((await world.remarks(number))[0]).toContain('Approved by harbourmaster, for exactly this commit.');
  const next = await world.push('mine', { 'notes.txt': 'more\n' });
  await world.steps();
  expect(await world.statuses(next)).toEqual(waits);
  await world.approveAsAdmin(number);
  await world.steps();
  expect(await world.statuses(next)).toEqual(['config success Approved by harbourmaster; no decision changes']);
  const last = await world.push('mine', { 'notes.txt': 'even more\n' });
  await world.steps();
  expect(await world.statuses(last), 'a review of the head before').toEqual(waits);
});

test('neither those without the role nor those who have a part in it can approve', async () => {
  await using world = await createInstalled('roles: { trust: { users: [mira] } }\n');
  const config = configText('roles: { trust: { users: [mira, olav] } }\n');
  const { number, head } = await world.propose('mine', { [configPath]: config });
  await world.comment('stranger', number, `/approve ${head}`);
  await world.comment('maintainer', number, `/approve ${head}`);
  await world.steps();
  expect(await world.statuses(head)).toEqual(['config failure Waits for an approval: roles: olav has the role trust']);
  const [remark = ''] = await world.remarks(number);
  expect(remark).toContain('The approval of olav does not count: they may not');
  expect(remark).toContain('The approval of mira does not count: they opened it, or have a commit in it');
});

test('whoever opened it cannot approve the commits of somebody else in it', async () => {
  await using world = await createInstalled('roles: { trust: { users: [mira] } }\n');
  const config = configText('roles: { trust: { users: [mira] } }\nmerge: automatic\n');
  const { number, head } = await world.propose('mine', { [configPath]: config }, 'olav');
  await world.comment('maintainer', number, `/approve ${head}`);
  await world.steps();
  expect(await world.statuses(head)).toEqual([expect.stringContaining('config failure Waits for an approval')]);
  expect((await world.remarks(number))[0]).toContain('The approval of mira does not count: they opened it');
});

test('nobody can approve what has commits of nobody knows whom', async () => {
  await using world = await createInstalled(trusting);
  const { number } = await world.propose('mine', { [configPath]: configText(`${trusting}merge: automatic\n`) });
  const head = await world.site.person.commit('mine', { 'notes.txt': 'of somebody else\n' });
  await world.approveAsAdmin(number, `/approve ${head}`);
  await world.steps();
  expect(await world.statuses(head)).toEqual([expect.stringContaining('config failure Waits for an approval')]);
  expect((await world.remarks(number))[0]).toContain('the forge does not know the accounts of all');
});

test('a comment that was edited, and one that names no commit, approve nothing', async () => {
  await using world = await createInstalled('roles: { trust: { users: [olav] } }\n');
  const loose = configText('roles: { trust: { users: [olav] } }\nmerge: automatic\n');
  const { number, head } = await world.propose('mine', { [configPath]: loose });
  await world.comment('stranger', number, '/approve');
  const { id } = await world.comment('stranger', number, 'Not yet.');
  await world.site.accounts?.editComment('maintainer', id, `/approve ${head}`);
  await world.steps();
  expect(await world.statuses(head)).toEqual([expect.stringContaining('config failure Waits for an approval')]);
});

test('hostile heads get one clear message each, and the others go on', async () => {
  await using world = await createInstalled();
  const set = 'files: [{ path: a.yaml, template: a.yaml }]\n';
  const endless = { '.consignee/templates/mine/set.yaml': set, '.consignee/templates/mine/a.yaml': 'a: ${{ 1 +\n' };
  const template = await world.propose('template', { ...endless, [configPath]: configText('templates: mine\n') });
  const huge = await world.propose('huge', { 'values.yaml': `# ${'x'.repeat(5 * 1024 * 1024)}\n` });
  const path = await world.propose('path', { '.consignee/keys/a.pub': 'no key\n', 'b c.txt': 'x\n' });
  const flood = await world.propose('flood', { [configPath]: '"x" '.repeat(60_000) });
  const odd = await oddPath(world);
  const fine = await world.propose('fine', { 'values.yaml': 'podinfo:\n  replicas: 2\n' });
  await world.steps();
  expect(await world.statuses(template.head)).toEqual([expect.stringMatching(/^config failure default\/podinfo: /)]);
  expect(await world.statuses(huge.head)).toEqual([
    'values failure values.yaml: it is no plain text in UTF-8, or it is larger than 5 MiB',
  ]);
  expect(await world.statuses(path.head)).toEqual(['config success no decision changes']);
  expect(await world.statuses(flood.head)).toEqual([expect.stringMatching(/^config failure .*, and \d+ more$/)]);
  expect(await world.statuses(odd)).toEqual(['config success no decision changes']);
  expect(await world.statuses(fine.head)).toEqual(['values success The values can be used']);
  expect(world.log.filter(({ event }) => event === 'pull-request.failed')).toEqual([]);
});

/** A path with a line break, as only plumbing makes it. */
async function oddPath(world: PeopleWorld) {
  const { head } = await world.propose('odd', { '.consignee/notes/a': 'x\n' });
  const { git } = world.site.person;
  await git(
    'update-index',
    '--add',
    '--cacheinfo',
    `100644,${(await git('rev-parse', 'HEAD:.consignee/notes/a')).trim()},.consignee/a\n| b <!-- consignee:comment reply/1 -->`,
  );
  await git('commit', '-q', '--amend', '--no-edit');
  await git('push', '-q', '--force', 'origin', 'odd');
  return (await world.site.git.tip('refs/heads/odd')) ?? head;
}

test('a conflict is said, and what cannot be merged is not guessed', async () => {
  await using world = await createInstalled();
  const { number, head } = await world.propose('mine', { 'values.yaml': 'podinfo:\n  replicas: 5\n' });
  await world.site.person.commit('main', { 'values.yaml': 'podinfo:\n  replicas: 6\n' });
  await world.steps();
  expect(await world.statuses(head)).toEqual(['values failure Conflicts with the base branch in values.yaml']);
  expect((await world.remarks(number))[0]).toContain('Bring the base branch into it first.');
});

test('after a crash between comment and status the next pass says the rest, and nothing twice', async () => {
  await using world = await createInstalled();
  const { number, head } = await world.propose('mine', { [configPath]: configText('skip: [v9.0.0]\n') });
  const { checks } = world.ports.forge;
  const broken = {
    ...world.ports.forge,
    checks: checks && { ...checks, set: async () => Promise.reject(new Failure('forge-unreachable', 'gone')) },
  };
  await world.passWith({ ...world.ports, forge: broken });
  expect(await world.statuses(head)).toEqual([]);
  expect(await world.remarks(number)).toHaveLength(1);
  await world.steps();
  expect(await world.statuses(head)).toHaveLength(1);
  expect(await world.remarks(number)).toHaveLength(1);
});

test('what goes on failing is put off, and keeps the others from nothing', async () => {
  await using world = await createInstalled();
  const first = await world.propose('first', { [configPath]: configText('skip: [v9.0.0]\n') });
  const second = await world.propose('second', { 'values.yaml': 'podinfo: text\n' });
  const { comments } = world.ports.forge;
  const ensure: typeof comments.ensure = async (number, comment) => {
    if (number === first.number) throw new Failure('forge-denied', 'The conversation is locked.');
    return comments.ensure(number, comment);
  };
  const ports = { ...world.ports, forge: { ...world.ports.forge, comments: { ...comments, ensure } } };
  await world.passWith(ports);
  await world.passWith(ports);
  expect(await world.statuses(first.head)).toEqual([]);
  expect(await world.statuses(second.head)).toHaveLength(1);
  expect(world.log.filter(({ event }) => event === 'pull-request.failed')).toHaveLength(1);
  world.site.standIn.advance(3601);
  await world.steps();
  expect(await world.statuses(first.head)).toHaveLength(1);
});

test('a forged status is put right once it is told of', async () => {
  await using world = await createInstalled(trusting);
  const { head } = await world.propose('mine', { [configPath]: configText(`${trusting}merge: automatic\n`) });
  await world.steps();
  world.site.standIn.advance(1);
  await world.site.accounts?.setStatus('maintainer', head, { context: 'consignee/config', state: 'success' });
  world.site.standIn.advance(1);
  await world.steps();
  expect(await world.statuses(head)).toEqual([expect.stringContaining('config success')]);
  await world.doubt(head);
  expect(await world.statuses(head)).toEqual([expect.stringContaining('config failure')]);
});
