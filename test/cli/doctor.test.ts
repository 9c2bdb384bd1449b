import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createArchiveWriter } from '../../src/adapters/ctf/write-archive.ts';
import { createKeyPair } from '../builders/component-version.ts';
import { podinfoVersion } from '../builders/podinfo-version.ts';
import { createWorkplace, runCli, type Workplace } from '../support/cli.ts';
import { findFreePort } from '../support/free-port.ts';
import { createStandInWorld, type StandInWorld } from '../support/gitea-worlds.ts';

const keys = createKeyPair();
const secret = '0123456789abcdef0123456789abcdef';
let workplace: Workplace;
let world: StandInWorld;
let port: number;

beforeAll(async () => {
  workplace = await createWorkplace();
  world = await createStandInWorld();
  port = await findFreePort();
  const version = podinfoVersion('v1.0.0', { name: 'example.org/podinfo' }, keys);
  await createArchiveWriter().add(workplace.path('delivery.ctf'), version);
  const { tokens } = world.place;
  await workplace.write({
    'bot-token': tokens.bot,
    'admin-token': tokens.admin,
    'reader-token': tokens.stranger,
    hook: secret,
    'consignee.yaml': configuration(),
  });
  await world.person.commit('main', {
    '.consignee/config.yaml': `registry: registry.example.org/consumer
verify: [{ signature: release, publicKey: keys/release.pub }]
applications: { podinfo: { component: example.org/podinfo } }
`,
    '.consignee/keys/release.pub': keys.publicKey,
  });
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await workplace[Symbol.asyncDispose]();
});

beforeEach(() => {
  world.standIn.state.protections.clear();
});

function configuration(changes: { readonly token?: string; readonly more?: string } = {}): string {
  const { url, owner, repository } = world.place;
  const { token = 'bot-token', more = '' } = changes;
  return `applicationsRepositories:
  applications: { url: "${url}/${owner}/${repository}.git", forge: internal }
forges:
  internal: { type: gitea, url: "${url}", credentials: { token: file:${token} }, webhookSecrets: [file:hook] }
registries: { registry.example.org/consumer: { archive: delivery.ctf } }
publicUrl: http://127.0.0.1:${port}
listen: { hooks: "127.0.0.1:${port}" }
${more}`;
}

interface Found {
  readonly check: string;
  readonly where: string;
  readonly result: string;
  readonly message: string;
  readonly remedy: string | null;
}

async function examine(words: readonly string[] = [], config = 'consignee.yaml', now = new Date()) {
  const { code, out, err } = await runCli(['doctor', '-c', workplace.path(config), '-o', 'json', ...words], now);
  const { checks, healthy }: { readonly checks: readonly Found[]; readonly healthy: boolean } = JSON.parse(out);
  const of = (check: string) => checks.filter((it) => it.check === check);
  return { code, err, healthy, checks, of };
}

const withRights = () => ['--admin-token', `file:${workplace.path('admin-token')}`];

test('where everything is as it should be, every check says so, a delivery by webhook included', async () => {
  const { owner, repository } = world.place;
  world.standIn.state.protections.set('main', protection({}));
  await runCli(['init', '-c', workplace.path('consignee.yaml'), ...withRights()]);
  const { code, healthy, checks } = await examine(withRights());
  expect(checks.filter(({ result }) => result !== 'ok')).toEqual([]);
  expect([code, healthy]).toEqual([0, true]);
  expect(checks.map(({ check }) => check)).toEqual([
    ...['server-configuration', 'git', 'store', 'cache', 'forge', 'clock', 'repository', 'rights'],
    ...['repository-configuration', 'protection', 'component', 'webhook', 'delivery'],
  ]);
  expect(checks.find(({ check }) => check === 'forge')?.where).toBe(`${owner}/${repository}`);
});

test('without rights to webhooks, they are not looked at, and that is said', async () => {
  const { code, of } = await examine();
  expect(code).toBe(0);
  expect(of('webhook').map(({ result, remedy }) => [result, remedy])).toEqual([
    ['warning', 'Lend the token of an owner for this one command: --admin-token env:NAME.'],
  ]);
  expect(of('last-delivery')[0]?.message).toMatch(/^The last delivery came \d+ s ago/);
});

test('a webhook with another secret is found out by what it sends', async () => {
  const [hook] = world.standIn.state.hooks;
  if (hook) Object.assign(hook, { secret: 'ffffffffffffffffffffffffffffffff' });
  const { code, of } = await examine(withRights());
  if (hook) Object.assign(hook, { secret });
  expect(code).toBe(1);
  expect(of('delivery')[0]?.message).toContain('signed with another secret');
});

test('a webhook that is switched off, lacks events, or is not there, fails', async () => {
  const [hook] = world.standIn.state.hooks;
  if (!hook) throw new Error('there is no webhook');
  const { events } = hook;
  hook.active = false;
  expect((await examine(withRights())).of('webhook')[0]?.message).toMatch(/is switched off/);
  Object.assign(hook, { active: true, events: ['push'] });
  expect((await examine(withRights())).of('webhook')[0]?.message).toMatch(/does not send all events/);
  Object.assign(hook, { events });
  world.standIn.state.hooks.length = 0;
  const { code, of } = await examine(withRights());
  world.standIn.state.hooks.push(hook);
  expect([code, of('webhook')[0]?.message]).toEqual([1, expect.stringMatching(/^There is no webhook to http/)]);
});

test('what keeps the bot from merging is said', async () => {
  world.standIn.state.protections.set('main', protection({ contexts: ['ci/build', 'consignee/verified'] }));
  const { of } = await examine();
  expect(of('protection').map(({ result, message }) => [result, message])).toEqual([
    ['warning', 'The rule of main wants the status ci/build, which nobody reported on the commits looked at.'],
  ]);
});

test('a status that somebody reported on the base branch is not missed', async () => {
  world.standIn.state.protections.set('main', protection({ contexts: ['ci/build'] }));
  const tip = (await world.forge.content.readRefs()).get('refs/heads/main');
  if (tip) await world.forge.checks?.set(tip, { context: 'ci/build', state: 'success', description: 'built' });
  expect((await examine()).of('protection').map(({ result }) => result)).toEqual(['ok']);
});

test('an account that may only read lacks every right', async () => {
  await workplace.write({ 'reader.yaml': configuration({ token: 'reader-token' }) });
  const { code, of } = await examine([], 'reader.yaml');
  expect(code).toBe(1);
  expect(of('rights').map(({ message }) => message)[0]).toMatch(/may not push branches: the account may only read/);
});

test('a token that the forge does not take is told with its remedy, and the rest is looked after', async () => {
  await workplace.write({ 'bad-token': 'nobody', 'bad.yaml': configuration({ token: 'bad-token' }) });
  const { code, of } = await examine([], 'bad.yaml');
  expect(code).toBe(1);
  expect(of('forge')[0]?.remedy).toBe('Give a token that is valid and has not expired.');
  expect(of('store')[0]?.result).toBe('ok');
});

test.each([
  [-20, 'ok'],
  [-200, 'warning'],
  [400, 'failed'],
])('a machine whose clock is %i s off: %s', async (seconds, expected) => {
  const { of } = await examine([], 'consignee.yaml', new Date(Date.now() + seconds * 1000));
  expect(of('clock').map(({ result }) => result)).toEqual([expected]);
});

test('a server configuration that is wrong is a finding, with what is wrong in it', async () => {
  await workplace.write({ 'wrong.yaml': 'applicationRepositories: {}\n' });
  const { code, checks } = await examine([], 'wrong.yaml');
  expect(code).toBe(1);
  expect(checks.map(({ check, result }) => [check, result])).toEqual([
    ['server-configuration', 'failed'],
    ['git', 'ok'],
  ]);
  const { out } = await runCli(['doctor', '-c', workplace.path('wrong.yaml')]);
  expect(out).toContain('applicationRepositories');
});

test('registries, receivers and folders that cannot be used are told, each by itself', async () => {
  const dead = await findFreePort();
  await workplace.write({
    blocked: 'a file',
    'gone.yaml': configuration({
      more: `cache: blocked/cache\nnotify: { chat: { url: "http://127.0.0.1:${dead}/hook", secret: file:hook } }\n`,
    }).replace('{ registry', `{ "127.0.0.1:${dead}": { insecureHttp: true }, registry`),
  });
  const { code, of } = await examine([], 'gone.yaml');
  expect(code).toBe(1);
  expect([of('registry')[0]?.result, of('registry')[0]?.where]).toEqual(['failed', `127.0.0.1:${dead}`]);
  expect(of('receiver')[0]?.message).toMatch(/The receiver chat at 127\.0\.0\.1:\d+ cannot be reached: ECONNREFUSED/);
  expect(of('cache')[0]?.result).toBe('failed');
});

function protection({ contexts }: { readonly contexts?: string[] }) {
  return { rule: 'main', contexts, approvals: 0, dismissStale: false, at: new Date() };
}
