import { expect, test } from 'vitest';
import { until } from '../support/gitea-accounts.ts';
import { readServer } from '../support/gitea-server.ts';
import { createServedWorld, type ServedWorld } from '../support/served-world.ts';

const server = readServer(process.env);

if (!server) test.skip('left out without a server: npm run test:gitea', () => undefined);
else {
  test('from an empty repository to the merged v1.1.0, by webhooks alone', async () => {
    await using world = await createServedWorld(server);
    const { ask, below } = world;
    await world.publish('podinfo', 'v1.0.0');
    await world.consignee('init', '--public-key', 'release=release.pub', '--admin-token', 'env:ADMIN_TOKEN', ...named);
    const proposed = await openPullRequest(world, '');
    await merge(world, proposed);
    await world.hookRegistry();
    await using serving = await world.serve();

    const first = await openPullRequest(world, 'v1.0.0');
    await command(world, 'stranger', first, '/hold');
    await replied(world, first, /Your permission on this repository is not enough for `\/hold`.*"write"/s);
    await command(world, 'maintainer', first, '/hold 3d waiting for the provider');
    await replied(world, first, /Held until .* Reason: `waiting for the provider`/s);
    await command(world, 'maintainer', first, '/explain');
    await replied(world, first, /\*\*leave, held\*\*: mira holds it/s);
    await command(world, 'maintainer', first, '/resume');
    await replied(world, first, /1 hold is ended/);
    await command(world, 'admin', first, '/approve');
    await replied(world, first, /Approved for the commit/);
    await merge(world, first);

    await until(async () => serving.log.some(({ because }) => because === 'in-sync'));
    await world.publish('podinfo', 'v1.1.0');
    const second = await openPullRequest(world, 'v1.1.0');
    expect(second).not.toBe(first);
    await merge(world, second);
    const lock = await ask('admin', 'GET', `${below}/contents/.consignee/lock/default/podinfo.yaml`);
    expect(Buffer.from(String(lock.content), 'base64').toString()).toMatch(/version: "?v1\.1\.0/);
    const all = Object.values(await ask('admin', 'GET', `${below}/pulls?state=all`));
    expect(all).toHaveLength(3);
    expect(serving.log.filter(({ level }) => level === 'warn')).toEqual([]);
  });
}

/** The catalogue of a shared server lists what other tests put there. */
const named = ['--component', 'example.org/podinfo'];

/** @returns The number of the open pull request for a version, once there is one. */
async function openPullRequest({ ask, below }: ServedWorld, version: string): Promise<number> {
  let number = 0;
  await until(async () => {
    const open = Object.values(await ask('admin', 'GET', `${below}/pulls?state=open`));
    const found = open.find((it) => hasTitle(it, version));
    number = found ? Number(found.number) : 0;
    return number > 0;
  });
  return number;
}

function hasTitle(value: unknown, version: string): value is { readonly number: unknown } {
  if (typeof value !== 'object' || value === null || !('title' in value) || !('number' in value)) return false;
  return String(value.title).includes(version);
}

async function command(
  { ask, below }: ServedWorld,
  by: 'maintainer' | 'stranger' | 'admin',
  number: number,
  body: string,
) {
  await ask(by, 'POST', `${below}/issues/${number}/comments`, { body });
}

async function replied({ ask, below }: ServedWorld, number: number, text: RegExp): Promise<void> {
  let bodies: readonly string[] = [];
  await until(async () => {
    const comments = Object.values(await ask('admin', 'GET', `${below}/issues/${number}/comments`));
    bodies = comments.map((it) => (typeof it === 'object' && it !== null && 'body' in it ? String(it.body) : ''));
    return bodies.some((it) => text.test(it));
  }).catch((error: unknown) => {
    throw new Error(`no reply like ${text}:\n${bodies.join('\n\n')}`, { cause: error });
  });
}

async function merge({ ask, below }: ServedWorld, number: number): Promise<void> {
  const { head } = await ask('maintainer', 'GET', `${below}/pulls/${number}`);
  const sha = typeof head === 'object' && head !== null && 'sha' in head ? head.sha : undefined;
  await until(async () =>
    ask('maintainer', 'POST', `${below}/pulls/${number}/merge`, { Do: 'merge', head_commit_id: sha }).then(
      () => true,
      () => false,
    ),
  );
}
