import { expect } from 'vitest';
import { type Contract, openOne, required } from './forge-context.ts';

const verified = { context: 'consignee/verified', state: 'success', description: '1 signature' } as const;

export function testChecks({ context, needs }: Contract) {
  const test = needs('checks');

  test('a check is listed as it was set, and by whom', async () => {
    const { forge } = context();
    const checks = required(forge.checks);
    const { sha } = await openOne(forge);
    expect(await checks.list(sha)).toEqual([]);
    await checks.set(sha, { ...verified, link: 'https://consignee.example.org/dev/one' });
    const by = await forge.people.self();
    const link = 'https://consignee.example.org/dev/one';
    expect(await checks.list(sha)).toEqual([{ ...verified, link, by }]);
  });

  test('of each context the newest counts', async () => {
    const { forge } = context();
    const checks = required(forge.checks);
    const { sha } = await openOne(forge);
    for (const state of ['pending', 'success', 'failure', 'failure'] as const) {
      await checks.set(sha, { ...verified, state });
    }
    await checks.set(sha, { ...verified, context: 'consignee/gates', state: 'pending' });
    const listed = await checks.list(sha);
    expect(listed.map((it) => [it.context, it.state]).sort()).toEqual([
      ['consignee/gates', 'pending'],
      ['consignee/verified', 'failure'],
    ]);
  });

  test('all are listed, however many there are', async () => {
    const { forge } = context();
    const checks = required(forge.checks);
    const { sha } = await openOne(forge);
    const contexts = Array.from({ length: 60 }, (_, index) => `consignee/${String(index).padStart(2, '0')}`);
    for (const it of contexts) await checks.set(sha, { ...verified, context: it });
    expect((await checks.list(sha)).map((it) => it.context).sort()).toEqual(contexts);
  });

  needs('checks', 'accounts')("another account's check is told apart from the bot's", async () => {
    const { forge, accounts } = context();
    const checks = required(forge.checks);
    const { sha } = await openOne(forge);
    await checks.set(sha, { ...verified, state: 'failure' });
    await accounts.setStatus('maintainer', sha, { context: verified.context, state: 'success' });
    const [found, ...others] = await checks.list(sha);
    expect(found).toMatchObject({ context: verified.context, state: 'success', by: accounts.actors.maintainer });
    expect(others).toEqual([]);
  });
}
