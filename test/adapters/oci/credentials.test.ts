import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { askHelper, createHelperRunner, type RunHelper } from '../../../src/adapters/oci/credential-helper.ts';
import { readDockerConfig } from '../../../src/adapters/oci/docker-config.ts';
import { readOcmConfig } from '../../../src/adapters/oci/ocm-config.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'credentials-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const secret = 'hunter2:with:colons';
const base64 = (text: string) => Buffer.from(text).toString('base64');

function file(name: string, content: string | object): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

const noHelper: RunHelper = () => {
  throw new Error('no helper is expected to be asked');
};

const docker = (content: string | object, place: string, run = noHelper) =>
  readDockerConfig(file('config.json', content), place, run);

const basic = (username: string) => ({ kind: 'basic', username, password: 'p' });
const entry = (username: string) => ({ auth: base64(`${username}:p`) });

describe('a configuration file of Docker', () => {
  const auths = {
    'registry.example.org': entry('plain'),
    'registry.example.org:5000': entry('port'),
    'registry.example.org/team': entry('team'),
    'https://registry.example.org/team/deep/': entry('deep'),
    'https://index.docker.io/v1/': entry('hub'),
    'Upper.example.org': entry('upper'),
  };

  test.each([
    ['registry.example.org', 'plain'],
    ['registry.example.org:443', 'plain'],
    ['registry.example.org:5000', 'port'],
    ['registry.example.org/other', 'plain'],
    ['registry.example.org/team', 'team'],
    ['registry.example.org/team/x', 'team'],
    ['registry.example.org/teams', 'plain'],
    ['registry.example.org/team/deep/er', 'deep'],
    ['index.docker.io', 'hub'],
    ['upper.example.org', 'upper'],
    ['registry.example.org:5001', undefined],
    ['registry.example.org.attacker.example', undefined],
    ['example.org', undefined],
    ['my-registry.example.org', undefined],
  ])('has for %s the entry %s', async (place, username) => {
    expect(await docker({ auths }, place)).toEqual(username && basic(username));
  });

  test.each([
    [{ auth: base64(`me:${secret}`) }, { kind: 'basic', username: 'me', password: secret }],
    [{ auth: base64(`me:${secret}\0\0`) }, { kind: 'basic', username: 'me', password: secret }],
    [
      { username: 'me', password: secret },
      { kind: 'basic', username: 'me', password: secret },
    ],
    [
      { auth: base64('me:'), identitytoken: secret },
      { kind: 'identity-token', token: secret },
    ],
    [{ registrytoken: secret }, { kind: 'bearer', token: secret }],
    [{}, undefined],
  ])('reads %j', async (it, expected) => {
    expect(await docker({ auths: { 'a.example': it } }, 'a.example')).toEqual(expected);
  });

  test('asks the helper for the host, then the one for all, then itself', async () => {
    const config = {
      credHelpers: { 'a.example': 'first' },
      credsStore: 'second',
      auths: { 'a.example': entry('third'), 'b.example': entry('fourth') },
    };
    const asked: string[] = [];
    const answering: RunHelper = async (program, input) => {
      asked.push(`${program} ${input}`);
      return { kind: 'ran', exitCode: 0, output: JSON.stringify({ Username: '<token>', Secret: secret }) };
    };
    const empty: RunHelper = async (program, input) => {
      asked.push(`${program} ${input}`);
      return { kind: 'ran', exitCode: 1, output: 'credentials not found in native keychain\n' };
    };
    expect(await docker(config, 'a.example', answering)).toEqual({ kind: 'identity-token', token: secret });
    expect(await docker(config, 'a.example', empty)).toEqual(basic('third'));
    expect(await docker(config, 'b.example', empty)).toEqual(basic('fourth'));
    expect(asked).toEqual([
      'docker-credential-first a.example',
      'docker-credential-first a.example',
      'docker-credential-second a.example',
      'docker-credential-second b.example',
    ]);
  });

  test.each([
    ['no JSON', `{"auths": {"a.example": {"auth": "${secret}" oops`],
    ['a key twice', `{"auths": {}, "auths": {"a.example": {"password": "${secret}"}}}`],
    ['a list', `["${secret}"]`],
    ['auths that are text', { auths: secret }],
    ['an entry that is text', { auths: { 'a.example': secret } }],
    ['an auth that is no base64', { auths: { 'a.example': { auth: secret } } }],
    ['an auth without a colon', { auths: { 'a.example': { auth: base64('hunter2') } } }],
    ['a helper that leads elsewhere', { credsStore: '../../bin/sh' }],
  ])('with %s is told without showing it', async (_what, content) => {
    const failure = await docker(content, 'a.example').catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'configuration', remedy: expect.stringMatching(/./) });
    expect(String(failure)).not.toContain('hunter2');
    expect(String(failure)).not.toContain(base64('hunter2'));
  });

  test('that is not there is told by its path', async () => {
    const path = join(folder, 'nothing.json');
    await expect(readDockerConfig(path, 'a.example')).rejects.toMatchObject({
      code: 'configuration',
      message: expect.stringContaining(path),
    });
  });
});

describe('a credential helper', () => {
  /** A helper as a program, which answers with the variables and the input it got. */
  function program(script: string): void {
    writeFileSync(join(folder, 'docker-credential-test'), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, 'docker-credential-test'), 0o755);
  }
  const run: RunHelper = (...asked) => createHelperRunner({ PATH: `${folder}:/usr/bin:/bin` })(...asked);

  test('is run without a shell, with the host on its input', async () => {
    program('read host; printf \'{"ServerURL":"%s","Username":"%s","Secret":"%s"}\' "$host" "$host" "$1"');
    expect(await askHelper('test', 'a.example', run)).toEqual({
      kind: 'basic',
      username: 'a.example',
      password: 'get',
    });
  });

  test('sees only the variables it is given', async () => {
    program(`[ -z "$CONSIGNEE_PROBE" ] && echo '{"Username":"u","Secret":"none"}'`);
    process.env.CONSIGNEE_PROBE = 'secret';
    try {
      expect(await askHelper('test', 'a.example', run)).toMatchObject({ password: 'none' });
    } finally {
      delete process.env.CONSIGNEE_PROBE;
    }
  });

  test.each([
    ['ended with exit code 3', 'echo hunter2; exit 3'],
    ['answered with what are no credentials', 'echo hunter2'],
    ['cannot be run', 'yes hunter2'],
  ])('that %s is told without its output', async (what, script) => {
    program(script);
    const failure = await askHelper('test', 'a.example', run).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: 'configuration',
      message: expect.stringContaining(what),
    });
    expect(String(failure)).not.toContain('hunter2');
  });

  test('that is not installed is told by its name', async () => {
    await expect(askHelper('nowhere', 'a.example', run)).rejects.toMatchObject({
      code: 'configuration',
      message: expect.stringContaining('docker-credential-nowhere'),
    });
  });
});

describe('a configuration file of OCM', () => {
  const consumer = (identity: object, properties: object) => ({
    identity: { type: 'OCIRegistry', ...identity },
    credentials: [{ type: 'Credentials', properties }],
  });
  const user = (username: string) => ({ username, password: 'p' });
  const config = (consumers: readonly object[], repositories: readonly object[] = []) => ({
    type: 'generic.config.ocm.software/v1',
    configurations: [{ type: 'something.else' }, { type: 'credentials.config.ocm.software', consumers, repositories }],
  });
  const ocm = (content: string | object, place: string, insecureHttp = false) =>
    readOcmConfig(file('ocmconfig', content), place, { insecureHttp, runHelper: noHelper });

  const consumers = [
    consumer({ hostname: 'a.example' }, user('host')),
    consumer({ hostname: 'a.example', port: '5000' }, user('port')),
    consumer({ hostname: 'a.example', pathprefix: 'team' }, user('team')),
    consumer({ hostname: 'a.example', pathprefix: 'team/deep', type: 'OCIRepository/v1' }, user('deep')),
    consumer({ hostname: 'b.example', scheme: 'https' }, user('https')),
    consumer({ hostname: 'c.example', type: 'RSA/v1alpha1' }, user('signing')),
    consumer({ hostname: 'd.example', port: 443 }, user('number')),
  ];

  test.each([
    ['a.example', 'host'],
    ['A.example/x', 'host'],
    ['a.example:5000/x', 'port'],
    ['a.example/team', 'team'],
    ['a.example/teams', 'host'],
    ['a.example/team/deep/er', 'deep'],
    ['b.example', 'https'],
    ['c.example', undefined],
    ['d.example', 'number'],
    ['d.example:8443', undefined],
    ['a.example.attacker.example', undefined],
  ])('has for %s the consumer %s', async (place, username) => {
    expect(await ocm(config(consumers), place)).toEqual(username && basic(username));
  });

  test('keeps credentials for https from http', async () => {
    expect(await ocm(config(consumers), 'b.example', true)).toBeUndefined();
  });

  test('may be the part about credentials alone, as YAML', async () => {
    const text = `type: credentials.config.ocm.software/v1
consumers:
  - identity: { type: OCIRegistry, hostname: a.example }
    credentials:
      - { type: Credentials, properties: { identityToken: abc } }
`;
    expect(await ocm(text, 'a.example')).toEqual({ kind: 'identity-token', token: 'abc' });
  });

  test('names files of Docker, relative to itself', async () => {
    file('config.json', { auths: { 'e.example': entry('docker') } });
    const repositories = [{ repository: { type: 'DockerConfig/v1', dockerConfigFile: 'config.json' } }];
    expect(await ocm(config(consumers, repositories), 'e.example')).toEqual(basic('docker'));
    expect(await ocm(config(consumers, repositories), 'a.example')).toEqual(basic('host'));
  });

  test.each([
    ['no YAML', `type: [hunter2`],
    ['an ambiguous password', `type: credentials.config.ocm.software\npassword: 0777\nx: "hunter2"`],
    ['an anchor', `a: &hunter2 x`],
    ['a text', 'hunter2'],
    ['a consumer without a password', config([consumer({ hostname: 'a.example' }, { username: 'hunter2' })])],
    ['consumers that are no list', { type: 'credentials.config.ocm.software', consumers: 'hunter2' }],
  ])('with %s is told without showing it', async (_what, content) => {
    const failure = await ocm(content, 'a.example').catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'configuration', place: { file: expect.stringContaining('ocmconfig') } });
    expect(String(failure)).not.toContain('hunter2');
    expect(String(failure)).not.toContain('0777');
  });
});
