import { expect, test } from 'vitest';
import { commentMarker } from '../../src/core/pull-request/comment-marker.ts';
import type { Forge } from '../../src/ports/forge.ts';
import { bot, type Contract, open, openOne, propose, ready } from './forge-context.ts';

const key = 'explain/dev/one@1.1.0';
const ensure = (forge: Forge, number: number, body: string, wanted = key) =>
  forge.comments.ensure(number, { key: wanted, body, by: bot });

export function testComments({ context, needs }: Contract) {
  test('comments are listed in the order they were made, by everybody', async () => {
    const { forge, world } = context();
    await propose(forge, { files: { a: '1' } });
    const { number } = await open(forge);
    expect(await forge.comments.list(number)).toEqual([]);
    const other = await world.openAgain();
    for (let index = 1; index <= 3; index++) {
      await (index % 2 ? forge : other).comments.add(number, { body: `Comment ${index}\n`, by: bot });
    }
    const comments = await forge.comments.list(number);
    expect(comments.map(({ body }) => body.trim())).toEqual(['Comment 1', 'Comment 2', 'Comment 3']);
    expect(new Set(comments.map(({ id }) => id)).size).toBe(3);
    expect(comments[0]?.author).toEqual(await forge.people.self());
  });

  test('comments made at once all arrive, also when they say the same', async () => {
    const { forge, world } = context();
    await propose(forge, { files: { a: '1' } });
    const { number } = await open(forge);
    const forges = [forge, await world.openAgain()];
    await Promise.all(
      Array.from({ length: 4 }, (_, index) =>
        (forges[index % 2] ?? forge).comments.add(number, { body: '👀', by: bot }),
      ),
    );
    expect(await forge.comments.list(number)).toHaveLength(4);
  });

  test('a comment that is kept is written once, however often it is asked for', async () => {
    const { forge } = context();
    const { number } = await openOne(forge);
    const first = await ensure(forge, number, 'Why **not**.');
    expect(first).toMatchObject({ written: true, comment: { number, author: await forge.people.self() } });
    expect(await ensure(forge, number, 'Why **not**.')).toEqual({ comment: first.comment, written: false });
    expect(await forge.comments.list(number)).toEqual([first.comment]);
  });

  test('with another text it is edited, and stays where it is', async () => {
    const { forge } = context();
    const { number } = await openOne(forge);
    const { comment } = await ensure(forge, number, 'Waiting.');
    await forge.comments.add(number, { body: 'Between', by: bot });
    const changed = await ensure(forge, number, 'Done.');
    expect(changed).toMatchObject({ written: true, comment: { id: comment.id } });
    const listed = await forge.comments.list(number);
    expect(listed.map(({ id }) => id)[0]).toBe(comment.id);
    expect(listed).toHaveLength(2);
    expect(listed[0]?.body).toContain('Done.');
    expect(listed[0]?.body).not.toContain('Waiting.');
  });

  test('each key has a comment of its own, also when one is the beginning of another', async () => {
    const { forge } = context();
    const { number } = await openOne(forge);
    const ids = [];
    for (const it of ['one', 'one/two', 'on']) ids.push((await ensure(forge, number, 'Same text', it)).comment.id);
    expect(new Set(ids).size).toBe(3);
    expect((await ensure(forge, number, 'Same text', 'one')).written).toBe(false);
  });

  test('asked for at once by two processes, there is one', async () => {
    const { forge, world } = context();
    const { number } = await openOne(forge);
    const other = await ready(await world.openAgain());
    const kept = await Promise.all([forge, other, forge, other].map((it) => ensure(it, number, 'Why')));
    // Those who came too late may have taken back what they wrote; from the next time on there is one.
    const settled = await ensure(forge, number, 'Why');
    expect(kept.map(({ comment }) => comment.id)).toContain(settled.comment.id);
    expect(await forge.comments.list(number)).toHaveLength(1);
  });

  test('a comment is read by its id, and what has no such id is not there', async () => {
    const { forge } = context();
    const { number } = await openOne(forge);
    const comment = await forge.comments.add(number, { body: 'Hello\n', by: bot });
    expect(await forge.comments.read(comment.id)).toEqual(comment);
    expect(comment.edited).toBe(false);
    expect(Math.abs(comment.createdAt.getTime() - Date.now())).toBeLessThan(10 * 60 * 1000);
    expect(await forge.comments.read(comment.id.replace(/\d/g, '9'))).toBeUndefined();
  });

  test('what was said since a moment is listed for the whole repository, that moment included', async () => {
    const { forge } = context();
    const [one, two] = [await openOne(forge, 'consignee/dev/one'), await openOne(forge, 'consignee/dev/two')];
    const first = await forge.comments.add(one.number, { body: 'First', by: bot });
    const second = await forge.comments.add(two.number, { body: 'Second', by: bot });
    expect(await forge.comments.listSince(first.createdAt)).toEqual([first, second]);
    expect(await forge.comments.listSince(new Date(second.createdAt.getTime() + 60_000))).toEqual([]);
  });

  test('that a comment was seen can be said twice', async () => {
    const { forge } = context();
    const { number } = await openOne(forge);
    const { id } = await forge.comments.add(number, { body: '/hold', by: bot });
    await forge.comments.acknowledge(id);
    await forge.comments.acknowledge(id);
    expect(await forge.comments.list(number)).toHaveLength(1);
  });

  needs('accounts')('a comment of somebody else says whose it is, and whether it was changed', async () => {
    const { forge, accounts } = context();
    const { number } = await openOne(forge);
    const [kept, changed] = [
      await accounts.comment('stranger', number, '/hold'),
      await accounts.comment('maintainer', number, '/hold'),
    ];
    const before = await forge.comments.read(changed);
    expect(before).toMatchObject({ author: accounts.actors.maintainer, edited: false });
    await accounts.editComment('maintainer', changed, '/merge');
    expect(await forge.comments.read(changed)).toEqual({ ...before, body: '/merge', edited: true });
    expect(await forge.comments.read(kept)).toMatchObject({ author: accounts.actors.stranger, edited: false });
    expect((await forge.comments.listSince(before?.createdAt ?? new Date(0))).map(({ id }) => id).sort()).toEqual(
      [kept, changed].sort(),
    );
  });

  needs('accounts')('a comment that was deleted is not there any more', async () => {
    const { forge, accounts } = context();
    const { number } = await openOne(forge);
    const id = await accounts.comment('maintainer', number, '/hold');
    await accounts.deleteComment('maintainer', id);
    expect(await forge.comments.read(id)).toBeUndefined();
    expect(await forge.comments.list(number)).toEqual([]);
  });

  needs('accounts')('a marker means nothing in the comment of somebody else', async () => {
    const { forge, accounts } = context();
    const { number } = await openOne(forge);
    const foreign = await accounts.comment('maintainer', number, `${commentMarker(key)}\nAll is well.`);
    const { comment, written } = await ensure(forge, number, 'It is not.');
    expect(written).toBe(true);
    expect(comment.id).not.toBe(foreign);
    expect((await forge.comments.read(foreign))?.body).toContain('All is well.');
  });

  needs('accounts')('a kept comment that was deleted is written again', async () => {
    const { forge, accounts } = context();
    const { number } = await openOne(forge);
    const { comment } = await ensure(forge, number, 'Why');
    await accounts.deleteComment('maintainer', comment.id);
    expect(await ensure(forge, number, 'Why')).toMatchObject({ written: true });
    expect(await forge.comments.list(number)).toHaveLength(1);
  });
}
