import { describe, expect, test } from 'vitest';
import { digestOf } from '../../src/core/digest.ts';
import type { Comment } from '../../src/core/pull-request/pull-request.ts';
import { answerComment, type FoundComment } from '../../src/workflows/answer-comment.ts';
import type { PassPorts } from '../../src/workflows/pass.ts';
import { createReplyBudget, type ReplyBudget } from '../../src/workflows/reply-budget.ts';
import { branch, type CommandWorld, createProposed, withForge } from '../support/command-world.ts';

const hexOf = (text: string) => digestOf(text).slice('sha256:'.length);

interface Giving {
  readonly by?: 'maintainer' | 'stranger';
  readonly permission?: FoundComment['permission'];
  readonly ports?: PassPorts;
  readonly replies?: ReplyBudget;
  readonly author?: Comment['author'];
  readonly bodyDigest?: string;
}

/** Writes a comment and has it dealt with. @returns The reply; `undefined` for none. */
async function give(world: CommandWorld, body: string, giving: Giving = {}): Promise<string | undefined> {
  const { by = 'maintainer', permission = by === 'maintainer' ? 'write' : 'read', ports = world.ports } = giving;
  const made = await world.comment(by, 1, body);
  const comment = giving.author ? { ...made, author: giving.author } : made;
  const { replies, bodyDigest = hexOf(body) } = giving;
  await answerComment({ comment, permission, bodyDigest }, { ports, options: world.options, replies });
  const [reply, ...more] = await world.repliesTo(made);
  expect(more).toEqual([]);
  return reply;
}

async function headOf(world: CommandWorld): Promise<string> {
  return (await world.site.git.tip(`refs/heads/${branch}`)) ?? '';
}

describe('a hold', () => {
  test('stops a merge, is told of by /explain, whatever else is decided, and ends', async () => {
    await using world = await createProposed();
    expect(await give(world, '/hold 3d waiting for the provider')).toContain('waiting for the provider');
    expect(await world.steps()).toEqual(['leave held']);
    const explained = await give(world, '/explain', { by: 'stranger' });
    expect(explained).toMatch(/Held.* by mira until .*waiting for the provider/);
    expect(explained).toContain('leave, held');
    await world.site.accounts?.merge('maintainer', 1);
    expect(await world.steps()).toEqual(['leave in-sync']);
    const installed = await give(world, '/explain');
    expect(installed).toContain('in-sync');
    expect(installed).toMatch(/Held.* by mira/);
    expect(await give(world, '/resume')).toContain('1 hold is ended');
    expect(await give(world, '/explain')).not.toContain('Held');
  });

  test('is not given by who may only read, who is told so', async () => {
    await using world = await createProposed();
    expect(await give(world, '/hold', { by: 'stranger' })).toContain('not enough');
    expect((await world.said()).holds).toEqual([]);
  });
});

describe('who is answered', () => {
  test('what nobody knows yet is waited for while an event may be under way that says it, and no longer', async () => {
    await using world = await createProposed();
    const unknown = withForge(world.ports, ({ people }) => ({
      people: { ...people, permissionOf: async () => 'unknown' },
    }));
    const comment = await world.comment('maintainer', 1, '/hold 3d');
    const found = { comment, bodyDigest: hexOf('/hold 3d') };
    const early = answerComment(found, { ports: unknown, options: world.options, eventsMayCome: true });
    await expect(early).rejects.toMatchObject({
      code: 'forge-conflict',
      message: expect.stringContaining('not known yet'),
    });
    expect(await world.repliesTo(comment)).toEqual([]);
    const told = { ...found, permission: 'write' } as const;
    await answerComment(told, { ports: world.ports, options: world.options, eventsMayCome: true });
    expect(await world.repliesTo(comment)).toEqual([expect.stringContaining('Held until')]);
  });

  test('nobody gets a word about a mistake who is not known to be let in, and nobody at all who is kept out', async () => {
    await using world = await createProposed();
    const as = (answer: 'unknown' | 'none') =>
      withForge(world.ports, ({ people }) => ({ people: { ...people, permissionOf: async () => answer } }));
    expect(await give(world, '/hold the line, both\n/resume', { ports: as('unknown') })).toBeUndefined();
    expect(await give(world, '/hold 3d', { ports: as('none') })).toBeUndefined();
    expect(await give(world, '/hold 3d', { ports: as('unknown') })).toContain('could not be found out');
    expect(await give(world, '/hold 3d', { ports: as('unknown'), bodyDigest: 'other' })).toBeUndefined();
    expect(await give(world, '/HOLD 3d', { by: 'stranger' })).toContain('Nothing was done');
    expect((await world.said()).holds).toEqual([]);
  });

  test.each([
    ['an app', { id: '77', name: 'renovate[bot]' }],
    ['what the forge runs', { id: '-2', name: 'gitea-actions' }],
  ])('%s is not', async (_, author) => {
    await using world = await createProposed();
    expect(await give(world, '/hold 3d', { author })).toBeUndefined();
    expect((await world.said()).holds).toEqual([]);
  });

  test('who says much is told once that it is too much, and heard again after an hour', async () => {
    await using world = await createProposed();
    const replies = createReplyBudget();
    const by = 'stranger';
    for (let count = 0; count < 20; count++) {
      replies.take({ id: '4', name: 'olav' }, `earlier-${count}`, {
        mayWrite: false,
        now: world.ports.clock.now(),
      });
    }
    expect(await give(world, '/help', { by, replies })).toContain('too many comments');
    expect(await give(world, '/help', { by, replies })).toBeUndefined();
    expect(await give(world, '/help', { replies })).toContain('/hold');
    world.site.standIn.advance(3600);
    expect(await give(world, '/help', { by, replies })).toContain('/hold');
  });
});

describe('whose words they are', () => {
  test('what was edited is not obeyed, even where the forge does not say that it was', async () => {
    await using world = await createProposed();
    expect(await give(world, '/hold 3d', { bodyDigest: hexOf('Looks fine.') })).toContain('edited');
    const comment = await world.comment('maintainer', 1, '/hold 3d');
    const key = { repository: world.options.repository, comment: comment.id };
    // A process received it as something else, and ended.
    await world.ports.store.commands.receive({
      ...{ ...key, number: 1, permission: undefined, at: new Date() },
      bodyDigest: hexOf('/resume'),
    });
    await answerComment({ comment, permission: 'write' }, { ports: world.ports, options: world.options });
    expect((await world.repliesTo(comment)).join()).toContain('edited');
    expect((await world.said()).holds).toEqual([]);
  });

  test('rights that an event told of do not count for ever', async () => {
    await using world = await createProposed();
    const comment = await world.comment('maintainer', 1, '/hold 3d');
    const asked: unknown[] = [];
    const ports = withForge(world.ports, ({ people }) => ({
      people: {
        ...people,
        permissionOf: async (_, hint) => {
          asked.push(hint);
          return hint ?? 'unknown';
        },
      },
    }));
    world.site.standIn.advance(600);
    await answerComment({ comment, permission: 'write' }, { ports, options: world.options });
    expect(asked).not.toContain('write');
    expect((await world.repliesTo(comment)).join()).toContain('could not be found out');
  });

  test('a command of yesterday is not obeyed', async () => {
    await using world = await createProposed();
    const comment = await world.comment('maintainer', 1, '/hold 3d');
    world.site.standIn.advance(25 * 3600 - 10);
    await answerComment({ comment }, { ports: world.ports, options: world.options });
    expect((await world.said()).holds).toEqual([]);
  });
});

describe('what others committed', () => {
  test('is discarded only by who names it, and what came after it stays', async () => {
    await using world = await createProposed();
    const first = await world.site.person.commit(branch, { 'notes.txt': 'mine\n' });
    expect(await give(world, '/rebuild')).toContain(`/rebuild ${first.slice(0, 12)}`);
    const second = await world.site.person.commit(branch, { 'notes.txt': 'mine again\n' });
    expect(await give(world, `/rebuild ${first.slice(0, 12)}`)).toContain(second.slice(0, 12));
    expect(await headOf(world)).toBe(second);
    await give(world, `/rebuild ${second.slice(0, 12)}`);
    expect(await headOf(world)).not.toBe(second);
    expect(await world.steps()).toEqual(['leave waiting-for-merge']);
    // Given once more, as after a crash: nothing is there to be discarded any more.
    expect(await give(world, `/rebuild ${second.slice(0, 12)}`)).toContain('waiting-for-merge');
  });

  test('is taken over as it is and no further: what is pushed afterwards is nobody else’s word', async () => {
    await using world = await createProposed();
    const first = await world.site.person.commit(branch, { 'notes.txt': 'mine\n' });
    expect(await give(world, '/adopt')).toContain(`/adopt ${first.slice(0, 12)}`);
    expect(await world.steps()).toEqual(['leave branch-has-other-commits']);
    await give(world, `/adopt ${first.slice(0, 10)}`);
    expect(await world.steps()).toEqual(['leave adopted']);
    expect(await verified(world)).toBe('success');
    await world.site.person.commit(branch, { 'notes.txt': 'something bad\n' });
    expect(await world.steps()).toEqual(['leave branch-has-other-commits']);
    expect(await verified(world)).toBe('failure');
  });
});

async function verified(world: CommandWorld): Promise<string | undefined> {
  const [open] = await world.site.forge.pullRequests.listOpen();
  const all = open?.headSha && (await world.site.forge.checks?.list(open.headSha));
  return all ? all.find(({ context }) => context === 'consignee/verified')?.state : undefined;
}

test('without a version, what is skipped is what was there to be seen', async () => {
  await using world = await createProposed();
  const comment = await world.comment('maintainer', 1, '/skip');
  world.site.standIn.advance(5);
  await world.publish('v1.1.0');
  expect(await world.steps()).toEqual(['update']);
  await answerComment({ comment, permission: 'write' }, { ports: world.ports, options: world.options });
  expect((await world.repliesTo(comment)).join()).toContain('/skip v1.1.0');
  expect((await world.said()).skips).toEqual([]);
  expect(await give(world, '/skip')).toContain('v1.1.0');
  expect(await world.steps()).toEqual(['close']);
  expect((await world.site.forge.comments.list(1)).map(({ body }) => body).join()).toContain('mira skipped it');
  expect(await world.steps()).toEqual(['leave passed-over']);
});

test('an approval is of one head, by who may, also where the store was lost', async () => {
  await using world = await createProposed('approvals: { count: 1, from: [mira] }\n');
  // The bot's account is not told of everybody's rights here; that of an administrator is.
  const ports = withForge(await world.withStore('another'), ({ people }) => ({
    people: { ...people, permissionOf: async ({ name }) => (name === 'mira' ? 'write' : 'read') },
  }));
  expect(await give(world, '/approve', { ports })).toContain('1 of 1');
  expect(await give(world, '/approve', { by: 'stranger', ports })).toContain('it is refused');
  expect((await world.said()).approvals).toMatchObject([{ by: { name: 'mira' }, head: await headOf(world) }]);
  await world.site.person.commit(branch, { 'notes.txt': 'mine\n' });
  expect(await give(world, '/approve')).toContain('refused');
});
