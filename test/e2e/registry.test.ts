import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRepository } from '../../src/adapters/git/create-repository.ts';
import { readVariables } from '../../src/config/env.ts';
import { type CliResult, createWorkplace, runCli, type Workplace } from '../support/cli.ts';
import { type DockerRegistry, noDockerRegistry, startDockerRegistry } from '../support/docker-registry.ts';
import { openGitWorld } from '../support/git-world.ts';
import { replayArchive } from '../support/replay-archive.ts';
import { startTokenServer, type TokenServer } from '../support/token-server.ts';

const execute = promisify(execFile);
const fixtures = join(import.meta.dirname, '../fixtures/ocm');
const ada = { name: 'Ada', email: 'ada@example.org' };

const repositories = [
  'component-descriptors/ocm.software/demos/podinfo',
  'software-provider/podinfo',
  'software-provider/charts/podinfo',
].map((it) => `software-consumer/${it}`);
const account = { username: 'consignee', password: 'correct horse' };
/** What `htpasswd -B` makes of the account. */
const passwordFile = 'consignee:$2y$04$/dIwyMFpR07dwrHsOocOSecsUZ0sLxActjJBuop.9LF1mV9l/xkcS\n';
const authorization = `Basic ${Buffer.from(`${account.username}:${account.password}`).toString('base64')}`;

const repositoryConfig = `registry: registry.consumer.test/software-consumer
verify: [{ signature: ocm-signing, publicKey: keys/ocm-signing.pub }]
applications:
  podinfo: { component: ocm.software/demos/podinfo, versions: ">=1.0.0" }
`;

type Authentication = 'htpasswd' | 'token';

describe.skipIf(noDockerRegistry)(`a registry${noDockerRegistry ? `: ${noDockerRegistry}` : ''}`, () => {
  let registries: Readonly<Record<Authentication, DockerRegistry>>;
  let tokens: TokenServer;
  let place: Workplace;
  let count = 0;

  beforeAll(async () => {
    place = await createWorkplace();
    tokens = await startTokenServer(account);
    const auth = { htpasswd: { realm: 'registry', path: '{folder}/htpasswd' } };
    registries = {
      htpasswd: await startDockerRegistry({ auth, files: { htpasswd: passwordFile } }),
      token: await startDockerRegistry({ auth: tokens.auth, files: tokens.files }),
    };
    const delivery = join(fixtures, 'consumer/podinfo-v2');
    await replayArchive(registries.htpasswd, delivery, { authorization });
    await replayArchive(registries.token, delivery, { authorization: tokens.pushing(repositories) });
  });

  afterAll(async () => {
    for (const registry of Object.values(registries)) await registry[Symbol.asyncDispose]();
    await tokens[Symbol.asyncDispose]();
    await place[Symbol.asyncDispose]();
  });

  interface Given {
    readonly by?: Authentication;
    readonly password?: string;
    readonly server?: string;
  }

  /** @returns The command line, at work with an applications repository of its own. */
  async function start({ by = 'htpasswd', password = account.password, server }: Given = {}) {
    const folder = `w${++count}`;
    const path = place.path(folder, 'applications.git');
    const connection = `  registry.consumer.test:
    address: "${registries[by].address}"
    insecureHttp: true
    credentials: { username: ${account.username}, password: file:password }
    tokenHosts: ["${tokens.host}"]
`;
    await place.write({
      [`${folder}/consignee.yaml`]: `applicationsRepositories: { apps: { url: ./applications.git } }
registries:
${server ?? connection}`,
      [`${folder}/password`]: `${password}\n`,
    });
    const files = {
      '.consignee/config.yaml': repositoryConfig,
      '.consignee/keys/ocm-signing.pub': readFileSync(join(fixtures, 'keys/ocm-signing.pub'), 'utf8'),
    };
    const environment = readVariables();
    await createRepository({ path, files: new Map(Object.entries(files)), by: ada, at: new Date(), environment });
    const config = ['--config', place.path(folder, 'consignee.yaml')];
    return {
      path,
      run: (...words: readonly string[]): Promise<CliResult> => runCli([...words, ...config]),
      refs: async () => (await execute('git', ['-C', path, 'for-each-ref'])).stdout,
    };
  }

  const reference = 'registry.consumer.test/software-consumer//ocm.software/demos/podinfo:v1.0.0';
  const key = `ocm-signing=${join(fixtures, 'keys/ocm-signing.pub')}`;
  const trust = ['--signature', 'ocm-signing', '--public-key', key];

  test.for(['htpasswd', 'token'] as const)('behind %s is read for a pull request, and watched', async (by) => {
    const { run, refs } = await start({ by });
    expect(await run('run')).toMatchObject({ code: 0, out: expect.stringContaining('opened pull request #1') });
    const before = await refs();
    expect(await run('run')).toMatchObject({ code: 0, out: expect.stringContaining('waits to be merged') });
    expect(await run('plan', '--exit-code')).toMatchObject({ code: 0 });
    const plan = await run('plan', '--output', 'json');
    expect(JSON.parse(plan.out)).toMatchObject({
      installations: [
        {
          environment: 'default',
          application: 'podinfo',
          candidate: 'v1.1.0',
          decision: { kind: 'leave', because: 'waiting-for-merge' },
          pullRequest: { number: 1, state: 'open' },
        },
      ],
    });
    expect(await run('explain', 'default/podinfo')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/registry {2,}registry\.consumer\.test\/software-consumer\n.*signed by ocm-signing/s),
    });
    expect(await refs()).toBe(before);
    expect((await run('pull', 'merge', '1', '--as', 'Ada <ada@example.org>')).code).toBe(0);
    expect(await run('run')).toMatchObject({ code: 0, out: expect.stringContaining('v1.1.0 is installed') });
  });

  test('that is configured is read by verify', async () => {
    const { run } = await start();
    expect(await run('verify', reference, ...trust)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/image +6\.3\.5-static +ociImage +a2d16f03349a +in the registry.*\nVERIFIED\n/s),
    });
    const other = ['--signature', 'ocm-signing', '--public-key', key.replace('/ocm-signing.pub', '/other.pub')];
    expect(await run('verify', reference, ...other)).toMatchObject({ code: 3 });
    expect(await run('verify', reference.replace('v1.0.0', 'v9.0.0'), ...trust)).toMatchObject({ code: 3 });
  });

  test.for(['htpasswd', 'token'] as const)('behind %s that refuses the password is told by name', async (by) => {
    const password = 'a wrong horse';
    const { run, refs } = await start({ by, password });
    const before = await refs();
    for (const words of [['run'], ['plan'], ['verify', reference, ...trust]]) {
      const { code, out, err } = await run(...words);
      expect(code).toBe(1);
      expect(out + err).toMatch(
        /registry\.consumer\.test\s+refuses.*status\s+401.*credentials for registry\.consumer\.test/s,
      );
      for (const secret of [password, Buffer.from(`${account.username}:${password}`).toString('base64')])
        expect(out + err).not.toContain(secret);
      expect(out + err).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m);
    }
    expect(await refs()).toBe(before);
  });

  test('that is not configured is told with the line to add', async () => {
    const { run, refs } = await start({ server: '  registry.example.org: {}\n' });
    const before = await refs();
    for (const words of [['run'], ['verify', reference, ...trust]]) {
      const { code, out, err } = await run(...words);
      expect(code).toBe(2);
      expect(out + err).toContain('registry.consumer.test/software-consumer is not in the server configuration');
      expect(out + err).toContain('"registry.consumer.test: {}"');
    }
    expect(await refs()).toBe(before);
  });

  test('with what is proved no more keeps its pull request from being merged', async () => {
    const { run, path, refs } = await start();
    await run('run');
    const trusted = '.consignee/keys/ocm-signing.pub';
    await commit(path, { [trusted]: readFileSync(join(fixtures, 'keys/other.pub'), 'utf8') });
    expect(await run('run')).toMatchObject({ code: 3, out: expect.stringContaining('signature-invalid') });
    const before = await refs();
    const merge = ['pull', 'merge', '1', '--as', 'Ada <ada@example.org>'];
    expect(await run(...merge)).toMatchObject({ code: 3, err: expect.stringContaining('#1 must not be merged') });
    expect(await refs()).toBe(before);
    expect((await run('pull', 'show', '1')).out).toContain('Do not merge.');
    await commit(path, { [trusted]: readFileSync(join(fixtures, 'keys/ocm-signing.pub'), 'utf8') });
    expect((await run('run')).code).toBe(0);
    expect((await run(...merge)).code).toBe(0);
  });
});

/** Commits on the branch that Flux applies. */
async function commit(bare: string, files: Readonly<Record<string, string>>): Promise<void> {
  await openGitWorld(dirname(bare)).person.commit('main', files);
}
