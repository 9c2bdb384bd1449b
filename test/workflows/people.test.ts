import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import type { GitPerson } from '../support/git-world.ts';
import { branch, configPath, configText, expectNothingWritten, install, test, type World } from '../support/world.ts';
import { bot } from '../support/world-ports.ts';

const deploy = 'components/podinfo/deploy.yaml';

describe.concurrent('what people decide against', () => {
  test('a closed pull request skips exactly its version', async ({ proposed: world }) => {
    await world.closePullRequest(2);
    await expectNothingWritten(world, 'leave in-sync');
    await world.publish('v1.2.0');
    expect(await world.step()).toBe('open');
    expect(await world.lock(branch)).toMatchObject({ version: 'v1.2.0' });
    await world.closePullRequest(3);
    await expectNothingWritten(world, 'leave in-sync');
  });

  test('a first installation that was closed is not proposed again', async ({ world }) => {
    await world.publish('v1.0.0');
    await world.step();
    await world.closePullRequest(1);
    await expectNothingWritten(world, 'leave passed-over');
    await world.publish('v1.1.0');
    expect(await world.step()).toBe('open');
  });

  test('the version that a pull request proposed when it was closed is skipped, and nothing older takes its place', async ({
    proposed: world,
  }) => {
    await world.publish('v1.2.0');
    expect(await world.step()).toBe('update');
    await world.closePullRequest(2);
    await expectNothingWritten(world, 'leave in-sync');
    await world.publish('v1.3.0');
    expect(await world.step()).toBe('open');
    expect(await world.lock(branch)).toMatchObject({ version: 'v1.3.0' });
  });

  test('a first installation that was closed is not replaced by an older version', async ({ world }) => {
    await world.publish('v1.0.0');
    await world.publish('v1.1.0');
    expect(await world.step()).toBe('open');
    await world.closePullRequest(1);
    await expectNothingWritten(world, 'leave passed-over');
  });

  test('a change of the configuration that was closed is not proposed again until it is another', async ({
    installed: world,
  }) => {
    const flux = (name: string) => configText().replace('kustomizations: ', `source: ${name}, kustomizations: `);
    await world.person.commit('main', { [configPath]: flux('a') });
    expect(await world.step()).toBe('open');
    await world.closePullRequest(2);
    await expectNothingWritten(world, 'leave set-aside');
    await world.person.commit('main', { [configPath]: flux('b') });
    expect(await world.step()).toBe('open');
  });

  test('a merge that was reverted is not done again', async ({ proposed: world }) => {
    await world.merge();
    await world.step();
    await revertLastMerge(world);
    await expectNothingWritten(world, 'leave in-sync');
    expect(await world.lock('main')).toMatchObject({ version: 'v1.0.0' });
    await world.publish('v1.2.0');
    expect(await world.step()).toBe('open');
    expect(await world.lock(branch)).toMatchObject({ version: 'v1.2.0' });
  });

  test('a first installation that was reverted is not done again', async ({ installed: world }) => {
    await world.step();
    await revertLastMerge(world);
    await expectNothingWritten(world, 'leave passed-over');
  });

  test('a version on the skip list is withdrawn, and the one before is left installed', async ({ proposed: world }) => {
    await world.person.commit('main', { [configPath]: configText('skip: [v1.1.0]\n') });
    expect(await world.step()).toBe('close');
    await expectNothingWritten(world, 'leave in-sync');
    await world.person.commit('main', { [configPath]: configText() });
    expect(await world.step()).toBe('open');
  });
});

describe.concurrent('the values file', () => {
  test('what people changed in it stays, and an update adds what is new', async ({ world }) => {
    await install(world, 'v1.0.0', { parameters: { replicas: 1, message: 'Hello' } });
    const values = '# Ours\npodinfo:\n  replicas: 3 # enough\n  message: Good morning\n';
    await world.person.commit('main', { 'values.yaml': values });
    await expectNothingWritten(world, 'leave in-sync');
    await world.publish('v1.1.0', { parameters: { replicas: 2, message: 'Hi', logo: 'round' } });
    expect(await world.step()).toBe('open');
    expect(await world.read(branch, 'values.yaml')).toBe(`${values}  logo: round\n`);
  });

  test('a value that a person removed is not added again', async ({ world }) => {
    await install(world, 'v1.0.0', { parameters: { replicas: 1, message: 'Hello' } });
    await world.person.commit('main', { 'values.yaml': 'podinfo:\n  replicas: 1\n' });
    await expectNothingWritten(world, 'leave in-sync');
    await world.publish('v1.1.0', { parameters: { replicas: 1, message: 'Hello' } });
    expect(await world.step()).toBe('open');
    expect(await world.read(branch, 'values.yaml')).toBe('podinfo:\n  replicas: 1\n');
    await world.merge();
    await world.publish('v1.2.0', { parameters: { replicas: 1, message: 'Hello' } });
    await world.step();
    expect(await world.read(branch, 'values.yaml')).toBe('podinfo:\n  replicas: 1\n');
  });

  test('what people change in it while a pull request adds to it is kept on both sides', async ({
    installed: world,
  }) => {
    await world.publish('v1.1.0', { parameters: { replicas: 1, logo: 'round' } });
    await world.step();
    await world.person.commit('main', { 'values.yaml': 'podinfo:\n  replicas: 7\n' });
    expect(await world.step()).toBe('update');
    expect(await world.read(branch, 'values.yaml')).toBe('podinfo:\n  replicas: 7\n  logo: round\n');
    await expectNothingWritten(world, 'leave waiting-for-merge');
  });

  test('a file that cannot be added to is left alone, and the pull request says what would be new', async ({
    world,
  }) => {
    await world.person.commit('main', { 'values.yaml': 'podinfo: text\n' });
    await world.publish('v1.0.0');
    expect(await world.step()).toBe('open');
    expect(await world.read(branch, 'values.yaml')).toBe('podinfo: text\n');
    expect((await world.pullRequests())[0]?.body).toContain('New there would be: replicas.');
  });
});

describe.concurrent("somebody else's commits on the bot's branch", () => {
  const foreign: Readonly<Record<string, (world: World) => Promise<unknown>>> = {
    'a commit': ({ person }) => person.commit(branch, { [deploy]: 'mine: true\n' }),
    'a commit beside the files of the bot': ({ person }) => person.commit(branch, { 'notes.txt': 'mine\n' }),
    "a commit by the bot's name and address": async ({ person }) => {
      await checkOut(person, branch);
      await change(person, deploy, ['commit', '-q', '-a', asBot, '-m', 'default/podinfo v1.0.0 → v1.1.0']);
    },
    "the bot's commit, amended": async ({ person }) => {
      await checkOut(person, branch);
      await change(person, deploy, ['commit', '-q', '-a', '--amend', '--no-edit']);
    },
    "the bot's evidence, rewritten": async ({ person, read }) => {
      const path = '.consignee/lock/default/podinfo.evidence.json';
      const evidence = (await read(branch, path)) ?? '';
      await person.commit(branch, { [path]: evidence.replace('example.org/podinfo', 'example.org/other') });
    },
    'a merge of main': async ({ person }) => {
      await person.commit('main', { 'other.txt': 'unrelated\n' });
      await checkOut(person, branch);
      await person.git('merge', '-q', '--no-edit', 'origin/main');
      await push(person);
    },
    'a rebase onto main': async ({ person }) => {
      await person.commit('main', { 'other.txt': 'unrelated\n' });
      await checkOut(person, branch);
      await change(person, deploy, ['commit', '-q', '-a', '-m', 'Mine']);
      await person.git('rebase', '-q', 'origin/main');
      await push(person);
    },
  };

  test.for(Object.entries(foreign))(
    '%s: the branch is left alone, and it is said',
    async ([, commit], { proposed }) => {
      const world = proposed;
      await commit(world);
      const head = await world.git.tip(`refs/heads/${branch}`);
      await expectNothingWritten(world, 'leave branch-has-other-commits');
      await world.publish('v1.2.0');
      const [result] = await world.pass();
      const detail = expect.stringContaining(`${head?.slice(0, 10)} by `);
      expect(result?.outcome).toMatchObject({ decision: { because: 'branch-has-other-commits', detail } });
      await world.loseStore();
      await expectNothingWritten(world, 'leave branch-has-other-commits');
      expect(await world.git.tip(`refs/heads/${branch}`)).toBe(head);
    },
  );

  test('that rewrite the lock file to another version, or other content: nothing is written', async ({
    proposed: world,
  }) => {
    const path = '.consignee/lock/default/podinfo.yaml';
    const lock = (await world.read(branch, path)) ?? '';
    for (const text of [lock.replace('v1.1.0', 'v1.0.9'), lock.replace(/value: "./, 'value: "x'), 'lock: 2\n', '']) {
      await world.person.commit(branch, { [path]: text });
      await expectNothingWritten(world, /^(leave|refuse) /);
    }
  });

  test('a commit without a change, to start the checks again, keeps nothing from going on', async ({
    proposed: world,
  }) => {
    await checkOut(world.person, branch);
    await world.person.git('commit', '-q', '--allow-empty', '-m', 'Start the checks again');
    await push(world.person);
    await expectNothingWritten(world, 'leave waiting-for-merge');
    await world.publish('v1.2.0');
    expect(await world.step()).toBe('update');
  });

  test('a person may merge them all the same, and what they changed is kept', async ({ proposed: world }) => {
    await world.person.commit(branch, { [deploy]: 'mine: true\n' });
    await world.merge();
    await expectNothingWritten(world, 'leave in-sync');
    expect(await world.read('main', deploy)).toBe('mine: true\n');
  });

  test('they stay when the pull request is closed; without the branch a new one is made', async ({
    proposed: world,
  }) => {
    await world.person.commit(branch, { 'notes.txt': 'mine\n' });
    await world.closePullRequest(2);
    await expectNothingWritten(world, 'leave in-sync');
    await world.publish('v1.2.0');
    await expectNothingWritten(world, 'leave branch-has-other-commits');
    await world.person.deleteBranch(branch);
    expect(await world.step()).toBe('open');
  });
});

describe.concurrent('the base branch moves under an open pull request', () => {
  test('by what does not concern it: the pull request stays as it is, and merging it gives what is wanted', async ({
    proposed: world,
  }) => {
    await world.person.commit('main', { 'other.txt': 'unrelated\n' });
    await expectNothingWritten(world, 'leave waiting-for-merge');
    await world.person.merge(branch, 'main');
    await expectNothingWritten(world, 'leave in-sync');
    expect(await world.lock('main')).toMatchObject({ version: 'v1.1.0' });
    expect(await world.read('main', 'other.txt')).toBe('unrelated\n');
  });

  test('in files of the installation that the version changes: it is refused and the files stay', async ({
    proposed: world,
  }) => {
    await world.person.commit('main', { [deploy]: 'mine: true\n' });
    expect(await world.step()).toBe('refuse conflict');
    await expectNothingWritten(world, 'refuse conflict');
    await world.person.commit('main', { [deploy]: undefined });
    expect(await world.step()).toBe('refuse conflict');
    await expectNothingWritten(world, 'refuse conflict');
    expect(await world.read('main', deploy)).toBeUndefined();
  });

  test('by a configuration that changes the files: the pull request follows', async ({ proposed: world }) => {
    await world.person.commit('main', { [configPath]: configText().replace('kind }', 'kind, source: fleet }') });
    expect(await world.step()).toBe('update');
    expect(await world.read(branch, 'clusters/kind/podinfo_component.yaml')).toContain('name: fleet');
    await expectNothingWritten(world, 'leave waiting-for-merge');
  });

  test('by force to before the installation: nothing is taken from anybody', async ({ proposed: world }) => {
    const begin = (await world.git.git('rev-list', '--max-parents=0', 'main')).trim();
    const tip = (await world.git.git('rev-list', '--first-parent', '--reverse', 'main')).trim().split('\n')[1] ?? begin;
    await world.git.git('update-ref', 'refs/heads/main', tip);
    const steps = [await world.step(), await world.step()];
    expect(steps[1]).toMatch(/^leave /);
    expect((await world.pullRequests()).filter(({ state }) => state === 'open')).toHaveLength(1);
  });
});

describe.concurrent('a branch that is deleted under its open pull request', () => {
  test('is brought back, which the pull request says', async ({ world }) => {
    await proposeAndDelete(world);
    expect(await world.step()).toBe('update');
    expect(await world.lock(branch)).toMatchObject({ version: 'v1.0.0' });
    expect(await world.comments(1)).toMatchObject([{ body: expect.stringContaining('was deleted') }]);
    await expectNothingWritten(world, 'leave waiting-for-merge');
    expect(await world.pullRequests()).toMatchObject([{ number: 1, state: 'open' }]);
  });

  test('is brought back once for each version', async ({ world }) => {
    await proposeAndDelete(world);
    await world.step();
    await world.person.deleteBranch(branch);
    await expectNothingWritten(world, 'leave branch-deleted');
    await world.loseStore();
    await expectNothingWritten(world, 'leave branch-deleted');
    await world.publish('v1.1.0');
    expect(await world.step()).toBe('update');
    await world.person.deleteBranch(branch);
    await expectNothingWritten(world, 'leave branch-deleted');
    expect(await world.comments(1)).toHaveLength(2);
  });

  test('with what it proposed merged before: the pull request counts as merged', async ({ world }) => {
    await world.publish('v1.0.0');
    await world.step();
    await world.merge();
    await world.person.deleteBranch(branch);
    await expectNothingWritten(world, 'leave in-sync');
    expect(await world.pullRequests()).toMatchObject([{ state: 'merged' }]);
  });
});

async function proposeAndDelete(world: World) {
  await world.publish('v1.0.0');
  await world.step();
  await world.person.deleteBranch(branch);
}

const asBot = `--author=${bot.name} <${bot.email}>`;

async function checkOut({ git }: GitPerson, name: string) {
  await git('fetch', '-q', 'origin');
  await git('checkout', '-q', '-B', name, `origin/${name}`);
}

/** Appends to a file, and commits and pushes it as the words say. */
async function change(person: GitPerson, path: string, words: readonly string[]) {
  await appendFile(
    join(await person.git('rev-parse', '--show-toplevel').then((it) => it.trim()), path),
    'mine: true\n',
  );
  await person.git(...words);
  await push(person);
}

const push = ({ git }: GitPerson) => git('push', '-q', '--force', 'origin', branch);

async function revertLastMerge({ person }: World) {
  await checkOut(person, 'main');
  await person.git('revert', '--no-edit', '-m', '1', 'HEAD');
  await person.git('push', '-q', 'origin', 'main');
}
