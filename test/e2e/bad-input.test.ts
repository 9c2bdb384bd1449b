import { execFile } from 'node:child_process';
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createArchiveWriter } from '../../src/adapters/ctf/write-archive.ts';
import { createRepository } from '../../src/adapters/git/create-repository.ts';
import { asFailure } from '../../src/cli/as-failure.ts';
import { readVariables } from '../../src/config/env.ts';
import { createKeyPair, descriptorData, publishable, signed } from '../builders/component-version.ts';
import { createWorkplace, runCli, type Workplace } from '../support/cli.ts';

const execute = promisify(execFile);
const demo = fileURLToPath(new URL('../../templates/demo/', import.meta.url));
const delivery = fileURLToPath(new URL('../fixtures/ocm/podinfo/v3alpha1/by-value', import.meta.url));
const ada = { name: 'Ada', email: 'ada@example.org' };

const serverConfig = `applicationsRepositories: { apps: { url: ./apps.git } }
registries:
  gitea.ocm.dev/software-consumer: { archive: ./delivery }
  broken.example.org: { archive: ./broken }
`;

const repositoryConfig = `registry: gitea.ocm.dev/software-consumer
verify: [{ signature: ocm-signing, publicKey: keys/ocm-signing.pub }]
applications:
  podinfo: { component: ocm.software/demos/podinfo, versions: ">=1.0.0" }
`;

let place: Workplace;
let publicKey: string;

beforeAll(async () => {
  place = await createWorkplace();
  publicKey = await readFile(join(demo, 'ocm-applications/.consignee/keys/ocm-signing.pub'), 'utf8');
  await place.write({ 'consignee.yaml': serverConfig });
});

afterAll(async () => {
  await place[Symbol.asyncDispose]();
});

interface Given {
  readonly config?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly prepare?: (archive: string) => Promise<void>;
}

/** A world of its own: a repository with the configuration, and a copy of the signed archive that a case may spoil. */
async function world({ config = repositoryConfig, files = {}, prepare }: Given = {}): Promise<string> {
  const name = `w${Math.random().toString(36).slice(2)}`;
  const folder = place.path(name);
  await cp(delivery, join(folder, 'delivery'), { recursive: true });
  await execute('chmod', ['-R', 'u+w', folder]);
  await prepare?.(join(folder, 'delivery'));
  const configured = config === '' ? {} : { '.consignee/config.yaml': config };
  const all = { ...configured, '.consignee/keys/ocm-signing.pub': publicKey, ...files };
  await createRepository({
    path: join(folder, 'apps.git'),
    files: new Map(Object.entries(all)),
    by: ada,
    at: new Date(),
    environment: readVariables(),
  });
  await writeFile(join(folder, 'consignee.yaml'), serverConfig);
  return folder;
}

async function refsOf(folder: string): Promise<string> {
  return (await execute('git', ['-C', join(folder, 'apps.git'), 'for-each-ref'])).stdout;
}

/** What every message keeps to: it says what to do, and shows no stack. */
function expectClear(text: string): void {
  expect(text).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m);
  expect(text).not.toContain('has a bug');
  expect(text.trim().length).toBeGreaterThan(30);
}

describe('wrong usage and configuration ends with 2', () => {
  test.each<[string, readonly string[], string]>([
    ['no configuration', ['plan', '-c', 'nowhere.yaml'], 'There is no server configuration'],
    ['an unknown command', ['plann'], 'Did you mean plan?'],
    ['an unknown option', ['plan', '--verbos'], 'unknown option'],
    ['an output that is none', ['plan', '--output', 'xml'], 'Allowed choices are text, json'],
    ['a missing argument', ['verify'], "missing required argument 'reference'"],
    ['a reference that names nothing', ['verify', 'podinfo'], 'names no component version'],
    ['an unknown schema', ['schema', 'nothing'], 'server, repository'],
  ])('%s', async (_, words, message) => {
    const { code, err, out } = await runCli(words);
    expect(code).toBe(2);
    expect(err).toContain(message);
    expect(out).toBe('');
    expectClear(err);
  });

  test.each<[string, Given, readonly string[]]>([
    ['an unknown key', { config: `${repositoryConfig}enviroments: {}\n` }, ['config.yaml:5:1', 'environments']],
    ['a bad range', { config: repositoryConfig.replace('>=1.0.0', '>=1.0 <') }, ['config.yaml:4', '>=1.0 <']],
    [
      'a missing key file',
      { config: repositoryConfig.replace('ocm-signing.pub', 'other.pub') },
      ['.consignee/keys/other.pub', 'Commit'],
    ],
    [
      'a key file that is no key',
      { files: { '.consignee/keys/ocm-signing.pub': 'hello' } },
      ['ocm-signing.pub', 'no public key'],
    ],
    ['no verification', { config: repositoryConfig.replace(/verify.*\n/, '') }, ['verify']],
    ['no repository configuration', { config: '' }, ['.consignee/config.yaml']],
    [
      'a lock file that somebody broke',
      { files: { '.consignee/lock/default/podinfo.yaml': 'lock: 7\n' } },
      ['.consignee/lock/default/podinfo.yaml', 'Restore'],
    ],
    [
      'a template set that is not there',
      { config: `${repositoryConfig}templates: mine\n` },
      ['.consignee/templates/mine', 'set.yaml'],
    ],
    ['a setting that comes later', { config: `${repositoryConfig}soak: 1h\n` }, ['soak', 'config.yaml:5']],
    [
      'a template that yields a list where a name belongs',
      { files: { '.consignee/templates/ocm-controller/deploy.yaml': overridden("name: ${{ ['a', 'b'] }}") } },
      ['.consignee/templates/ocm-controller/deploy.yaml:4', 'name'],
    ],
    [
      'a template with an expression that means nothing',
      { files: { '.consignee/templates/ocm-controller/deploy.yaml': overridden('name: ${{ aplication }}') } },
      ['deploy.yaml:4', 'aplication', 'application'],
    ],
  ])('%s', async (_, given, messages) => {
    const folder = await world(given);
    const before = await refsOf(folder);
    const { code, err, out } = await runCli(['run', '-c', join(folder, 'consignee.yaml')]);
    expect(code).toBe(2);
    for (const message of messages) expect(err + out).toContain(message);
    expectClear(err + out);
    expect(await refsOf(folder)).toBe(before);
  });

  function overridden(name: string): string {
    return `apiVersion: delivery.ocm.software/v1alpha1\nkind: FluxDeployer\nmetadata:\n  ${name}\n  namespace: ocm-system\nspec:\n  interval: 10s\n`;
  }

  test('all mistakes of a configuration are told at once, each with its place', async () => {
    const folder = await world({
      config: 'registry: 7\nverfy: []\napplications: { Podinfo: { component: nothing } }\n',
    });
    const { err } = await runCli(['validate', '-c', join(folder, 'consignee.yaml')]);
    for (const place of ['config.yaml:1:1', 'config.yaml:2:1', 'config.yaml:3:']) expect(err).toContain(place);
  });
});

describe('what cannot be reached ends with 1', () => {
  test('a repository that is none', async () => {
    const folder = await world();
    await rm(join(folder, 'apps.git'), { recursive: true });
    const { code, err } = await runCli(['run', '-c', join(folder, 'consignee.yaml')]);
    expect(code).toBe(1);
    expect(err).toContain('no git repository');
    expectClear(err);
  });

  test('a branch that is not there is a wrong configuration', async () => {
    const folder = await world();
    await writeFile(
      join(folder, 'consignee.yaml'),
      serverConfig.replace('url: ./apps.git', 'url: ./apps.git, branch: live'),
    );
    const { code, err } = await runCli(['run', '-c', join(folder, 'consignee.yaml')]);
    expect(code).toBe(2);
    expect(err).toContain('no branch live: it has main');
  });

  test('an archive that is not there', async () => {
    const folder = await world({ prepare: (archive) => rm(archive, { recursive: true }) });
    const { code, out } = await runCli(['run', '-c', join(folder, 'consignee.yaml')]);
    expect(code).toBe(1);
    expect(out).toContain('delivery');
    expectClear(out);
  });
});

describe('one of several applications repositories that cannot be reached', () => {
  async function worldOfTwo(): Promise<string> {
    const folder = await world();
    await writeFile(
      join(folder, 'consignee.yaml'),
      serverConfig.replace('{ apps:', '{ gone: { url: ./gone.git }, apps:'),
    );
    return folder;
  }

  test.each(['plan', 'run', 'status'])('does not keep %s from the others, and is told', async (command) => {
    const folder = await worldOfTwo();
    const { code, out, err } = await runCli([command, '-c', join(folder, 'consignee.yaml')]);
    expect(code).toBe(1);
    expect(out).toContain('default/podinfo');
    expect(err).toMatch(/gone\n {2}Failed: .*no git repository/);
  });

  test('is listed in JSON beside the installations of the others', async () => {
    const folder = await worldOfTwo();
    const { code, out } = await runCli(['run', '-o', 'json', '-c', join(folder, 'consignee.yaml')]);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      installations: [{ repository: 'apps', decision: { kind: 'open' } }],
      failures: [{ repository: 'gone', code: 'forge-unreachable', message: expect.stringContaining('gone') }],
    });
  });
});

describe('a failure for programs', () => {
  test('is JSON on the output, and text beside it', async () => {
    const { code, out, err } = await runCli(['plan', '-o', 'json', '-c', 'nowhere.yaml']);
    expect(code).toBe(2);
    expect(JSON.parse(out)).toEqual({
      failure: {
        code: 'configuration',
        message: expect.stringContaining('nowhere.yaml'),
        remedy: expect.stringContaining('--config'),
        place: null,
        findings: [],
      },
    });
    expect(err).toContain('There is no server configuration');
  });

  test('holds every finding with its place', async () => {
    const folder = await world({ config: 'registry: 7\nverfy: []\napplications: {}\n' });
    const { out } = await runCli(['validate', '-o', 'json', '-c', join(folder, 'consignee.yaml')]);
    const { failure } = JSON.parse(out);
    expect(failure.findings).toContainEqual(
      expect.objectContaining({ place: expect.objectContaining({ file: '.consignee/config.yaml', line: 2 }) }),
    );
  });
});

/** Publishes one version, made by `change`, in place of the signed ones. */
async function republish(archive: string, options: Parameters<typeof descriptorData>[0], tag: string): Promise<void> {
  await rm(archive, { recursive: true });
  const note = Buffer.from('good morning');
  const version = publishable(signed(descriptorData({ ...options, note }), createKeyPair()), [note]);
  await createArchiveWriter().add(archive, {
    ...version,
    component: 'ocm.software/demos/podinfo' as typeof version.component,
    tag,
  });
}

async function changeBlob(archive: string): Promise<void> {
  const blob = join(archive, 'blobs/sha256.9d4bf64dd33ec0ee231494c459d1d060c465cf7d23e082fee6061d3ac8f4ca62');
  const bytes = await readFile(blob);
  bytes[20] = (bytes[20] ?? 0) ^ 1;
  await writeFile(blob, bytes);
}

async function cutShort(archive: string): Promise<void> {
  const bytes = await readFile(join(demo, 'podinfo.tgz'));
  await rm(archive, { recursive: true });
  await writeFile(archive, bytes.subarray(0, 3000));
}

describe('content that is bad ends with 3, and nothing is written', () => {
  test.each<[string, Given, readonly string[]]>([
    ['an archive cut short', { prepare: cutShort }, ['gitea.ocm.dev/software-consumer', 'gzip data is broken']],
    ['a blob whose bytes changed', { prepare: changeBlob }, ['digest-mismatch', 'manifests']],
    [
      'an archive without an index',
      { prepare: (archive) => rm(join(archive, 'artifact-index.json')) },
      ['artifact-index.json'],
    ],
    [
      'a descriptor for another component',
      { prepare: (archive) => republish(archive, { name: 'example.org/other' }, 'v1.0.0') },
      ['identity-mismatch', 'example.org/other'],
    ],
    [
      'a signature by another key',
      {
        config: repositoryConfig.replace('ocm-signing,', 'release,'),
        prepare: (archive) => republish(archive, { name: 'ocm.software/demos/podinfo' }, 'v1.0.0'),
      },
      ['signature-invalid', 'signature release'],
    ],
    [
      'a signature that is not there',
      { prepare: (archive) => republish(archive, { name: 'ocm.software/demos/podinfo' }, 'v1.0.0') },
      ['not-signed', 'release'],
    ],
    [
      'an empty registry',
      { prepare: (archive) => writeFile(join(archive, 'artifact-index.json'), '{"schemaVersion":1,"artifacts":[]}') },
      ['has no version of ocm.software/demos/podinfo'],
    ],
  ])('%s', async (_, given, messages) => {
    const folder = await world(given);
    const before = await refsOf(folder);
    const { code, out, err } = await runCli(['run', '-c', join(folder, 'consignee.yaml')]);
    expect(code).toBe(3);
    for (const message of messages) expect(out + err).toContain(message);
    expectClear(out);
    expect(await refsOf(folder)).toBe(before);
    const planned = JSON.parse((await runCli(['plan', '--output', 'json', '-c', join(folder, 'consignee.yaml')])).out);
    expect(planned.installations).toMatchObject([
      { environment: 'default', application: 'podinfo', pullRequest: null },
    ]);
  });

  test('a registry that lost a version it had', async () => {
    const folder = await world();
    const config = ['-c', join(folder, 'consignee.yaml')];
    await runCli(['run', ...config]);
    const index = join(folder, 'delivery/artifact-index.json');
    const { artifacts, ...rest } = JSON.parse(await readFile(index, 'utf8'));
    await writeFile(
      index,
      JSON.stringify({ ...rest, artifacts: artifacts.filter((it: { tag: string }) => it.tag !== 'v1.1.0') }),
    );
    const before = await refsOf(folder);
    const { code, out } = await runCli(['run', ...config]);
    expect(code).toBe(3);
    expect(out).toContain('lost v1.1.0');
    expect(await refsOf(folder)).toBe(before);
  });
});

describe('what cannot be written', () => {
  test('is a failure of this machine, not a bug', async () => {
    await place.write({ 'a-file': '' });
    const { code, err } = await runCli(['demo', '-d', place.path('a-file', 'below')]);
    expect(code).not.toBe(0);
    expect(err).toContain(place.path('a-file', 'below'));
    expectClear(err);
  });

  test.each([
    ['EACCES', 1],
    ['ENOSPC', 1],
    ['EROFS', 1],
  ])('%s is told with the path', (code, exitCode) => {
    const failure = asFailure(Object.assign(new Error(`${code}: x`), { code, path: '/data/store' }));
    expect(failure).toMatchObject({ code: 'local', exitCode, message: expect.stringContaining('/data/store') });
  });

  test('any other error stays a bug', () => {
    expect(asFailure(new TypeError('x is not a function'))).toBeUndefined();
    expect(asFailure(Object.assign(new Error('x'), { code: 'ERR_INVALID_ARG_TYPE' }))).toBeUndefined();
  });
});

describe('what people do is left alone, and said', () => {
  test('an example in a remedy keeps its lines', async () => {
    const folder = await world({ config: '' });
    const { err } = await runCli(['plan', '-c', join(folder, 'consignee.yaml')]);
    expect(err).toMatch(/^ {2}registry: .*\n {2}verify: .*\n {2}applications: .*$/m);
  });

  test('a comment without text is wrong usage', async () => {
    const folder = await world();
    const { code, err } = await runCli(['pull', 'comment', '1', ' ', '-c', join(folder, 'consignee.yaml')]);
    expect(code).toBe(2);
    expect(err).toContain('has no text');
  });

  test('the state of an installation that failed takes one line of the width', async () => {
    const folder = await world({ prepare: (archive) => rm(archive, { recursive: true }) });
    const { out } = await runCli(['status', '-c', join(folder, 'consignee.yaml')]);
    const lines = out.trimEnd().split('\n');
    expect(lines).toHaveLength(2);
    expect(lines[1]).toContain('failed: ');
    expect(lines[1]?.length).toBeLessThanOrEqual(120);
  });

  test('files that a person edited are not written over', async () => {
    const folder = await world();
    const config = ['-c', join(folder, 'consignee.yaml')];
    await runCli(['run', ...config]);
    await runCli(['pull', 'merge', '1', '--as', 'Ada <ada@example.org>', ...config]);
    const clone = join(folder, 'clone');
    await execute('git', ['clone', '--quiet', join(folder, 'apps.git'), clone]);
    await writeFile(join(clone, 'components/podinfo/deploy.yaml'), 'kind: Nothing\n');
    await execute('git', [
      '-C',
      clone,
      '-c',
      'user.name=Ada',
      '-c',
      'user.email=ada@example.org',
      'commit',
      '--quiet',
      '-am',
      'Edit',
    ]);
    await execute('git', ['-C', clone, 'push', '--quiet']);
    const { code, out } = await runCli(['run', ...config]);
    expect(out.replace(/\s+/g, ' ')).toContain('Kept as people changed it: components/podinfo/deploy.yaml');
    expect(code).toBe(0);
    const { stdout } = await execute('git', [
      '-C',
      join(folder, 'apps.git'),
      'show',
      'main:components/podinfo/deploy.yaml',
    ]);
    expect(stdout).toBe('kind: Nothing\n');
  });

  test('one installation that fails does not keep the others from theirs', async () => {
    const folder = await world({
      config: `${repositoryConfig}  other: { component: ocm.software/demos/podinfo, registry: broken.example.org }\n`,
    });
    const { code, out } = await runCli(['run', '--output', 'json', '-c', join(folder, 'consignee.yaml')]);
    const { installations } = JSON.parse(out);
    expect(code).toBe(1);
    expect(installations).toMatchObject([
      { application: 'podinfo', decision: { kind: 'open' }, pullRequest: { number: 1 } },
      { application: 'other', decision: { kind: 'fail', because: 'registry-unreachable' } },
    ]);
  });

  test('a value with YAML syntax in it stays a value', async () => {
    const hostile = 'a: b # c\n---\n- !!x &y "z" ${{ application }}';
    const folder = await world({
      config: `${repositoryConfig}pullSecret: ${JSON.stringify('no')}\n`,
      files: { 'values.yaml': `other: ${JSON.stringify(hostile)}\n` },
    });
    const config = ['-c', join(folder, 'consignee.yaml')];
    const { out } = await runCli(['render', 'default/podinfo', '--output', 'json', ...config]);
    const { files } = JSON.parse(out);
    expect(files['components/podinfo/component_version.yaml']).toContain('name: "no"');
    expect(files['values.yaml']).toContain(`other: ${JSON.stringify(hostile)}\n`);
  });
});
