import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type CommandWorld, createCommandWorld } from '../support/command-world.ts';
import { findFreePort } from '../support/free-port.ts';
import { createAskGitea } from '../support/gitea-accounts.ts';
import { type Serving, startServing } from '../support/served-world.ts';
import { registry } from '../support/world-ports.ts';

const secret = 'a-secret-that-only-this-test-knows-0123456789';

/** An operator's folder, and a forge that tells of everything. */
async function prepare(
  world: CommandWorld,
): Promise<{ readonly hooks: string; readonly serve: () => Promise<Serving> }> {
  const { site } = world;
  const { url, owner, repository, tokens } = site.place;
  const port = await findFreePort();
  const config = `applicationsRepositories:
  fleet: { url: "${url}/${owner}/${repository}.git", forge: gitea }
forges:
  gitea: { type: gitea, url: "${url}", credentials: { token: env:FORGE_TOKEN }, webhookSecrets: [env:HOOK_SECRET] }
registries:
  ${registry}: { archive: ./delivery.ctf }
store: { sqlite: ./served.sqlite }
listen: { hooks: "127.0.0.1:${port}" }
polling: 1h
`;
  await writeFile(join(site.git.folder, 'consignee.yaml'), config);
  const hooks = `http://127.0.0.1:${port}/hooks/gitea/gitea`;
  await createAskGitea(site.place)('admin', 'POST', `/repos/${owner}/${repository}/hooks`, {
    ...{ type: 'gitea', active: true },
    events: ['push', 'pull_request', 'issue_comment', 'pull_request_comment', 'status'],
    config: { url: hooks, content_type: 'json', secret },
  });
  const variables = { ...process.env, FORGE_TOKEN: tokens.bot, HOOK_SECRET: secret };
  return { hooks, serve: () => startServing(site.git.folder, variables) };
}

async function stop({ process: child }: Serving): Promise<number | null> {
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
  return child.exitCode;
}

const answersIn = ({ log }: Serving) => log.filter(({ event }) => event === 'command.answered');

test('people give commands by webhooks, before, while and after the bot is away', async () => {
  await using world = await createCommandWorld();
  await world.publish('v1.0.0');
  const { hooks, serve } = await prepare(world);
  const first = await serve();
  try {
    expect(await world.site.forge.pullRequests.listOpen()).toMatchObject([{ number: 1 }]);
    const forged = await fetch(hooks, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-gitea-event': 'push', 'x-gitea-delivery': '1' },
      body: '{}',
    });
    expect(forged.status).toBe(401);
    const denied = await world.comment('stranger', 1, '/hold 3d');
    await first.event('command.answered');
    expect((await world.repliesTo(denied)).join()).toContain('not enough');
    const seen = first.log.length;
    const hold = await world.comment('maintainer', 1, '/hold 3d on holiday');
    await first.event('command.answered', seen);
    expect((await world.repliesTo(hold)).join()).toContain('on holiday');
    expect((await world.said()).holds).toMatchObject([{ by: { name: 'mira' } }]);
    expect(await stop(first)).toBe(0);
    expect(first.log.at(-1)?.event).toBe('serve.stopped');
  } finally {
    await first[Symbol.asyncDispose]();
  }
  const missed = await world.comment('stranger', 1, '/explain');
  await using second = await serve();
  await second.event('command.answered');
  // What no webhook vouches for is refused where the forge does not tell the bot who may do what.
  expect((await world.repliesTo(missed)).join()).toContain('could not be found out');
  expect(answersIn(second)).toHaveLength(1);
});
