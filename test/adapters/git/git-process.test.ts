import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkGitVersion, createGit } from '../../../src/adapters/git/git-process.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'consignee-test-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Puts a program named `git` first on the PATH. */
async function gitThat(
  script: string,
  environment: Record<string, string> = {},
  url = 'https://git.example.org/apps.git',
) {
  await writeFile(join(folder, 'git'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return createGit({
    environment: { ...environment, PATH: `${folder}:${process.env.PATH}` },
    address: { url, protocol: url.startsWith('http') ? 'https' : 'file' },
    credentials: async () => ({ user: 'bot', password: 'pa55word' }),
  });
}

test('git sees of the environment only what it needs', async () => {
  const git = await gitThat('env', {
    SSH_AUTH_SOCK: '/run/agent',
    HTTPS_PROXY: 'http://proxy:3128',
    HOME: '/home/pat',
    GIT_DIR: '/elsewhere',
    GIT_TRACE: '1',
    GIT_CONFIG_PARAMETERS: "'core.hooksPath=/evil'",
    GIT_SSH: '/evil',
    SOME_TOKEN: 'secret',
  });
  const { stdout } = await git.run(['version']);
  const seen = Object.fromEntries(
    stdout
      .toString()
      .trim()
      .split('\n')
      .map((line) => line.split(/=(.*)/s)),
  );
  expect(seen).toMatchObject({
    SSH_AUTH_SOCK: '/run/agent',
    HTTPS_PROXY: 'http://proxy:3128',
    HOME: '/dev/null',
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    GIT_SSH_COMMAND: 'ssh -o BatchMode=yes',
  });
  expect(seen.GIT_DIR).not.toBe('/elsewhere');
  for (const key of ['GIT_TRACE', 'GIT_CONFIG_PARAMETERS', 'GIT_SSH', 'SOME_TOKEN'])
    expect(seen).not.toHaveProperty(key);
});

test('the settings are in force, and only the protocol of the address is allowed', async () => {
  const git = createGit({ environment: process.env, address: { url: '/x', protocol: 'file' } });
  const settingOf = async (key: string) => (await git.run(['config', '--get', key])).stdout.toString().trim();
  expect(await settingOf('core.hooksPath')).toBe('/dev/null');
  expect(await settingOf('core.fsmonitor')).toBe('false');
  expect(await settingOf('protocol.allow')).toBe('never');
  expect(await settingOf('protocol.file.allow')).toBe('always');
  expect(await settingOf('protocol.https.allow')).toBe('');
  expect(await settingOf('transfer.fsckObjects')).toBe('true');
});

test('credentials go by the environment, for the host of the address alone', async () => {
  const git = await gitThat(`echo "$@"; exec ${await realGit()} "$@"`);
  const header = (await git.run(['config', '--get-urlmatch', 'http.extraHeader', 'https://git.example.org/apps.git']))
    .stdout;
  expect(header.toString()).toContain(`Authorization: Basic ${Buffer.from('bot:pa55word').toString('base64')}`);
  const other = (await git.run(['config', '--get-urlmatch', 'http.extraHeader', 'https://other.example.org/'])).stdout;
  expect(other.toString()).not.toContain('Basic');
});

test('git that is not there is a failure that says what to install', async () => {
  const git = createGit({ environment: { PATH: folder }, address: { url: '/x', protocol: 'file' } });
  await expect(git.run(['version'])).rejects.toMatchObject({
    code: 'local',
    remedy: expect.stringContaining('Install git 2.38'),
  });
});

test.each([
  ['git version 2.38.0', true],
  ['git version 2.39.5 (Apple Git-154)', true],
  ['git version 3.0.1', true],
  ['git version 2.37.9', false],
  ['git version 1.99.0', false],
  ['something else', false],
])('"%s" is new enough: %s', async (text, good) => {
  const check = checkGitVersion(await gitThat(`echo '${text}'`));
  if (good) await expect(check).resolves.toBeUndefined();
  else await expect(check).rejects.toMatchObject({ code: 'local', message: expect.stringContaining(text) });
});

test('a command that takes too long is ended', async () => {
  const git = await gitThat(`echo $$ > ${folder}/pid; exec sleep 60`);
  const running = git.run(['fetch'], { seconds: 0.2, code: 'forge-unreachable' });
  await expect(running).rejects.toMatchObject({
    code: 'forge-unreachable',
    message: expect.stringContaining('0.2 seconds'),
  });
  const pid = Number(await readFile(join(folder, 'pid'), 'utf8'));
  expect(() => process.kill(pid, 0)).toThrow('ESRCH');
});

test('a command that prints too much is ended', async () => {
  const git = await gitThat('exec yes');
  await expect(git.run(['log'], { maxBytes: 10_000 })).rejects.toMatchObject({
    code: 'local',
    message: expect.stringContaining('10000 bytes'),
  });
});

test('of what it complains only the beginning is kept, and it is not held up', async () => {
  const git = await gitThat('head -c 3000000 /dev/zero | tr "\\0" x >&2; exit 3');
  const { code, stderr } = await git.run(['push']);
  expect(code).toBe(3);
  expect(stderr).toHaveLength(64 * 1024);
});

test('a command that does not read its input is no trouble', async () => {
  const git = await gitThat('exit 0');
  expect((await git.run(['x'], { input: 'x'.repeat(1_000_000) })).code).toBe(0);
});

async function realGit(): Promise<string> {
  for (const entry of (process.env.PATH ?? '').split(':')) {
    const found = await readFile(join(entry, 'git')).catch(() => undefined);
    if (found) return join(entry, 'git');
  }
  throw new Error('there is no git on the PATH');
}
