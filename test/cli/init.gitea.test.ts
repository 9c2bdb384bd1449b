import { expect, test } from 'vitest';
import { createArchiveWriter } from '../../src/adapters/ctf/write-archive.ts';
import { createKeyPair } from '../builders/component-version.ts';
import { podinfoVersion } from '../builders/podinfo-version.ts';
import { createWorkplace, runCli } from '../support/cli.ts';
import { findFreePort } from '../support/free-port.ts';
import { createAskGitea } from '../support/gitea-accounts.ts';
import { readServer } from '../support/gitea-server.ts';
import { createGiteaWorld } from '../support/gitea-worlds.ts';

const server = readServer(process.env);

if (!server) test.skip('left out without a server: npm run test:gitea', () => undefined);
else {
  test('a repository is prepared, twice the same, and what the server sends arrives', async () => {
    await using world = await createGiteaWorld(server);
    await using workplace = await createWorkplace();
    const keys = createKeyPair();
    const { url, owner, repository, tokens } = world.place;
    const ask = createAskGitea(world.place);
    const below = `/repos/${owner}/${repository}`;
    const port = await findFreePort();
    const version = podinfoVersion('v1.0.0', { name: 'example.org/podinfo' }, keys);
    await createArchiveWriter().add(workplace.path('delivery.ctf'), version);
    await workplace.write({
      'release.pub': keys.publicKey,
      bot: tokens.bot,
      admin: tokens.admin,
      'consignee.yaml': `applicationsRepositories: { apps: { url: "${url}/${owner}/${repository}.git", forge: internal } }
forges:
  internal: { type: gitea, url: "${url}", credentials: { token: file:bot }, webhookSecrets: [file:secrets/hook] }
registries: { registry.example.org/consumer: { archive: delivery.ctf } }
publicUrl: http://127.0.0.1:${port}
listen: { hooks: "127.0.0.1:${port}" }
`,
    });
    const call = async (...words: readonly string[]) => {
      const rights = ['--admin-token', `file:${workplace.path('admin')}`];
      const { code, out } = await runCli([...words, '-c', workplace.path('consignee.yaml'), '-o', 'json', ...rights]);
      return { code, data: JSON.parse(out) };
    };
    const key = ['--public-key', `release=${workplace.path('release.pub')}`];
    const results = ({ data }: Awaited<ReturnType<typeof call>>) =>
      data.steps.map(({ result }: { readonly result: string }) => result);

    expect(results(await call('init', ...key))).toEqual(['done', 'done', 'done']);
    expect(results(await call('init', ...key))).toEqual(['already', 'already', 'already']);
    const [pull] = Object.values(await ask('admin', 'GET', `${below}/pulls?state=open`));
    expect(pull).toMatchObject({ title: 'Configure Consignee', user: { login: 'consignee' } });
    expect(Object.values(await ask('admin', 'GET', `${below}/hooks`))).toHaveLength(1);
    await ask('admin', 'POST', `${below}/pulls/${numberOf(pull)}/merge`, { Do: 'merge' });

    const rule = { rule_name: 'main', enable_merge_whitelist: true, merge_whitelist_usernames: ['harbourmaster'] };
    await ask('admin', 'POST', `${below}/branch_protections`, rule);
    const { code, data } = await call('doctor');
    const bad = data.checks.filter(({ result }: { readonly result: string }) => result !== 'ok');
    expect(bad).toMatchObject([{ check: 'protection', message: 'The rule of main does not let the bot merge.' }]);
    expect(data.checks.map(({ check }: { readonly check: string }) => check)).toContain('delivery');
    expect(code).toBe(0);
  });
}

function numberOf(pull: unknown): number {
  return typeof pull === 'object' && pull !== null && 'number' in pull ? Number(pull.number) : 0;
}
