import { describe, expect } from 'vitest';
import { branch, configPath, configText, expectNothingWritten, install, test, type World } from '../support/world.ts';

const deploy = 'components/podinfo/deploy.yaml';
const pin = 'components/podinfo/component_version.yaml';
const kustomization = 'clusters/kind/podinfo_component.yaml';
const copies = '.consignee/rendered/default/podinfo';

async function read(world: World, path: string, ref = 'main'): Promise<string> {
  const text = await world.read(ref, path);
  if (text === undefined) throw new Error(`${ref} has no ${path}.`);
  return text;
}

/** Changes a file on the base branch as a person does. @returns Its text afterwards. */
async function edit(world: World, path: string, ...pairs: readonly (readonly [string, string])[]): Promise<string> {
  let text = await read(world, path);
  for (const [from, to] of pairs) {
    expect(text).toContain(from);
    text = text.replace(from, to);
  }
  await world.person.commit('main', { [path]: text });
  return text;
}

const mine = [
  ['interval: 10s', 'interval: 5m # quiet'],
  ['spec:', '# Ours\nspec:'],
] as const;

const bodyOf = async (world: World, number: number) =>
  (await world.pullRequests()).find((it) => it.number === number)?.body ?? '';

describe.concurrent('files that people edited', () => {
  test('are kept while nothing is new, and the decision names them', async ({ installed: world }) => {
    await edit(world, deploy, ...mine);
    await expectNothingWritten(world, 'leave in-sync');
    // Nothing but the copy of the render would be written.
    await expectNothingWritten(world, 'leave in-sync', { fresh: true, mode: 'plan' });
    const [result] = await world.pass();
    expect(result?.outcome).toMatchObject({
      decision: { detail: expect.stringContaining(`Kept as people changed it: ${deploy}.`) },
    });
  });

  test('are merged with the next version, and with the one after it from the copy of the last render', async ({
    installed: world,
  }) => {
    const edited = await edit(world, deploy, ...mine);
    await world.publish('v1.1.0');
    expect(await world.step()).toBe('open');
    expect(await world.read(branch, deploy)).toBe(edited.replace('podinfo-v1.0.0', 'podinfo-v1.1.0'));
    const rendered = await read(world, `${copies}/${deploy}`, branch);
    expect(rendered).toContain('interval: 10s');
    expect(rendered).toContain('podinfo-v1.1.0');
    expect(await bodyOf(world, 2)).toContain(`| \`${deploy}\` | changed by people | \`spec.sourceRef.name\` |`);
    await expectNothingWritten(world, 'leave waiting-for-merge');
    await world.merge();
    await expectNothingWritten(world, 'leave in-sync');

    await world.publish('v1.2.0');
    expect(await world.step()).toBe('open');
    expect(await world.read(branch, deploy)).toBe(edited.replace('podinfo-v1.0.0', 'podinfo-v1.2.0'));
    expect(await world.read(branch, `${copies}/${deploy}`)).toBe(rendered.replace('v1.1.0', 'v1.2.0'));
  });

  test('are merged after squashes, in a new copy of the repository, without a store', async ({ installed: world }) => {
    await edit(world, deploy, ...mine);
    await world.publish('v1.1.0');
    await world.step();
    await world.person.squash(branch, 'main');
    await world.person.deleteBranch(branch);
    await world.loseStore();
    const copy = await world.copy();
    await using _ = copy;
    await copy.publish('v1.2.0');
    // Without a forge nobody tells that the pull request was squashed: it is still open.
    expect(await copy.step()).toBe('update');
    expect(await copy.read(branch, deploy)).toContain('interval: 5m # quiet');
    expect(await copy.read(branch, deploy)).toContain('podinfo-v1.2.0');
  });

  test('have their copy taken away once they are as rendered again', async ({ installed: world }) => {
    await edit(world, deploy, ...mine);
    await world.publish('v1.1.0');
    await world.step();
    await world.merge();
    await world.person.commit('main', { [deploy]: await read(world, `${copies}/${deploy}`) });
    await expectNothingWritten(world, 'leave in-sync');
    await world.publish('v1.2.0');
    expect(await world.step()).toBe('open');
    expect(await world.read(branch, `${copies}/${deploy}`)).toBeUndefined();
  });

  test('are merged with what a change of the configuration renders', async ({ installed: world }) => {
    await edit(world, kustomization, ['timeout: 3m', 'timeout: 9m']);
    await world.person.commit('main', { [configPath]: configText().replace('kind }', 'kind, source: fleet }') });
    expect(await world.step()).toBe('open');
    const merged = await read(world, kustomization, branch);
    expect(merged).toContain('timeout: 9m');
    expect(merged).toContain('name: fleet');
    await expectNothingWritten(world, 'leave waiting-for-merge');
  });

  test('while a pull request is open: it follows', async ({ proposed: world }) => {
    await edit(world, deploy, ...mine);
    expect(await world.step()).toBe('update');
    expect(await world.read(branch, deploy)).toContain('# Ours');
    await expectNothingWritten(world, 'leave waiting-for-merge');
    await world.loseStore();
    await expectNothingWritten(world, 'leave waiting-for-merge');
  });

  test('a copy that somebody edits while a pull request is open: it follows, and can be merged', async ({
    installed: world,
  }) => {
    await edit(world, deploy, ...mine);
    await install(world, 'v1.1.0');
    await world.publish('v1.2.0');
    expect(await world.step()).toBe('open');
    await world.person.commit('main', { [`${copies}/${deploy}`]: 'kind: Other\n' });
    expect(await world.step()).toBe('update');
    await world.git.git('merge-tree', '--write-tree', 'main', branch);
    await expectNothingWritten(world, 'leave waiting-for-merge');
  });

  test('copies of renders are no configuration', async ({ installed: world }) => {
    await world.person.commit('main', {
      [`${copies}/x.yaml`]: '\ufeffno: [configuration',
      [`${copies}/y.pub`]: 'no key',
    });
    await expectNothingWritten(world, 'leave in-sync');
  });
});

describe.concurrent('files that people removed or moved', () => {
  test('removed, and not changed by the next version: it stays removed', async ({ installed: world }) => {
    await world.person.commit('main', { [kustomization]: undefined });
    await expectNothingWritten(world, 'leave in-sync');
    await world.publish('v1.1.0');
    expect(await world.step()).toBe('open');
    expect(await world.read(branch, kustomization)).toBeUndefined();
    expect(await bodyOf(world, 2)).toContain('removed by people, and stays removed');
    await world.merge();
    await expectNothingWritten(world, 'leave in-sync');
  });

  test('moved and edited: the next version goes into the moved file, and so does the one after it', async ({
    installed: world,
  }) => {
    const moved = 'components/podinfo/run/deployer.yaml';
    const text = `# Moved\n${(await read(world, deploy)).replace('interval: 10s', 'interval: 5m')}`;
    await world.person.commit('main', { [deploy]: undefined, [moved]: text });
    await expectNothingWritten(world, 'leave in-sync');
    for (const version of ['v1.1.0', 'v1.2.0']) {
      await world.publish(version);
      expect(await world.step()).toBe('open');
      expect(await world.read(branch, moved)).toBe(text.replace('v1.0.0', version));
      expect(await world.read(branch, deploy)).toBeUndefined();
      await expectNothingWritten(world, 'leave waiting-for-merge');
      await world.merge();
      await expectNothingWritten(world, 'leave in-sync');
    }
  });

  test('moved, and edited while a pull request is open: it follows', async ({ installed: world }) => {
    const moved = 'components/podinfo/deployer.yaml';
    const text = await read(world, deploy);
    await world.person.commit('main', { [deploy]: undefined, [moved]: text });
    await world.publish('v1.1.0');
    expect(await world.step()).toBe('open');
    // Beside a line of the proposal, where git alone would see a conflict.
    await world.person.commit('main', { [moved]: text.replace('kind: Configuration', 'kind: Configuration # mine') });
    expect(await world.step()).toBe('update');
    expect(await world.read(branch, moved)).toMatch(/kind: Configuration # mine\n +name: podinfo-v1\.1\.0\n/);
  });

  test('moved as it was: the next version is written there', async ({ installed: world }) => {
    const moved = 'components/podinfo/deployer.yaml';
    await world.person.commit('main', { [deploy]: undefined, [moved]: await read(world, deploy) });
    await world.publish('v1.1.0');
    expect(await world.step()).toBe('open');
    expect(await world.read(branch, moved)).toContain('podinfo-v1.1.0');
    await world.person.commit('main', { [moved]: undefined, [deploy]: await read(world, moved) });
    expect(await world.step()).toBe('update');
    expect(await world.read(branch, deploy)).toContain('podinfo-v1.1.0');
    expect(await world.read(branch, moved)).toBeUndefined();
  });

  test('rendered no more: it goes where nobody touched it, and is a conflict where somebody did', async ({
    installed: world,
  }) => {
    const noFlux = configText().replace('flux: { kustomizations: clusters/kind }\n', '');
    const text = await edit(world, kustomization, ['timeout: 3m', 'timeout: 9m']);
    await world.person.commit('main', { [configPath]: noFlux });
    await expectNothingWritten(world, 'refuse conflict');
    await world.person.commit('main', { [kustomization]: text.replace('timeout: 9m', 'timeout: 3m') });
    expect(await world.step()).toBe('open');
    expect(await world.read(branch, kustomization)).toBeUndefined();
  });
});

describe.concurrent('a conflict', () => {
  const stuck = [['semver: v1.0.0', 'semver: v1.0.5']] as const;

  test('writes nothing, and is told where people look', async ({ proposed: world }) => {
    await edit(world, pin, ...stuck);
    expect(await world.step()).toBe('refuse conflict');
    expect(await world.read(branch, pin)).toContain('semver: v1.1.0');
    const body = await bodyOf(world, 2);
    expect(body.split('\n')[2]).toMatch(/^\*\*Do not merge: conflict\.\*\*/);
    expect(body).toContain(`| \`${pin}\` | \`spec.version.semver\` | \`v1.0.0\` | \`v1.1.0\` | \`v1.0.5\` |`);
    expect((await world.comments(2)).filter((it) => it.body.includes('conflict'))).toHaveLength(1);
    await expectNothingWritten(world, 'refuse conflict');
  });

  test('is told anew when it is another one', async ({ proposed: world }) => {
    await edit(world, pin, ...stuck);
    await world.step();
    await edit(world, pin, ['v1.0.5', 'v1.0.6']);
    expect(await world.step()).toBe('refuse conflict');
    expect(await bodyOf(world, 2)).toContain('`v1.0.6`');
  });

  test.for([
    ['back to the last render', 'semver: v1.0.0'],
    ['to what is proposed', 'semver: v1.1.0'],
  ] as const)('is over when people set it %s', async ([, value], { proposed: world }) => {
    await edit(world, pin, ['interval: 30s', 'interval: 9m'], ...stuck);
    expect(await world.step()).toBe('refuse conflict');
    await edit(world, pin, ['semver: v1.0.5', value]);
    expect(await world.step()).toBe('update');
    const merged = await read(world, pin, branch);
    expect(merged).toContain('semver: v1.1.0');
    expect(merged).toContain('interval: 9m');
    expect(await bodyOf(world, 2)).not.toContain('Do not merge');
    await expectNothingWritten(world, 'leave waiting-for-merge');
  });

  test('without a pull request opens none, until it is over', async ({ installed: world }) => {
    await edit(world, pin, ...stuck);
    await world.publish('v1.1.0');
    await expectNothingWritten(world, 'refuse conflict');
    await edit(world, pin, ['v1.0.5', 'v1.0.0']);
    expect(await world.step()).toBe('open');
  });

  test('is never merged automatically', async ({ world }) => {
    await world.person.commit('main', { [configPath]: configText('merge: automatic\n') });
    await world.publish('v1.0.0');
    await world.step();
    expect(await world.step()).toBe('merge');
    await edit(world, pin, ...stuck);
    await world.publish('v1.1.0');
    await expectNothingWritten(world, 'refuse conflict');
  });

  test.for([
    ['removed', (world: World) => world.person.commit('main', { [deploy]: undefined })],
    ['encrypted', async (world: World) => edit(world, deploy, ['apiVersion', 'sops: { version: 3.9.0 }\napiVersion'])],
    ['made unreadable', async (world: World) => world.person.commit('main', { [deploy]: '\tno: [manifest' })],
    [
      'made executable',
      async (world: World) => {
        await world.person.git('checkout', '-q', 'main');
        await world.person.git('pull', '-q');
        await world.person.git('update-index', '--chmod=+x', deploy);
        await world.person.git('commit', '-q', '-m', 'Executable');
        await world.person.git('push', '-q', 'origin', 'main');
      },
    ],
  ] as const)('is a file that people %s and the version changes', async ([, change], { installed: world }) => {
    await change(world);
    await expectNothingWritten(world, 'leave in-sync');
    await world.publish('v1.1.0');
    await expectNothingWritten(world, 'refuse conflict');
  });

  test('is an edit whose last render is nowhere: nothing is guessed', async ({ installed: world }) => {
    await edit(world, deploy, ...mine);
    await world.publish('v1.1.0');
    await world.step();
    await world.merge();
    const lock = await read(world, '.consignee/lock/default/podinfo.yaml');
    const listed = new RegExp(`path: "${deploy}"\\n.*\\n    blob: "(.*)"`).exec(lock)?.[1] ?? '';
    await world.person.commit('main', {
      '.consignee/lock/default/podinfo.yaml': lock.replace(listed, '1'.repeat(listed.length)),
    });
    await world.publish('v1.2.0');
    await expectNothingWritten(world, 'refuse conflict');
    const [result] = await world.pass();
    expect(result?.outcome).toMatchObject({
      decision: { detail: expect.stringContaining('the last render, 1111111111, is nowhere in the history') },
    });
  });
});

describe.concurrent('reading', () => {
  test('nothing new means that nothing is read, with edited files as well', async ({ installed: world }) => {
    await edit(world, deploy, ...mine);
    await world.step();
    const seen: string[] = [];
    await world.pass({
      wrap: (ports) => ({
        ...ports,
        forge: {
          ...ports.forge,
          content: {
            ...ports.forge.content,
            readBlobs: (blobs) => {
              seen.push(...blobs);
              return ports.forge.content.readBlobs(blobs);
            },
          },
        },
        repositories: {
          open: () => {
            throw new Error('Nothing is to be read of a component version.');
          },
        },
      }),
    });
    const edited = (await world.git.git('rev-parse', `main:${deploy}`)).trim();
    expect(seen).not.toContain(edited);
  });

  test('two versions are installed one after the other where nobody edits, without copies', async ({ world }) => {
    await install(world, 'v1.0.0');
    await install(world, 'v1.1.0');
    expect(await world.git.git('ls-tree', '-r', '--name-only', 'main')).not.toContain('.consignee/rendered');
  });
});
