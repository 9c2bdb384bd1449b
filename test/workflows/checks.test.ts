import { expect, test } from 'vitest';
import type { CommitSha } from '../../src/core/repository/commit.ts';
import { answerComment } from '../../src/workflows/answer-comment.ts';
import { branch, type CommandWorld, createProposed, withForge } from '../support/command-world.ts';

async function statusOf(world: CommandWorld, context = 'consignee/verified'): Promise<string | undefined> {
  const all = (await world.site.forge.checks?.list(await headOf(world))) ?? [];
  return all.find((it) => it.context === context)?.state;
}

async function headOf(world: CommandWorld): Promise<CommitSha> {
  const head = await world.site.git.tip(`refs/heads/${branch}`);
  if (!head) throw new Error('There is no branch.');
  return head;
}

test('a status that somebody forged is put right once it is told of, and costs nothing otherwise', async () => {
  await using world = await createProposed();
  await world.site.person.commit(branch, { 'notes.txt': 'mine\n' });
  expect(await world.steps()).toEqual(['leave branch-has-other-commits']);
  expect(await statusOf(world)).toBe('failure');
  const { requests } = world.site.standIn;
  const before = requests.length;
  await world.steps();
  expect(requests.slice(before).filter((it) => /status/.test(it))).toEqual([]);
  const forged = { context: 'consignee/verified', state: 'success' } as const;
  world.site.standIn.advance(1);
  await world.site.accounts?.setStatus('maintainer', await headOf(world), forged);
  expect(await statusOf(world)).toBe('success');
  // As the webhook of the status asks for it.
  world.site.standIn.advance(1);
  await world.steps({ only: ['default/podinfo'], anew: false });
  expect(await statusOf(world)).toBe('failure');
});

test('a forge that still shows the discarded commit does not have it called proved', async () => {
  await using world = await createProposed();
  const foreign = await world.site.person.commit(branch, { 'notes.txt': 'mine\n' });
  const comment = await world.comment('maintainer', 1, `/rebuild ${foreign.slice(0, 12)}`);
  const ports = withForge(world.ports, ({ pullRequests }) => ({
    pullRequests: {
      ...pullRequests,
      update: async (number, change) => ({ ...(await pullRequests.update(number, change)), headSha: foreign }),
    },
  }));
  await answerComment({ comment, permission: 'write' }, { ports, options: world.options });
  expect(await headOf(world)).not.toBe(foreign);
  expect(await world.site.forge.checks?.list(foreign)).toEqual([]);
  await world.steps();
  expect(await statusOf(world)).toBe('success');
});

test('a pull request that ends with its branch is opened again once, says why, and then is left', async () => {
  await using world = await createProposed();
  await world.site.accounts?.deleteBranch('maintainer', branch);
  expect(await world.steps()).toEqual(['open']);
  const [second] = await world.site.forge.pullRequests.listOpen();
  expect(second).toMatchObject({
    number: 2,
    body: expect.stringContaining('1 was closed when its branch was deleted'),
  });
  expect(await world.steps()).toEqual(['leave waiting-for-merge']);
  await world.site.accounts?.deleteBranch('maintainer', branch);
  expect(await world.steps()).toEqual(['leave passed-over']);
  await world.publish('v1.1.0');
  expect(await world.steps()).toEqual(['open']);
});

test('a conflict with what people changed fails the check and is told on the pull request, until they resolve it', async () => {
  await using world = await createProposed('merge: automatic\n');
  expect(await world.steps()).toEqual(['merge']);
  await world.publish('v1.1.0');
  expect(await world.steps()).toEqual(['open']);
  expect(await statusOf(world)).toBe('success');
  const path = 'components/podinfo/component_version.yaml';
  const text = await world.site.git.git('cat-file', 'blob', `main:${path}`);
  await world.site.person.commit('main', { [path]: text.replace('semver: v1.0.0', 'semver: v1.0.5') });
  expect(await world.steps()).toEqual(['refuse conflict']);
  expect(await statusOf(world)).toBe('failure');
  expect(await statusOf(world, 'consignee/gates')).toBe('failure');
  const [open] = await world.site.forge.pullRequests.listOpen();
  expect(open?.body).toContain('**Do not merge: conflict.**');
  await world.site.person.commit('main', { [path]: text });
  expect(await world.steps()).toEqual(['update']);
  expect(await statusOf(world)).toBe('success');
});
