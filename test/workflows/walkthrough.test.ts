import { describe, expect } from 'vitest';
import { branch, createWorld, expectNothingWritten, install, test, type World } from '../support/world.ts';

describe.concurrent('one installation', () => {
  test('a first version is one pull request with manifests, lock file, evidence and values', async ({ world }) => {
    await world.publish('v1.0.0', { parameters: { replicas: 1, message: 'Hello' } });
    expect(await world.step()).toBe('open');
    const [pullRequest, ...others] = await world.pullRequests();
    expect(others).toEqual([]);
    expect(pullRequest).toMatchObject({
      number: 1,
      state: 'open',
      title: 'default/podinfo v1.0.0 (installation)',
      head: branch,
      labels: ['consignee'],
    });
    expect(await filesChanged(world)).toEqual([
      '.consignee/lock/default/podinfo.evidence.json',
      '.consignee/lock/default/podinfo.yaml',
      'clusters/kind/podinfo_component.yaml',
      'components/podinfo/component_version.yaml',
      'components/podinfo/configure.yaml',
      'components/podinfo/deploy.yaml',
      'components/podinfo/localize.yaml',
      'values.yaml',
    ]);
    expect(await world.read(branch, 'values.yaml')).toBe('podinfo:\n  replicas: 1\n  message: Hello\n');
    expect(await world.lock(branch)).toMatchObject({ version: 'v1.0.0', parameters: ['replicas', 'message'] });
  });

  test('the commit of a proposal is one, lies on the base branch, and says in trailers what it rests on', async ({
    world,
  }) => {
    await world.publish('v1.0.0');
    await world.step();
    const main = await world.git.tip('refs/heads/main');
    const commits = await world.git.git(
      'log',
      '--format=%P|%an|%s|%(trailers:key=Consignee-Component)',
      `main..${branch}`,
    );
    expect(commits.trim()).toBe(
      `${main}|Consignee|default/podinfo v1.0.0 (installation)|Consignee-Component: example.org/podinfo:v1.0.0`,
    );
  });

  test('nothing moves while a pull request waits', async ({ world }) => {
    await world.publish('v1.0.0');
    await world.step();
    await expectNothingWritten(world, 'leave waiting-for-merge');
  });

  test('nothing moves when what is wanted is installed', async ({ installed: world }) => {
    await expectNothingWritten(world, 'leave in-sync');
  });

  test('a merge by plain git counts as merged', async ({ world }) => {
    await world.publish('v1.0.0');
    await world.step();
    await world.person.merge(branch, 'main');
    expect(await world.step()).toBe('leave in-sync');
    expect(await world.pullRequests()).toMatchObject([{ state: 'merged', endedBy: { name: 'Pat Person' } }]);
    expect(await world.lock('main')).toMatchObject({ version: 'v1.0.0' });
  });

  test('a fast-forward by plain git counts as merged', async ({ world }) => {
    await world.publish('v1.0.0');
    await world.step();
    await world.person.fastForward(branch, 'main');
    await expectNothingWritten(world, 'leave in-sync');
    expect(await world.pullRequests()).toMatchObject([{ state: 'merged' }]);
  });

  test('after a squash the pull request is closed as moot, with its branch, and nothing is proposed again', async ({
    world,
  }) => {
    await world.publish('v1.0.0');
    await world.step();
    await world.person.squash(branch, 'main');
    expect(await world.step()).toBe('close');
    expect(await world.pullRequests()).toMatchObject([{ state: 'closed', endedBy: { name: 'Consignee' } }]);
    expect(await world.git.tip(`refs/heads/${branch}`)).toBeUndefined();
    expect(await world.comments(1)).toMatchObject([{ body: expect.stringContaining('Closed: v1.0.0 is installed') }]);
    await expectNothingWritten(world, 'leave in-sync');
    await world.publish('v1.1.0');
    expect(await world.step()).toBe('open');
  });

  test('a newer version takes the same branch in a new pull request', async ({ proposed: world }) => {
    expect(await world.pullRequests()).toMatchObject([
      { number: 1, state: 'merged' },
      { number: 2, state: 'open', head: branch, title: 'default/podinfo v1.0.0 → v1.1.0' },
    ]);
    await expectNothingWritten(world, 'leave waiting-for-merge');
    await world.merge();
    await expectNothingWritten(world, 'leave in-sync');
    expect(await world.lock('main')).toMatchObject({ version: 'v1.1.0' });
  });

  test('a newer version while one is open updates that one in place, which says what it supersedes', async ({
    installed: world,
  }) => {
    for (const version of ['v1.1.0', 'v1.2.0', 'v1.3.0']) {
      await world.publish(version);
      await world.step();
    }
    const [, open, ...others] = await world.pullRequests();
    expect(others).toEqual([]);
    expect(open).toMatchObject({ number: 2, state: 'open', title: 'default/podinfo v1.0.0 → v1.3.0' });
    expect(open?.body).toContain('Supersedes what this pull request proposed before: `v1.1.0`, `v1.2.0`.');
    expect(await world.lock(branch)).toMatchObject({ version: 'v1.3.0' });
    expect((await world.git.git('rev-list', '--count', `main..${branch}`)).trim()).toBe('1');
    await expectNothingWritten(world, 'leave waiting-for-merge');
  });

  test("what a person wrote around the bot's text stays when it changes", async ({ world }) => {
    await world.publish('v1.0.0');
    await world.step();
    const [{ body = '' } = {}] = await world.pullRequests();
    const around = `Reviewed with Kim.\n\n${body}\n\nSee also the change calendar.`;
    await world.onForge((forge) => forge.pullRequests.update(1, { body: around, by: world.person }));
    await expectNothingWritten(world, 'leave waiting-for-merge');
    await world.publish('v1.1.0');
    expect(await world.step()).toBe('update');
    const [pullRequest] = await world.pullRequests();
    expect(pullRequest?.body).toMatch(/^Reviewed with Kim\.\n\n<!-- consignee:begin .*version=v1\.1\.0/);
    expect(pullRequest?.body).toMatch(/<!-- consignee:end -->\n\nSee also the change calendar\.$/);
  });

  test('a plan writes nothing, whatever there is to do', async ({ world }) => {
    await world.publish('v1.0.0');
    await expectNothingWritten(world, 'open', { mode: 'plan' });
    await world.step();
    await world.publish('v1.1.0');
    await expectNothingWritten(world, 'update', { mode: 'plan' });
    await world.person.squash(branch, 'main');
    await world.withdraw('v1.1.0');
    await world.loseStore();
    await expectNothingWritten(world, 'close', { mode: 'plan' });
  });

  test('versions that were stepped over are named', async ({ installed: world }) => {
    await world.publish('v1.1.0');
    await world.publish('v1.2.0');
    await world.step();
    const [, pullRequest] = await world.pullRequests();
    expect(pullRequest?.body).toContain('Passes over `v1.1.0`.');
  });
});

test('a repository with SHA-256 is installed, found in sync and updated', async () => {
  await using world = await createWorld({ objectFormat: 'sha256' });
  await install(world, 'v1.0.0');
  expect(await world.step()).toBe('leave in-sync');
  await world.publish('v1.1.0');
  expect(await world.step()).toBe('open');
});

async function filesChanged(world: World): Promise<readonly string[]> {
  return (await world.git.git('diff', '--name-only', 'main', branch)).trim().split('\n');
}
