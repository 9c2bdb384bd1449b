import { expect, test } from 'vitest';
import { parseCommitSha } from '../../../src/core/repository/commit.ts';
import { createAskGitea, until } from '../../support/gitea-accounts.ts';
import { readServer } from '../../support/gitea-server.ts';
import { createGiteaWorld } from '../../support/gitea-worlds.ts';

const server = readServer(process.env);

test.skipIf(!server)(
  'a pull request from a fork: its head is read by its number, and whose commit it is, is told',
  async () => {
    if (!server) return;
    await using world = await createGiteaWorld(server);
    const { place, forge, accounts } = world;
    if (!accounts) throw new Error('There are no accounts.');
    const { stranger } = accounts.actors;
    const ask = createAskGitea(place);
    const name = `fork-of-${place.repository}`;
    await ask('stranger', 'POST', `/repos/${place.owner}/${place.repository}/forks`, { name });
    const content = Buffer.from('podinfo: text\n').toString('base64');
    const file = { content, message: 'Values', branch: 'main', new_branch: 'mine' };
    await until(async () =>
      ask('stranger', 'POST', `/repos/${stranger.name}/${name}/contents/values.yaml`, file).then(
        () => true,
        () => false,
      ),
    );
    const request = { head: `${stranger.name}:mine`, base: 'main', title: 'Mine' };
    const { number } = await ask('stranger', 'POST', `/repos/${place.owner}/${place.repository}/pulls`, request);
    const [listed, ...more] = (await forge.pullRequests.listAllOpen()).others;
    expect(more).toEqual([]);
    expect(listed).toMatchObject({ number, base: 'main', fromHere: false, author: stranger, state: 'open' });
    const head = parseCommitSha(listed?.headSha ?? '');
    if (!head) throw new Error('There is no head.');
    const base = (await forge.content.readRefs()).get('refs/heads/main');
    if (!base) throw new Error('There is no base.');
    expect(await forge.content.fetchHeads(new Map([[Number(number), head]]))).toEqual(new Set([head]));
    expect(await forge.content.changedPaths(base, head)).toEqual(['values.yaml']);
    expect(await forge.pullRequests.authorsOf(Number(number))).toEqual([stranger.id]);
    // The bot reports on it, though the commit is not on any branch of the repository.
    await forge.checks?.set(head, { context: 'consignee/values', state: 'failure', description: 'No mapping' });
    expect(await forge.checks?.list(head)).toMatchObject([{ context: 'consignee/values', state: 'failure' }]);
    await ask('admin', 'DELETE', `/repos/${stranger.name}/${name}`);
    // The fork being gone, the head is still there.
    const [left] = (await forge.pullRequests.listAllOpen()).others;
    if (left) expect(left).toMatchObject({ headSha: head, fromHere: false });
  },
);
