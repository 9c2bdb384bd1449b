import { execFileSync, spawnSync } from 'node:child_process';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createWorkplace, runCli, type Workplace } from '../support/cli.ts';
import { runGit } from '../support/git-world.ts';

const has = (program: string) => spawnSync(program, ['--version']).error === undefined;
const branch = 'consignee/default/podinfo';

let place: Workplace;
let unsigned: string;
beforeAll(async () => {
  place = await createWorkplace();
  await runCli(['demo', '--directory', place.path('demo')]);
  unsigned = await readFile(place.path('demo/consignee.yaml'), 'utf8');
}, 60_000);
afterAll(() => place[Symbol.asyncDispose]());

const git = (...words: readonly string[]) => runGit(place.path('demo/ocm-applications.git'), words);
const run = (...words: readonly string[]) => runCli([...words, '--config', place.path('demo/consignee.yaml')]);
const configure = (signing: string) => writeFile(place.path('demo/consignee.yaml'), `${unsigned}${signing}`);

let changes = 0;

/** Has a person change the configuration, so that the proposal is written anew. The newest version of the demo is not proved. */
async function proposeAnew(): Promise<string> {
  const config = (await git('cat-file', 'blob', 'main:.consignee/config.yaml')).replaceAll(
    /^(?:skip|pullSecret): .*\n/gm,
    '',
  );
  const text = `${config}skip: [v1.2.0]\npullSecret: changed-${++changes}\n`;
  const commit =
    'commit refs/heads/main\ncommitter Ada <ada@example.org> now\ndata 7\nChange\n\nfrom refs/heads/main^0\n';
  const file = `M 100644 inline .consignee/config.yaml\ndata ${Buffer.byteLength(text)}\n${text}\n`;
  await runGit(place.path('demo/ocm-applications.git'), ['fast-import', '--quiet', '--date-format=now'], commit + file);
  const { out } = await run('run');
  return out;
}

async function verified(): Promise<string> {
  const { code, out } = await run('verify-render', '--commit', branch);
  return `${code} ${out}`;
}

const proposal = async () => (await git('cat-file', 'commit', branch)).split('\n\n', 1)[0];

/** Makes an ssh key, and a file in which it alone counts. */
async function makeSshKey(name: string): Promise<void> {
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', place.path(name)]);
  const key = await readFile(place.path(`${name}.pub`), 'utf8');
  await writeFile(place.path(`${name}.signers`), `consignee ${key}`);
}

describe.runIf(has('ssh-keygen'))('commits signed by ssh', () => {
  beforeAll(async () => {
    await makeSshKey('ours');
    await makeSshKey('others');
  });
  const signing = (key: string, signers: string) =>
    `signing: { format: ssh, key: "file:../${key}", allowedSigners: ../${signers}.signers }\n`;

  test('carry their trailers and a signature that git and verify-render take', async () => {
    await configure(signing('ours', 'ours'));
    await proposeAnew();
    expect(await proposal()).toContain('gpgsig -----BEGIN SSH SIGNATURE-----');
    const settings = ['-c', `gpg.ssh.allowedSignersFile=${place.path('ours.signers')}`];
    expect(
      (await git(...settings, 'log', '-1', '--format=%G? %(trailers:key=Consignee-Component)', branch)).trim(),
    ).toBe('G Consignee-Component: ocm.software/demos/podinfo:v1.1.0');
    expect(await verified()).toMatch(/^0 /);
  });

  test('of a key that does not count are told, and so are those that are not signed', async () => {
    await configure(signing('others', 'ours'));
    await proposeAnew();
    expect(await verified()).toMatch(
      /^3 [\s\S]*differs[\s\S]*commit +commit [0-9a-f]{10}[\s\S]*has no signature of a key that counts/,
    );
    await configure('');
    await proposeAnew();
    expect(await proposal()).not.toContain('gpgsig');
    expect(await verified()).toMatch(/^0 /);
    await configure('signing: { format: ssh, allowedSigners: ../ours.signers }\n');
    expect(await verified()).toMatch(/^3 [\s\S]*is not signed/);
  });

  test('are not written when the key cannot be used', async () => {
    await configure(signing('missing', 'ours'));
    const before = await git('rev-parse', branch);
    expect(await proposeAnew()).toMatch(/could not be signed[\s\S]*"signing"/);
    expect(await git('rev-parse', branch)).toBe(before);
  });
});

describe.runIf(has('gpg'))('commits signed by OpenPGP', () => {
  const gpg = (...words: readonly string[]) =>
    execFileSync('gpg', ['--homedir', place.path('keyring'), '--batch', '--quiet', ...words], {
      stdio: 'pipe',
    }).toString();
  beforeAll(async () => {
    await mkdir(place.path('keyring'));
    await chmod(place.path('keyring'), 0o700);
    gpg('--passphrase', '', '--quick-generate-key', 'Consignee <consignee@example.org>', 'ed25519', 'sign', 'never');
  });
  // Making a key starts an agent, which stays.
  afterAll(() => execFileSync('gpgconf', ['--homedir', place.path('keyring'), '--kill', 'all'], { stdio: 'ignore' }));

  test('carry a signature that verify-render takes', async () => {
    const [fingerprint = ''] = /(?<=^fpr:+)[0-9A-F]{40}/m.exec(gpg('--list-keys', '--with-colons')) ?? [];
    await configure(`signing: { format: openpgp, key: "${fingerprint}", home: ../keyring }\n`);
    await proposeAnew();
    expect(await proposal()).toContain('gpgsig -----BEGIN PGP SIGNATURE-----');
    expect(await verified()).toMatch(/^0 /);
  });
});
