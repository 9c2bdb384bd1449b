import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createArchiveWriter } from '../../src/adapters/ctf/write-archive.ts';
import { createKeyPair } from '../builders/component-version.ts';
import { podinfoVersion } from '../builders/podinfo-version.ts';
import { createWorkplace, runCli, type Workplace } from '../support/cli.ts';
import { createGitWorld, type GitWorld } from '../support/git-world.ts';

const execute = promisify(execFile);
const keys = createKeyPair();
let place: Workplace;
let world: GitWorld;

/** Ten components as people deploy them: in both generations, in several layouts, pinned or with a range. */
const manifests: Readonly<Record<string, string>> = {
  'clusters/kind/dev.yaml': flux('environments/dev'),
  'clusters/kind/prod.yaml': flux('environments/prod'),
  'environments/dev/one.yaml': first('one', 'v1.0.0 # since May'),
  'environments/prod/one.yaml': first('one', '"v1.0.0"'),
  'environments/dev/two.yaml': `# two\n\n---\n${first('two', "'1.0.0'")}---\nkind: Other\n`,
  'environments/dev/three.yml': first('three', 'v1.0.0').replaceAll('\n', '\r\n'),
  'environments/dev/deep/er/four.yaml': `kind: List\napiVersion: v1\nitems:\n- ${first('four', 'v1.0.0').trimEnd().replaceAll('\n', '\n  ')}\n`,
  'environments/dev/five.yaml': second('five', 'v1.0.0'),
  'environments/prod/six.yaml': second('six', '"v1.0.0"'),
  'environments/dev/seven.yaml': first('seven', '">=1.0.0, <2.0.0"'),
  'environments/dev/eight.yaml': second('eight', '~1.0'),
  'environments/dev/nine.yaml': first('nine', '${version}'),
  'environments/dev/ten.yaml': first('ten', 'v1.0.0'),
  'environments/dev/ten-again.yaml': first('ten', 'v1.0.0'),
};
const names = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'];

function first(name: string, semver: string): string {
  return `apiVersion: delivery.ocm.software/v1alpha1
kind: ComponentVersion
metadata: { name: ${name}, namespace: ocm-system }
spec:
  component: example.org/${name}
  interval:   10m
  version:
    semver: ${semver}
  repository: { url: registry.example.org/consumer }
  verify: [{ name: release, publicKey: { secretRef: { name: keys } } }]
`;
}

function second(name: string, semver: string): string {
  return `apiVersion: delivery.ocm.software/v1alpha1
kind: Component
metadata: { name: ${name} }
spec: { component: example.org/${name}, repositoryRef: { name: all }, semver: ${semver}, interval: 10m }
`;
}

function flux(path: string): string {
  return `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: { name: ${path.replace('/', '-')}, namespace: flux-system }
spec: { path: ./${path}, sourceRef: { kind: GitRepository, name: flux-system }, interval: 10m, prune: true }
`;
}

const publish = async (version: string, ...some: readonly string[]) => {
  for (const name of some)
    await createArchiveWriter().add(
      place.path('delivery.ctf'),
      podinfoVersion(version, { name: `example.org/${name}` }, keys),
    );
};

beforeAll(async () => {
  place = await createWorkplace();
  world = await createGitWorld();
  await publish('v1.0.0', ...names);
  await world.person.commit('main', manifests);
  await place.write({
    'release.pub': keys.publicKey,
    'consignee.yaml': `applicationsRepositories: { apps: { url: "${world.bare}" } }
registries: { registry.example.org/consumer: { archive: delivery.ctf } }
`,
  });
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await place[Symbol.asyncDispose]();
});

const call = (...words: readonly string[]) => runCli([...words, '-c', place.path('consignee.yaml')]);
const init = (...words: readonly string[]) =>
  call('init', '--public-key', `release=${place.path('release.pub')}`, ...words);
const merge = (number: number) => call('pull', 'merge', String(number), '--as', 'Mira <mira@example.org>');
const git = async (...words: readonly string[]) => (await execute('git', ['-C', world.bare, ...words])).stdout;
const show = (path: string) => git('show', `main:${path}`);

async function decisions(command: 'plan' | 'run'): Promise<Readonly<Record<string, string>>> {
  const { out } = await call(command, '-o', 'json');
  const { installations } = JSON.parse(out) as {
    installations: { environment: string; application: string; decision: { kind: string; because?: string } }[];
  };
  return Object.fromEntries(
    installations.map(({ environment, application, decision }) => [
      `${environment}/${application}`,
      [decision?.kind ?? 'fail configuration', ...(decision?.because ? [decision.because] : [])].join(' '),
    ]),
  );
}

const wanted = [
  'dev/eight: environments/dev/eight.yaml:4 has "~1.0", which does not tell what runs.',
  'dev/nine: environments/dev/nine.yaml:8 has a spec.version.semver that is filled in by something else',
  'dev/ten: example.org/ten is deployed 2 times: by ComponentVersion in environments/dev/ten-again.yaml:8',
];

test('a dry run shows the lock files, and what is missing, and writes nothing', async () => {
  const refs = await git('show-ref');
  const { code, out, err } = await init('--dry-run', '--installed', 'dev/seven=v1.0.0', '-o', 'json');
  expect(code).toBe(0);
  const { files } = JSON.parse(out);
  expect(Object.keys(files).filter((it) => it.endsWith('one.yaml'))).toEqual([
    '.consignee/lock/dev/one.yaml',
    '.consignee/lock/prod/one.yaml',
  ]);
  expect(files['.consignee/config.yaml']).toContain('  one: { component: example.org/one, manage: pin }\n');
  expect(files['.consignee/config.yaml']).toContain(
    '  seven: { component: example.org/seven, manage: pin, versions: ">=1.0.0, <2.0.0", in: { dev: {} } }\n',
  );
  for (const line of wanted) expect(err).toContain(line);
  expect(err.trim().split('\n')).toHaveLength(3);
  expect(await git('show-ref')).toBe(refs);
});

test('what runs is adopted with lock files, and not a byte of the manifests is changed', async () => {
  const { code, out } = await init('--installed', 'dev/seven=v1.0.0');
  expect(code).toBe(0);
  expect(out).toContain('Adopted with your own manifests: dev/five at v1.0.0, dev/four at v1.0.0, dev/one at v1.0.0');
  const flat = out.replaceAll(/\s+/g, ' ');
  for (const line of wanted) expect(flat).toContain(line);
  const changed = (await git('diff', '--name-status', 'main', 'consignee/init')).trim().split('\n');
  expect(changed.every((it) => /^A\t\.consignee\//.test(it))).toBe(true);
  expect(changed.filter((it) => it.endsWith('evidence.json'))).toHaveLength(8);
  expect((await merge(1)).code).toBe(0);
  for (const [path, text] of Object.entries(manifests)) expect(await show(path)).toBe(text);
});

test('the commit that adopted them is verified, offline', async () => {
  const { out, code } = await call('verify-render', '-o', 'json');
  const { installations } = JSON.parse(out) as { installations: { application: string; result: string }[] };
  const odd = installations.filter(({ result }) => result !== 'reproduced').map(({ application }) => application);
  expect([code, odd.toSorted()]).toEqual([0, ['eight', 'nine', 'ten']]);
});

test('what was adopted is in sync, a range is pinned, and the others are told what they need', async () => {
  expect(await decisions('plan')).toEqual({
    'dev/one': 'leave in-sync',
    'prod/one': 'leave in-sync',
    'dev/two': 'leave in-sync',
    'dev/three': 'leave in-sync',
    'dev/four': 'leave in-sync',
    'dev/five': 'leave in-sync',
    'prod/six': 'leave in-sync',
    'dev/seven': 'open',
    'dev/eight': 'fail configuration',
    'dev/nine': 'fail configuration',
    'dev/ten': 'fail configuration',
  });
});

test('a range that is left is adopted by the configuration that is there', async () => {
  expect((await init()).out).toContain('The repository has a configuration, .consignee/config.yaml');
  const wrong = await init('--installed', 'dev/eight=v2.0.0');
  expect(wrong.out.replaceAll(/\s+/g, ' ')).toContain(
    'dev/eight: environments/dev/eight.yaml:4 has "~1.0", so v2.0.0 does not run.',
  );
  const { out, code } = await init('--installed', 'dev/eight=v1.0.0');
  expect([code, out]).toEqual([0, expect.stringContaining('Pull request #2 proposes lock files.')]);
  expect((await merge(2)).code).toBe(0);
  expect(await show('environments/dev/eight.yaml')).toBe(manifests['environments/dev/eight.yaml']);
  expect((await decisions('plan'))['dev/eight']).toBe('open');
});

test('the next version changes nothing but the version', async () => {
  await publish('v1.1.0', 'one', 'three', 'four', 'five');
  await decisions('run');
  const { out } = await call('pull', 'list', '-o', 'json');
  const { pullRequests } = JSON.parse(out) as { pullRequests: { number: number; title: string }[] };
  expect(pullRequests.map(({ title }) => title).toSorted()).toEqual([
    'dev/eight v1.0.0 (configuration)',
    'dev/five v1.0.0 → v1.1.0',
    'dev/four v1.0.0 → v1.1.0',
    'dev/one v1.0.0 → v1.1.0',
    'dev/seven v1.0.0 (configuration)',
    'dev/three v1.0.0 → v1.1.0',
    'prod/one v1.0.0 → v1.1.0',
  ]);
  for (const { number } of pullRequests) expect((await merge(number)).code).toBe(0);
  for (const [path, text] of Object.entries(manifests)) {
    const file = path.split('/').at(-1) ?? '';
    const updated = /^(?:one|three|four|five)\./.test(file) ? text.replace('v1.0.0', 'v1.1.0') : text;
    const pinned = updated.replace('">=1.0.0, <2.0.0"', '"v1.0.0"').replace('~1.0', 'v1.0.0');
    expect(await show(path)).toBe(pinned);
  }
  expect(new Set(Object.values(await decisions('plan')))).toEqual(new Set(['leave in-sync', 'fail configuration']));
  expect((await call('verify-render')).code).toBe(0);
});

test('a version that nobody signed is not adopted, and the others are', async () => {
  await using other = await createGitWorld();
  await other.person.commit('main', { 'one.yaml': first('one', 'v1.0.0'), 'bad.yaml': first('bad', 'v1.0.0') });
  const bad = podinfoVersion('v1.0.0', { name: 'example.org/bad', tampered: true }, keys);
  await createArchiveWriter().add(place.path('delivery.ctf'), bad);
  const text = await readFile(place.path('consignee.yaml'), 'utf8');
  await place.write({ 'other.yaml': text.replace(world.bare, other.bare) });
  const { out, code } = await runCli([
    'init',
    '-c',
    place.path('other.yaml'),
    '--public-key',
    `release=${place.path('release.pub')}`,
    ...['--component', 'example.org/one', '--component', 'example.org/bad'],
  ]);
  expect(code).toBe(0);
  expect(out).toContain('Adopted with your own manifests: default/one at v1.0.0.');
  expect(out.replaceAll(/\s+/g, ' ')).toContain('default/bad: v1.0.0, which runs, is not proved whole and signed.');
});

test.each(['dev/one', 'one=v1.0.0', 'dev/one=latest', 'dev/one=v1.0.0=v1.1.0'])(
  '--installed %s is refused',
  async (written) => {
    expect(await init('--installed', written)).toMatchObject({
      code: 2,
      err: expect.stringContaining('is not of the form'),
    });
  },
);
