import { expect, test } from 'vitest';
import { type Contract, openOne } from './forge-context.ts';

export function testPeople({ context, needs }: Contract) {
  test('the bot knows itself, and is the author of what it opens', async () => {
    const { forge, world } = context();
    const self = await forge.people.self();
    expect(self).toEqual({ id: expect.stringMatching(/./), name: expect.stringMatching(/./) });
    expect(await (await world.openAgain()).people.self()).toEqual(self);
    const { author, createdAt } = await openOne(forge);
    expect(author).toEqual(self);
    expect(Math.abs(createdAt.getTime() - Date.now())).toBeLessThan(10 * 60 * 1000);
  });

  needs('accounts')('who may write is told apart from who may not', async () => {
    const { forge, accounts } = context();
    const { permissionOf, self } = forge.people;
    const mayWrite = ['write', 'admin'];
    expect(mayWrite).toContain(await permissionOf(await self()));
    // A forge may not tell it of others; what it tells is right.
    expect([...mayWrite, 'unknown']).toContain(await permissionOf(accounts.actors.maintainer));
    expect([...mayWrite, 'unknown']).toContain(await permissionOf(accounts.actors.admin));
    expect(['read', 'none', 'unknown']).toContain(await permissionOf(accounts.actors.stranger));
  });

  needs('accounts')('whoever takes the name of somebody else has not his rights', async () => {
    const { forge, accounts } = context();
    const impostor = { id: '987654321', name: accounts.actors.maintainer.name };
    expect(['read', 'none', 'unknown']).toContain(await forge.people.permissionOf(impostor));
    expect(await forge.people.isMember(impostor, accounts.teams.own)).not.toBe(true);
  });

  needs('accounts')('what a signed event said of somebody is taken for it', async () => {
    const { forge, accounts } = context();
    const { permissionOf } = forge.people;
    expect(['write', 'admin']).toContain(await permissionOf(accounts.actors.maintainer, 'write'));
    expect(['read', 'none']).toContain(await permissionOf(accounts.actors.stranger, 'read'));
  });

  needs('accounts')('who is in a team is told, or that it is not known', async () => {
    const { forge, accounts } = context();
    const { isMember, self } = forge.people;
    const { own, foreign } = accounts.teams;
    expect(await isMember(await self(), own)).toBe(true);
    expect(await isMember(await self(), own.split('/').at(-1) ?? '')).toBe(true);
    expect(await isMember(accounts.actors.stranger, own)).toBe(false);
    expect([true, 'unknown']).toContain(await isMember(accounts.actors.maintainer, foreign));
    expect([false, 'unknown']).toContain(await isMember(accounts.actors.stranger, foreign));
    expect(await isMember(await self(), `${own}-that-is-not-there`)).not.toBe(true);
  });
}
