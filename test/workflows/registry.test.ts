import { rename, rm } from 'node:fs/promises';
import { describe, expect } from 'vitest';
import { mergePullRequest } from '../../src/workflows/merge-pull-request.ts';
import type { PassPorts } from '../../src/workflows/pass.ts';
import { branch, configPath, configText, expectNothingWritten, test, type World } from '../support/world.ts';
import { archiveIn } from '../support/world-ports.ts';

describe.concurrent('other content under a version that is known', () => {
  test('the installed one, signed again: it is refused', async ({ installed: world }) => {
    await world.publish('v1.0.0', { note: 'something else' });
    await expectNothingWritten(world, 'refuse content-changed');
    await world.loseStore();
    await expectNothingWritten(world, 'refuse content-changed');
  });

  test('the proposed one, signed again: it is refused, and the pull request says so once', async ({
    proposed: world,
  }) => {
    const before = await world.git.tip(`refs/heads/${branch}`);
    await world.publish('v1.1.0', { note: 'something else' });
    expect(await world.step()).toBe('refuse content-changed');
    await expectMarked(world, 'digest-mismatch');
    await expectNothingWritten(world, 'refuse content-changed');
    await world.loseStore();
    await expectNothingWritten(world, 'refuse content-changed');
    expect(await world.comments(2)).toHaveLength(1);
    expect(await world.git.tip(`refs/heads/${branch}`)).toBe(before);
  });

  test('the proposed one, signed again: a newer version goes on', async ({ proposed: world }) => {
    await world.publish('v1.1.0', { note: 'something else' });
    await world.publish('v1.2.0');
    expect(await world.step()).toBe('update');
    expect(await world.lock(branch)).toMatchObject({ version: 'v1.2.0' });
  });

  test('the proposed one, tampered with: it cannot be merged until it is put right', async ({ proposed: world }) => {
    const text = (await world.pullRequests())[1]?.body;
    await world.publish('v1.1.0', { tampered: true });
    expect(await world.step()).toBe('refuse not-verified');
    await expectMarked(world, 'signature-invalid');
    await expectNothingWritten(world, 'refuse not-verified');
    await world.publish('v1.1.0');
    expect(await world.step()).toBe('update');
    expect((await world.pullRequests())[1]?.body).toBe(text);
    await expectNothingWritten(world, 'leave waiting-for-merge');
  });

  test('the installed one, while a newer one is proposed: nothing goes on', async ({ proposed: world }) => {
    await world.publish('v1.0.0', { note: 'something else' });
    await world.publish('v1.2.0');
    await expectNothingWritten(world, 'refuse content-changed');
    await world.publish('v1.0.0');
    expect(await world.step()).toBe('update');
  });

  test('the installed one, moved to what is no component version: nothing goes on', async ({ proposed: world }) => {
    await world.publish('v1.0.0', { name: 'example.org/podinfo', tampered: true });
    await expectNothingWritten(world, 'refuse content-changed');
  });
});

/** People who look at the pull request, or merge it, are told why they must not. */
async function expectMarked(world: World, code: string) {
  const [, open] = await world.pullRequests();
  expect(open?.body).toMatch(/^<!-- consignee:begin .* refused -->\n\n> \*\*Do not merge\.\*\*/);
  expect(open?.body).toContain(code);
  expect(await world.comments(2)).toMatchObject([{ body: expect.stringContaining(code) }]);
  const { headSha: expectedHead } = open ?? {};
  if (!expectedHead) throw new Error('The pull request has no head.');
  const merge = { number: 2, expectedHead, message: 'Merge', by: world.person };
  await expect(world.onForge((forge) => mergePullRequest({ ...merge, forge }))).rejects.toMatchObject({
    code: 'content',
    message: expect.stringContaining('#2 must not be merged'),
  });
  expect((await world.pullRequests())[1]).toMatchObject({ state: 'open' });
}

describe.concurrent('another manifest with the same signed content', () => {
  test('of the installed version: nothing', async ({ installed: world }) => {
    await world.publish('v1.0.0', { through: 'elsewhere.example.org' });
    await expectNothingWritten(world, 'leave in-sync');
  });

  test('of the proposed version, however often: nothing', async ({ proposed: world }) => {
    for (const through of ['a.example.org', 'b.example.org']) {
      await world.publish('v1.1.0', { through });
      await expectNothingWritten(world, 'leave waiting-for-merge');
      await expectNothingWritten(world, 'leave waiting-for-merge');
    }
  });

  test('of the installed version while a change of its configuration is proposed: nothing', async ({
    installed: world,
  }) => {
    await world.person.commit('main', { [configPath]: configText().replace('kind }', 'kind, source: fleet }') });
    expect(await world.step()).toBe('open');
    await world.publish('v1.0.0', { through: 'a.example.org' });
    await expectNothingWritten(world, 'leave waiting-for-merge');
  });

  test('of the proposed version: the proposal follows the base branch all the same', async ({ proposed: world }) => {
    await world.publish('v1.1.0', { through: 'a.example.org' });
    await world.person.commit('main', { [configPath]: configText().replace('kind }', 'kind, source: fleet }') });
    expect(await world.step()).toBe('update');
    await world.merge();
    await expectNothingWritten(world, 'leave in-sync');
  });
});

describe.concurrent('what the registry loses', () => {
  test('the installed version: nothing is written, not even for a newer one', async ({ installed: world }) => {
    await world.step();
    await world.publish('v1.1.0');
    await world.withdraw('v1.0.0');
    await expectNothingWritten(world, 'refuse version-vanished');
    await world.loseStore();
    await expectNothingWritten(world, 'refuse version-vanished');
  });

  test('the proposed version: the pull request is not brought to an older one', async ({ installed: world }) => {
    await world.publish('v1.1.0');
    await world.publish('v1.2.0');
    await world.step();
    await world.withdraw('v1.2.0');
    await expectNothingWritten(world, 'refuse version-vanished');
    await world.loseStore();
    await expectNothingWritten(world, 'refuse version-vanished');
  });

  test('a proposed first version', async ({ world }) => {
    await world.publish('v1.0.0');
    await world.step();
    await world.withdraw('v1.0.0');
    await expectNothingWritten(world, 'refuse version-vanished');
  });

  test('all of them', async ({ world }) => {
    await expectNothingWritten(world, 'failed registry-unreachable');
    await world.publish('v1.0.0');
    await world.step();
    await world.withdraw('v1.0.0');
    await expectNothingWritten(world, 'refuse version-vanished');
    await rm(archiveIn(world.folder), { recursive: true });
    await expectNothingWritten(world, 'failed registry-unreachable');
  });

  test('an archive without any version', async ({ world }) => {
    await world.publish('v1.0.0');
    await world.withdraw('v1.0.0');
    await expectNothingWritten(world, 'refuse no-versions');
  });

  test('a version that comes back: the work goes on', async ({ proposed: world }) => {
    await world.withdraw('v1.1.0');
    await expectNothingWritten(world, 'refuse version-vanished');
    await world.publish('v1.1.0');
    await expectNothingWritten(world, 'leave waiting-for-merge');
  });
});

describe.concurrent('a newest version that is refused', () => {
  test('leaves the open pull request for the version before alone', async ({ proposed: world }) => {
    await world.publish('v1.2.0', { tampered: true });
    await expectNothingWritten(world, 'refuse not-verified');
    await world.loseStore();
    await expectNothingWritten(world, 'refuse not-verified');
    await world.withdraw('v1.2.0');
    await expectNothingWritten(world, 'leave waiting-for-merge');
  });

  test('is not replaced by an older one silently', async ({ installed: world }) => {
    await world.publish('v1.1.0');
    await world.publish('v1.2.0', { tampered: true });
    await expectNothingWritten(world, 'refuse not-verified');
  });

  test('is stepped over once people say so', async ({ proposed: world }) => {
    await world.publish('v1.2.0', { tampered: true });
    await world.person.commit('main', { [configPath]: configText('skip: [v1.2.0]\n') });
    await expectNothingWritten(world, 'leave waiting-for-merge');
  });
});

describe.concurrent('an archive that is replaced while a pass runs', () => {
  /** Does something when the pass opens the registry, or has listed its versions; once. */
  function meanwhile(when: 'opened' | 'listed', act: () => Promise<unknown>) {
    let done = false;
    const once = async (now: 'opened' | 'listed') => {
      if (done || now !== when) return;
      done = true;
      await act();
    };
    return (ports: PassPorts): PassPorts => ({
      ...ports,
      repositories: {
        async open(name) {
          const repository = await ports.repositories.open(name);
          await once('opened');
          const listTags: typeof repository.listTags = async (component) => {
            const listing = await repository.listTags(component);
            await once('listed');
            return listing;
          };
          return { ...repository, listTags };
        },
      },
    });
  }

  /** Puts a freshly made archive in the place of the one that is read. */
  async function replace(world: World, ...versions: readonly string[]) {
    const archive = archiveIn(world.folder);
    await rename(archive, `${archive}.old`);
    for (const version of versions) await world.publish(version, { through: 'again.example.org' });
  }

  test.for(['opened', 'listed'] as const)('is read anew, when it was %s', async (when, { installed: world }) => {
    await world.publish('v1.1.0');
    expect(await world.step({ wrap: meanwhile(when, () => replace(world, 'v1.0.0', 'v1.1.0')) })).toBe('open');
    expect(await world.step()).toMatch('leave waiting-for-merge');
  });

  test('by one without the version that was found: nothing is proposed', async ({ installed: world }) => {
    await world.publish('v1.1.0');
    const before = await world.refs();
    const wrap = meanwhile('listed', () => replace(world, 'v1.0.0'));
    expect(await world.step({ wrap })).toMatch(/^(refuse not-verified|failed registry-changed)$/);
    expect(await world.refs()).toBe(before);
    expect(await world.step()).toMatch('leave in-sync');
  });
});

test('of two applications the one goes on while the other fails', async ({ world }) => {
  const config = '  broken: { component: example.org/broken, in: { default: { templates: no-such-set } } }\n';
  await world.person.commit('main', { [configPath]: configText(config) });
  await world.publish('v1.0.0', { name: 'example.org/broken' });
  await world.publish('v1.0.0');
  expect(await world.steps()).toEqual(['open', 'failed configuration']);
  expect(await world.steps()).toEqual(['leave waiting-for-merge', 'failed configuration']);
  await world.publish('v2.0.0', { name: 'example.org/broken', tampered: true });
  await world.person.commit('main', {
    [configPath]: configText(config.replace(', in: { default: { templates: no-such-set } }', '')),
  });
  expect(await world.steps()).toEqual(['leave waiting-for-merge', 'refuse not-verified']);
});

describe.concurrent('a minimum age', () => {
  const day = (number: number) => ({ at: `2026-11-${20 + number}T12:00:00Z` });

  /** v1.0.0 is installed, and v1.1.0 was proposed when it had come of age, on day 5. */
  async function proposeAged(world: World) {
    await world.person.commit('main', { [configPath]: configText('minimumAge: 1d\n') });
    await world.publish('v1.1.0');
    await expectNothingWritten(world, 'leave in-sync', day(3));
    expect(await world.step(day(5))).toBe('open');
  }

  test('is waited for, also when there are newer versions', async ({ installed: world }) => {
    await proposeAged(world);
    await world.publish('v1.2.0');
    await expectNothingWritten(world, 'leave waiting-for-merge', day(5));
    expect(await world.step(day(6))).toBe('update');
  });

  test('that counts anew for want of a store leaves the pull request open', async ({ installed: world }) => {
    await proposeAged(world);
    await world.loseStore();
    await expectNothingWritten(world, 'leave too-young', day(5));
    await expectNothingWritten(world, 'leave waiting-for-merge', day(6));
  });

  test('that was raised leaves the pull request open', async ({ installed: world }) => {
    await proposeAged(world);
    await world.person.commit('main', { [configPath]: configText('minimumAge: 5d\n') });
    await expectNothingWritten(world, 'leave too-young', day(5));
    await expectNothingWritten(world, 'leave waiting-for-merge', day(9));
  });

  test('that counts anew keeps from an automatic merge', async ({ installed: world }) => {
    await proposeAged(world);
    await world.person.commit('main', { [configPath]: configText('minimumAge: 1d\nmerge: automatic\n') });
    await world.loseStore();
    await expectNothingWritten(world, 'leave too-young', day(5));
    expect(await world.step(day(6))).toBe('merge');
  });
});
