import { describe, expect, test } from 'vitest';
import { createPinned, manifests } from '../../support/pinned-world.ts';
import { createWorld, expectNothingWritten, install, type World } from '../../support/world.ts';

const lockPath = '.consignee/lock/default/podinfo.yaml';
const file = 'apps/podinfo.yaml';

const generations = [1, 2] as const;

async function why(world: World): Promise<string> {
  const [result] = await world.pass({ mode: 'plan' });
  const { outcome } = result ?? {};
  if (outcome?.kind === 'failed') return `${outcome.failure.message} ${outcome.failure.remedy}`;
  return outcome?.decision.detail ?? '';
}

const changedIn = async (world: World, ref: string) =>
  (await world.git.git('diff', '--name-only', 'main', ref)).trim().split('\n');

describe.each(generations)('a manifest of generation %i', (generation) => {
  const manifest = manifests[generation];

  test('is adopted, updated, merged and in sync, and nothing but the version changes', async () => {
    await using world = await createPinned({ files: { [file]: manifest('v1.0.0') } });
    expect(await world.step()).toBe('open');
    const branch = 'consignee/default/podinfo';
    expect(await changedIn(world, branch)).toEqual([lockPath.replace('.yaml', '.evidence.json'), lockPath]);
    await world.merge();
    await expectNothingWritten(world, 'leave in-sync');

    await install(world, 'v1.1.0');
    expect(await world.read('main', file)).toBe(manifest('v1.1.0'));
    const lock = await world.lock('main');
    expect(lock).toMatchObject({ version: 'v1.1.0', templates: 'pin', pinned: file, files: [], parameters: [] });
    await expectNothingWritten(world, 'leave in-sync');
    const [pullRequest] = (await world.pullRequests()).filter(({ number }) => number === 2);
    expect(pullRequest?.title).toBe('default/podinfo v1.0.0 → v1.1.0');
    expect(pullRequest?.body).toContain('v1.1.0');
  });

  test('takes edits elsewhere in the file, and keeps them', async () => {
    await using world = await createPinned({ files: { [file]: manifest('v1.0.0') } });
    await world.step();
    await world.merge();
    const edited = (version: string) => `# mine\n${manifest(version).replace('10m', '5m')}`;
    await world.person.commit('main', { [file]: edited('v1.0.0') });
    await expectNothingWritten(world, 'leave in-sync');
    await install(world, 'v1.1.0');
    expect(await world.read('main', file)).toBe(edited('v1.1.0'));
  });

  test('with another version than the lock file is left alone, until both say the same', async () => {
    await using world = await createPinned({ files: { [file]: manifest('v1.0.0') } });
    await world.step();
    await world.merge();
    await world.person.commit('main', { [file]: manifest('v0.9.0') });
    await expectNothingWritten(world, 'refuse pinned-otherwise');
    expect(await why(world)).toMatch(
      /^apps\/podinfo\.yaml:\d+ has "v0\.9\.0", and \.consignee\/lock\/default\/podinfo\.yaml says that v1\.0\.0 is installed\. .*Put v1\.0\.0 back;/,
    );
    await world.publish('v1.1.0');
    await expectNothingWritten(world, 'refuse pinned-otherwise');
    await world.person.commit('main', { [file]: manifest('v1.0.0') });
    expect(await world.step()).toBe('open');
  });

  test('that somebody changed to the candidate by hand needs the lock file alone', async () => {
    await using world = await createPinned({ files: { [file]: manifest('v1.0.0') } });
    await world.step();
    await world.merge();
    await world.publish('v1.1.0');
    await world.person.commit('main', { [file]: manifest('v1.1.0') });
    expect(await world.step()).toBe('open');
    expect(await changedIn(world, 'consignee/default/podinfo')).not.toContain(file);
    await world.merge();
    expect(await world.step()).toBe('leave in-sync');
    expect((await world.lock('main'))?.version).toBe('v1.1.0');
  });

  test('that is newer than the lock file is taken for installed once it is the candidate', async () => {
    await using world = await createPinned({ files: { [file]: manifest('v1.0.0') } });
    await world.step();
    await world.merge();
    for (const version of ['v1.1.0', 'v1.2.0']) await world.publish(version);
    await world.person.commit('main', { [file]: manifest('v1.1.0') });
    await expectNothingWritten(world, 'refuse pinned-otherwise');
    const config = (await world.read('main', '.consignee/config.yaml')) ?? '';
    await world.person.commit('main', { '.consignee/config.yaml': `${config}skip: [v1.2.0]\n` });
    expect(await world.step()).toBe('open');
    expect(await changedIn(world, 'consignee/default/podinfo')).not.toContain(file);
  });

  test('that was moved is found again', async () => {
    await using world = await createPinned({ files: { [file]: manifest('v1.0.0') } });
    await world.step();
    await world.merge();
    await world.person.commit('main', { [file]: undefined, 'deep/er/x.yml': manifest('v1.0.0') });
    await expectNothingWritten(world, 'leave in-sync');
    await install(world, 'v1.1.0');
    expect(await world.read('main', 'deep/er/x.yml')).toBe(manifest('v1.1.0'));
    expect((await world.lock('main'))?.pinned).toBe('deep/er/x.yml');
  });

  test('that names a range does not tell what runs, and is asked for', async () => {
    await using world = await createPinned({ files: { [file]: manifest('">=1.0.0"') } });
    await expectNothingWritten(world, 'failed configuration');
    expect(await why(world)).toContain(
      'is ">=1.0.0", a range, which does not tell the version that runs. Pin it to the version that runs now',
    );
  });

  test('that was loosened to a range is pinned again', async () => {
    await using world = await createPinned({ files: { [file]: manifest('v1.0.0') } });
    await world.step();
    await world.merge();
    await world.person.commit('main', { [file]: manifest('"~1.0"') });
    expect(await world.step()).toBe('open');
    expect(await world.step()).toBe('leave waiting-for-merge');
    await world.merge();
    expect(await world.read('main', file)).toBe(manifest('"v1.0.0"'));
    expect(await world.step()).toBe('leave in-sync');
    await world.person.commit('main', { [file]: manifest('">=2.0.0"') });
    expect(await world.step()).toBe('refuse pinned-otherwise');
  });

  test('that is newer than anything that may be installed is not taken back', async () => {
    await using world = await createPinned({ files: { [file]: manifest('v1.5.0') } });
    await expectNothingWritten(world, 'refuse pinned-otherwise');
    expect(await why(world)).toContain('has v1.5.0, which is newer than v1.0.0');
  });

  test('that is older than the candidate is updated at once', async () => {
    await using world = await createPinned({ files: { [file]: manifest('v1.0.0') }, versions: ['v1.0.0', 'v1.1.0'] });
    expect(await world.step()).toBe('open');
    expect(await world.read('consignee/default/podinfo', file)).toBe(manifest('v1.1.0'));
  });
});

describe('an installation is held, and told what to do,', () => {
  test.each<[string, Readonly<Record<string, string>>, RegExp]>([
    [
      'without an object',
      { 'a.yaml': 'kind: Other\n' },
      /^No ComponentVersion or Component in this repository deploys/,
    ],
    [
      'without one that can be read',
      { 'a.yaml': manifests[1]('v1.0.0').replace('spec:', 'spec: [') },
      /a\.yaml name it, and cannot be read as YAML\./,
    ],
    [
      'with two of them',
      { 'a.yaml': manifests[1]('v1.0.0'), 'b/c.yaml': manifests[1]('v1.0.0') },
      /deployed 2 times: by ComponentVersion in a\.yaml:10, ComponentVersion in b\/c\.yaml:10\. Keep one of them/,
    ],
    [
      'with two in one file, of both generations',
      { 'a.yaml': `${manifests[1]('v1.0.0')}---\n${manifests[2]('v1.0.0')}` },
      /ComponentVersion in a\.yaml:10, Component in a\.yaml:22/,
    ],
    [
      'with a variable in the field',
      { 'a.yaml': manifests[1]('"${podinfo_version}"') },
      /v1\.0\.0 cannot be written to a\.yaml: spec\.version\.semver is filled in by something else\. Write spec\.version\.semver as a plain version/,
    ],
    ['with no version in the field', { 'a.yaml': manifests[1]('latest') }, /is "latest", no version, and no range/],
  ])('%s', async (_, files, message) => {
    await using world = await createPinned({ files });
    await expectNothingWritten(world, 'failed configuration');
    expect(await why(world)).toMatch(message);
  });

  test('when a second object was added, before anything more is proposed', async () => {
    await using world = await createPinned({ files: { [file]: manifests[1]('v1.0.0') } });
    await world.step();
    await world.merge();
    await world.person.commit('main', { 'apps/second.yaml': manifests[1]('v1.0.0') });
    await world.publish('v1.1.0');
    await expectNothingWritten(world, 'failed configuration');
    expect(await why(world)).toContain('is deployed 2 times: by ComponentVersion in apps/podinfo.yaml:10');
    await world.person.commit('main', { 'apps/second.yaml': undefined });
    expect(await world.step()).toBe('open');
  });

  test('when the candidate cannot be pinned in its generation', async () => {
    await using first = await createPinned({ files: { [file]: manifests[1]('v1.0.0') }, versions: ['v1.1'] });
    expect(await first.step()).toBe('failed content');
    await using second = await createPinned({ files: { [file]: manifests[2]('v1.0.0') }, versions: ['v1.1'] });
    expect(await second.step()).toBe('open');
    expect(await second.read('consignee/default/podinfo', file)).toBe(manifests[2]('v1.1'));
  });

  test('when it was managed in the other way before', async () => {
    await using world = await createPinned({ files: { [file]: manifests[1]('v1.0.0') } });
    await world.step();
    await world.merge();
    const config = (await world.read('main', '.consignee/config.yaml')) ?? '';
    await world.person.commit('main', { '.consignee/config.yaml': config.replace('manage: pin', 'manage: render') });
    await expectNothingWritten(world, 'failed configuration');
    expect(await why(world)).toContain('is to be rendered, and is deployed by apps/podinfo.yaml, which is yours');
    const moved = 'apps/moved.yaml';
    await world.person.commit('main', { [file]: 'kind: Other\n', [moved]: manifests[1]('v1.0.0') });
    await expectNothingWritten(world, 'failed configuration');
    expect(await why(world)).toContain(
      `remove the ComponentVersion from ${moved}: both would deploy example.org/podinfo.`,
    );
    await world.person.commit('main', { [moved]: 'kind: Other\n' });
    expect(await world.step()).toBe('open');
  });
});

test('rendered manifests become people’s own with the setting, and none of them is removed', async () => {
  await using world = await createWorld();
  await install(world, 'v1.0.0');
  const config = (await world.read('main', '.consignee/config.yaml')) ?? '';
  const rendered = 'components/podinfo/component_version.yaml';
  const text = (await world.read('main', rendered)) ?? '';
  await world.person.commit('main', {
    '.consignee/config.yaml': `${config}manage: pin\n`,
    [rendered]: `# mine\n${text}`,
  });
  expect(await world.step()).toBe('leave in-sync');
  await install(world, 'v1.1.0');
  expect(await changedIn(world, 'main~1')).toEqual([lockPath.replace('.yaml', '.evidence.json'), lockPath, rendered]);
  expect(await world.read('main', rendered)).toBe(`# mine\n${text.replace('semver: v1.0.0', 'semver: v1.1.0')}`);
  expect(await world.lock('main')).toMatchObject({ pinned: rendered, files: [] });
});

test('what lies in the folder of another environment belongs to that one', async () => {
  const environments = 'environments: { default: { path: . }, dev: { path: envs/dev } }\n';
  const files = { [file]: manifests[1]('v1.0.0'), 'envs/dev/podinfo.yaml': manifests[1]('v1.1.0') };
  await using world = await createPinned({ files, environments, versions: ['v1.1.0'] });
  expect(await world.steps()).toEqual(['open', 'open']);
  expect(await changedIn(world, 'consignee/default/podinfo')).toContain(file);
  expect(await changedIn(world, 'consignee/dev/podinfo')).toEqual([
    '.consignee/lock/dev/podinfo.evidence.json',
    '.consignee/lock/dev/podinfo.yaml',
  ]);
});

test('a commit that nobody recorded is recognised, and one with a byte changed is not', async () => {
  await using world = await createPinned({ files: { [file]: manifests[1]('v1.0.0') }, versions: ['v1.1.0'] });
  expect(await world.step()).toBe('open');
  await world.loseStore();
  expect(await world.step()).toBe('leave waiting-for-merge');
  const text = (await world.read('consignee/default/podinfo', file)) ?? '';
  await world.person.git('fetch', '-q');
  const parent = (await world.git.git('rev-parse', 'main')).trim();
  await world.person.git('checkout', '-q', '-B', 'forged', 'origin/consignee/default/podinfo');
  await world.person.commit('consignee/default/podinfo', { [file]: text.replace('team web', 'team wob') });
  const tree = (await world.git.git('rev-parse', 'consignee/default/podinfo^{tree}')).trim();
  const forged = (await world.git.git('commit-tree', '-p', parent, '-m', 'forged', tree)).trim();
  await world.git.git('update-ref', 'refs/heads/consignee/default/podinfo', forged);
  expect(await world.step()).toBe('leave branch-has-other-commits');
});

test('a pass reads nothing else of the repository than the one file', async () => {
  await using world = await createPinned({ files: { [file]: manifests[1]('v1.0.0'), 'other.yaml': 'a: 1\n' } });
  await world.step();
  await world.merge();
  const read: string[] = [];
  await world.step({
    wrap: (ports) => {
      const { content } = ports.forge;
      const readBlobs: typeof content.readBlobs = (ids) => {
        read.push(...ids);
        return content.readBlobs(ids);
      };
      return { ...ports, forge: { ...ports.forge, content: { ...content, readBlobs } } };
    },
  });
  const idOf = async (path: string) => (await world.git.git('rev-parse', `main:${path}`)).trim();
  expect(read).toContain(await idOf(file));
  expect(read).not.toContain(await idOf('other.yaml'));
});

test('two objects in one file are two installations, proposed and merged one after the other', async () => {
  const two = (one: string, other: string) =>
    `${manifests[1](one)}---\n${manifests[1](other).replaceAll('podinfo', 'second')}`;
  const environments = 'environments: { default: { path: apps } }\n';
  const config = `  second: { component: example.org/second }\nmanage: pin\n${environments}`;
  await using world = await createWorld({ config });
  for (const version of ['v1.0.0', 'v1.1.0'])
    for (const name of ['example.org/podinfo', 'example.org/second']) await world.publish(version, { name });
  await world.person.commit('main', { [file]: two('v1.0.0', 'v1.0.0') });
  expect(await world.steps()).toEqual(['open', 'open']);
  await world.merge();
  expect(await world.steps()).toEqual(['leave in-sync', 'leave waiting-for-merge']);
  await world.person.merge('consignee/default/second', 'main');
  expect(await world.steps()).toEqual(['leave in-sync', 'leave in-sync']);
  expect(await world.read('main', file)).toBe(two('v1.1.0', 'v1.1.0'));
});

test('a merge that is reverted in git takes the lock file back, and its version is not proposed again', async () => {
  await using world = await createPinned({ files: { [file]: manifests[1]('v1.0.0') } });
  await world.step();
  await world.merge();
  await install(world, 'v1.1.0');
  await world.person.git('pull', '-q', 'origin', 'main');
  await world.person.git('checkout', '-q', '-B', 'main', 'origin/main');
  await world.person.git('revert', '--no-edit', '-m', '1', 'HEAD');
  await world.person.git('push', '-q', 'origin', 'main');
  expect(await world.read('main', file)).toBe(manifests[1]('v1.0.0'));
  await expectNothingWritten(world, 'leave in-sync');
  await world.publish('v1.2.0');
  expect(await world.step()).toBe('open');
});

test('is merged automatically, and in sync after that', async () => {
  await using world = await createPinned({
    files: { [file]: manifests[2]('v1.0.0') },
    versions: ['v1.0.0', 'v1.1.0'],
    environments: 'merge: automatic\n',
  });
  expect(await world.step()).toBe('open');
  expect(await world.step()).toBe('merge');
  expect(await world.step()).toBe('leave in-sync');
  expect(await world.read('main', file)).toBe(manifests[2]('v1.1.0'));
});
