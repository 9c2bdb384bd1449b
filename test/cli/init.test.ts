import { execFile } from 'node:child_process';
import { readFile, rm, stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createArchiveWriter } from '../../src/adapters/ctf/write-archive.ts';
import { createKeyPair } from '../builders/component-version.ts';
import { podinfoVersion } from '../builders/podinfo-version.ts';
import { createWorkplace, runCli, type Workplace } from '../support/cli.ts';
import { createGitWorld } from '../support/git-world.ts';
import { createStandInWorld, type StandInWorld } from '../support/gitea-worlds.ts';

const run = promisify(execFile);
const keys = createKeyPair();
let workplace: Workplace;
let world: StandInWorld;

/** What an operator has on the first day: a server configuration, and the provider's key. */
beforeAll(async () => {
  workplace = await createWorkplace();
  world = await createStandInWorld();
  const version = podinfoVersion('v1.0.0', { name: 'example.org/podinfo' }, keys);
  await createArchiveWriter().add(workplace.path('delivery.ctf'), version);
  const { url, owner, repository, tokens } = world.place;
  await workplace.write({
    'release.pub': keys.publicKey,
    'bot-token': tokens.bot,
    'admin-token': tokens.admin,
    'consignee.yaml': `applicationsRepositories:
  applications: { url: "${url}/${owner}/${repository}.git", forge: internal }
forges:
  internal: { type: gitea, url: "${url}", credentials: { token: file:bot-token }, webhookSecrets: [file:secrets/hook] }
registries: { registry.example.org/consumer: { archive: delivery.ctf } }
publicUrl: http://127.0.0.1:9
`,
  });
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await workplace[Symbol.asyncDispose]();
});

const url = 'http://127.0.0.1:9/hooks/gitea/internal';
const init = (...words: readonly string[]) => runCli(['init', '-c', workplace.path('consignee.yaml'), ...words]);
const withKey = () => ['--public-key', `release=${workplace.path('release.pub')}`];
const withRights = () => ['--admin-token', `file:${workplace.path('admin-token')}`];
const stepsIn = (out: string) =>
  JSON.parse(out).steps.map(
    ({ step, result }: { readonly step: string; readonly result: string }) => `${step} ${result}`,
  );
const git = async (...words: readonly string[]) =>
  (await run('git', ['--git-dir', world.git.bare, ...words])).stdout.toString();

test('a dry run prints the configuration and writes nothing', async () => {
  const refs = await git('show-ref');
  const { code, out } = await init('--dry-run', ...withKey(), '-o', 'json');
  expect(code).toBe(0);
  const { files } = JSON.parse(out);
  expect(Object.keys(files)).toEqual(['.consignee/config.yaml', '.consignee/keys/release.pub']);
  expect(files['.consignee/config.yaml']).toContain('registry: registry.example.org/consumer\n');
  expect(await git('show-ref')).toBe(refs);
  expect([world.standIn.counts().issues, world.standIn.state.hooks]).toEqual([0, []]);
});

test('without a key, everything else is done, and the exit code says that something is wrong', async () => {
  const { code, out } = await init('-o', 'json');
  expect(code).toBe(2);
  expect(stepsIn(out)).toEqual(['configuration failed', 'issue done', 'webhook left']);
  expect(JSON.parse(out).steps[0].remedy).toContain('--public-key NAME=FILE');
  expect(JSON.parse(out).steps[2].command).toMatch(/^consignee init --config .* --admin-token env:NAME$/);
});

test('the secret is random, for its owner alone, and stays', async () => {
  const path = workplace.path('secrets', 'hook');
  const secret = await readFile(path, 'utf8');
  expect(secret).toMatch(/^[0-9a-f]{64}\n$/);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  await init(...withRights());
  expect(await readFile(path, 'utf8')).toBe(secret);
  expect(world.standIn.state.hooks.map((it) => [it.url, it.secret, it.active])).toEqual([[url, secret.trim(), true]]);
});

test('the configuration is proposed as it will be read', async () => {
  const { code, out } = await init(...withKey(), '-o', 'json');
  expect([code, stepsIn(out)]).toEqual([0, ['configuration done', 'issue already', 'webhook left']]);
  const [pull] = [...world.standIn.state.issues.values()].filter((it) => it.pull);
  expect([pull?.title, pull?.pull?.base, pull?.pull?.head]).toEqual(['Configure Consignee', 'main', 'consignee/init']);
  const changed = await git('diff', '--name-status', 'main', 'consignee/init');
  expect(changed).toBe('A\t.consignee/config.yaml\nA\t.consignee/keys/release.pub\n');
  expect(await git('show', 'consignee/init:.consignee/keys/release.pub')).toBe(keys.publicKey);
});

test('another run changes nothing and says so', async () => {
  const before = [await git('show-ref'), world.standIn.counts(), world.standIn.state.hooks.map((it) => ({ ...it }))];
  const { code, out } = await init(...withKey(), ...withRights(), '-o', 'json');
  expect([code, stepsIn(out)]).toEqual([0, ['configuration already', 'issue already', 'webhook already']]);
  expect([await git('show-ref'), world.standIn.counts(), world.standIn.state.hooks]).toEqual(before);
});

test('a webhook that lacks events, or is switched off, is put right', async () => {
  const [hook] = world.standIn.state.hooks;
  if (hook) hook.active = false;
  const { out } = await init(...withRights());
  expect(out).toContain(`The webhook to ${url} was replaced.`);
  expect(world.standIn.state.hooks.map(({ active }) => active)).toEqual([true]);
});

test('a webhook whose secret is lost gets the new one', async () => {
  await rm(workplace.path('secrets', 'hook'));
  const { out } = await init(...withRights());
  expect(out).toContain(`The webhook to ${url} was replaced. A secret was made in`);
  const secret = (await readFile(workplace.path('secrets', 'hook'), 'utf8')).trim();
  expect(world.standIn.state.hooks.map((it) => it.secret)).toEqual([secret]);
});

test('what was closed is not proposed again as long as its branch stands', async () => {
  const [pull] = await world.forge.pullRequests.listOpen();
  await world.forge.pullRequests.close(pull?.number ?? 0, { name: 'Mira', email: 'mira@example.org' });
  const { code, out } = await init(...withKey(), '-o', 'json');
  expect([code, stepsIn(out)[0]]).toEqual([0, 'configuration left']);
  expect(JSON.parse(out).steps[0].remedy).toContain('Delete the branch consignee/init');
});

/** As if no pull request had ever been opened. */
function forgetPulls(): void {
  const { issues } = world.standIn.state;
  for (const { number, pull } of [...issues.values()]) if (pull) issues.delete(number);
}

test('a run that was ended before the pull request was opened is gone on with', async () => {
  forgetPulls();
  const { code, out } = await init(...withKey(), '-o', 'json');
  expect([code, stepsIn(out)[0]]).toEqual([0, 'configuration done']);
  expect(await world.forge.pullRequests.listOpen()).toHaveLength(1);
});

test.each(['consignee@localhost', 'mira@example.org'])(
  'a branch with something else by %s is left alone',
  async (email) => {
    forgetPulls();
    const variables = {
      GIT_AUTHOR_NAME: 'X',
      GIT_AUTHOR_EMAIL: email,
      GIT_COMMITTER_NAME: 'X',
      GIT_COMMITTER_EMAIL: email,
    };
    const commit = ['--git-dir', world.git.bare, 'commit-tree', 'main^{tree}', '-m', 'else'];
    const { stdout } = await run('git', commit, { env: { ...process.env, ...variables } });
    await git('update-ref', 'refs/heads/consignee/init', stdout.toString().trim());
    const before = await git('show-ref');
    const { code, out } = await init(...withKey());
    expect(code).toBe(1);
    expect(out).toContain('The branch consignee/init of applications holds something else.');
    expect(await git('show-ref')).toBe(before);
  },
);

test('a configuration that is there is left as it is', async () => {
  await world.person.commit('main', { '.consignee/config.yaml': 'nothing: that can be read\n' });
  const { code, out } = await init(...withKey(), '-o', 'json');
  expect([code, stepsIn(out)[0]]).toEqual([0, 'configuration already']);
  expect((await init('--dry-run', ...withKey())).code).toBe(2);
});

test.each([
  [['--admin-token', 'the-token-itself'], /--admin-token takes no token, but says where it stands/],
  [['--component', 'podinfo'], /--component podinfo is not the name of a component/],
  [['--public-key', 'release'], /not of the form NAME=FILE/],
  [
    ['--registry', 'elsewhere.example.org'],
    /is not known|does not cover the registry elsewhere\.example\.org|has a configuration/,
  ],
])('%j is refused or changes nothing', async (words, message) => {
  const { code, err, out } = await init(...words);
  expect(`${code} ${err}${out}`).toMatch(message);
  expect(`${err}${out}`).not.toContain('the-token-itself');
});

test('without rights to webhooks, what failed is said, and the rest is done', async () => {
  const { code, out } = await init('--admin-token', `file:${workplace.path('bot-token')}`, '-o', 'json');
  expect([code, stepsIn(out)]).toEqual([1, ['configuration already', 'issue already', 'webhook failed']]);
});

test('in plain git, what keeps to the floor of trust is proposed, can be merged, and is what the next pass goes by', async () => {
  await using place = await createWorkplace();
  await using plain = await createGitWorld();
  await createArchiveWriter().add(
    place.path('delivery.ctf'),
    podinfoVersion('v1.0.0', { name: 'example.org/podinfo' }, keys),
  );
  await place.write({
    'release.pub': keys.publicKey,
    'consignee.yaml': `applicationsRepositories: { apps: { url: "${plain.bare}" } }
registries: { registry.example.org/consumer: { archive: delivery.ctf } }
`,
  });
  const path = place.path('consignee.yaml');
  const strict = `${await readFile(path, 'utf8')}trust: { minimumSignatures: 2 }\n`;
  await place.write({ 'strict.yaml': strict });
  const key = ['--public-key', `release=${place.path('release.pub')}`];
  const refused = await runCli(['init', '-c', place.path('strict.yaml'), ...key]);
  expect([refused.code, (await run('git', ['--git-dir', plain.bare, 'branch'])).stdout.toString()]).toEqual([
    2,
    '* main\n',
  ]);

  const call = (...words: readonly string[]) => runCli([...words, '-c', place.path('consignee.yaml')]);
  const proposed = await call('init', ...key);
  expect([proposed.code, proposed.out]).toEqual([
    0,
    expect.stringContaining('Pull request #1 proposes a configuration'),
  ]);
  expect((await call('pull', 'merge', '1', '--as', 'Mira <mira@example.org>')).code).toBe(0);
  const { out } = await call('plan', '-o', 'json');
  expect(JSON.parse(out).installations).toMatchObject([{ application: 'podinfo', candidate: 'v1.0.0' }]);
});
