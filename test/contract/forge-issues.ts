import { expect } from 'vitest';
import { type Contract, openOne, ready, required } from './forge-context.ts';

const wanted = { key: 'registry/ghcr.io', title: 'The registry refuses the bot', body: 'Since noon.\n' };

export function testIssues({ context, needs }: Contract) {
  const test = needs('issues');

  test('an issue that is kept is opened once, and found again by its key', async () => {
    const { forge, world } = context();
    const issues = required(forge.issues);
    expect(await issues.listOpen()).toEqual([]);
    const first = await issues.ensure(wanted);
    expect(first).toMatchObject({ key: wanted.key, title: wanted.title, link: expect.stringMatching(/^https?:/) });
    expect(await issues.ensure(wanted)).toEqual(first);
    expect(await required((await world.openAgain()).issues).listOpen()).toEqual([first]);
  });

  test('with another text it is edited, under another key it is another one', async () => {
    const { forge } = context();
    const issues = required(forge.issues);
    const { number } = await issues.ensure(wanted);
    const changed = await issues.ensure({ ...wanted, title: 'Still', body: 'Since yesterday.\n' });
    expect(changed).toMatchObject({ number, title: 'Still' });
    const other = await issues.ensure({ ...wanted, key: 'registry/ghcr.io/other' });
    expect(other.number).not.toBe(number);
    expect((await issues.listOpen()).map((it) => it.number).sort((a, b) => a - b)).toEqual([number, other.number]);
  });

  test('asked for at once by two processes, there is one', async () => {
    const { forge, world } = context();
    const forges = [await ready(forge), await ready(await world.openAgain()), forge];
    await Promise.all(forges.map((it) => required(it.issues).ensure(wanted)));
    await required(forge.issues).ensure(wanted);
    expect(await required(forge.issues).listOpen()).toHaveLength(1);
  });

  test('a closed one says why, closes once, and is followed by a new one', async () => {
    const { forge } = context();
    const issues = required(forge.issues);
    const { number } = await issues.ensure(wanted);
    await issues.close(number, 'The registry is back.');
    await issues.close(number, 'The registry is back.');
    expect(await issues.listOpen()).toEqual([]);
    const said = await forge.comments.list(number);
    expect(said.map(({ body }) => body).join('\n')).toContain('The registry is back.');
    expect(said).toHaveLength(1);
    expect((await issues.ensure(wanted)).number).not.toBe(number);
  });

  test('pull requests are no issues', async () => {
    const { forge } = context();
    await openOne(forge);
    expect(await required(forge.issues).listOpen()).toEqual([]);
  });

  needs('issues', 'accounts')("somebody else's issue is not the bot's, whatever it holds", async () => {
    const { forge, accounts } = context();
    const issues = required(forge.issues);
    const { number } = await issues.ensure(wanted);
    await accounts.openIssue('maintainer', { title: wanted.title, body: await accounts.readBody(number) });
    expect((await issues.listOpen()).map((it) => it.number)).toEqual([number]);
  });
}
