import { describe, expect } from 'vitest';
import { parseBody } from '../../src/core/pull-request/body.ts';
import { mergePullRequest } from '../../src/workflows/merge-pull-request.ts';
import { proveBeforeMerge } from '../../src/workflows/prove-before-merge.ts';
import { branch, configPath, configText, type PassChanges, test, type World } from '../support/world.ts';
import { openPorts, worldOptions } from '../support/world-ports.ts';

const revoked = configText().replace(
  'publicKey: keys/release.pub',
  'anyOf: [{ publicKey: keys/release.pub, revoked: true }]',
);

const revoke = (world: World) => world.person.commit('main', { [configPath]: revoked });

async function open(world: World) {
  const found = (await world.pullRequests()).find(({ state }) => state === 'open');
  if (!found?.headSha) throw new Error('No pull request is open.');
  return { ...found, headSha: found.headSha };
}

const isMarked = async (world: World) => parseBody((await open(world)).body)?.refused === true;

async function merge(world: World) {
  const { number, headSha: expectedHead } = await open(world);
  await world.onForge((forge) => mergePullRequest({ number, expectedHead, message: 'Merge', by: world.person, forge }));
}

describe.concurrent('a proposal whose proof fell while the bot looks at something else', () => {
  const elsewhere: Readonly<Record<string, { act: (world: World) => Promise<unknown>; step: string }>> = {
    'a newer version that is refused as well': {
      act: async (world) => {
        await revoke(world);
        await world.publish('v1.2.0');
      },
      step: 'refuse not-verified',
    },
    'its version is gone from the registry': {
      act: async (world) => {
        await revoke(world);
        await world.withdraw('v1.1.0');
      },
      step: 'refuse version-vanished',
    },
    'the installed version was replaced': {
      act: async (world) => {
        await revoke(world);
        await world.publish('v1.0.0', { note: 'something else' });
      },
      step: 'refuse content-changed',
    },
  };

  test.for(Object.entries(elsewhere))(
    'is marked and not merged: %s',
    async ([, { act, step }], { proposed: world }) => {
      await act(world);
      expect(await world.step()).toBe(step);
      expect(await isMarked(world)).toBe(true);
      await expect(merge(world)).rejects.toMatchObject({ code: 'content' });
      const before = await world.refs();
      expect(await world.step()).toBe(step);
      expect(await world.refs()).toBe(before);
    },
  );

  test('stays as it is when it is proved as before, and only its version is gone', async ({ proposed: world }) => {
    await world.withdraw('v1.1.0');
    const before = await world.refs();
    expect(await world.step()).toBe('refuse version-vanished');
    expect(await world.refs()).toBe(before);
  });
});

describe.concurrent('right before a person merges', () => {
  async function prove(world: World, changes: PassChanges = {}) {
    const evaluator = {
      render: () => Promise.reject(new Error('Nothing is rendered.')),
      compare: () => Promise.reject(new Error('Nothing is compared.')),
      preview: () => Promise.reject(new Error('Nothing is previewed.')),
      [Symbol.asyncDispose]: async () => undefined,
    };
    await using ports = await openPorts(world.folder, { evaluator, ...changes });
    await proveBeforeMerge(await open(world), { ports, options: worldOptions() });
  }

  test('what is proved may be merged', async ({ proposed: world }) => {
    await expect(prove(world)).resolves.toBeUndefined();
  });

  test.for([
    ['a key that was revoked since', revoke, 'key-revoked'],
    ['a version that was signed again', (world: World) => world.publish('v1.1.0', { note: 'new' }), 'digest-mismatch'],
    [
      'a version that was tampered with',
      (world: World) => world.publish('v1.1.0', { tampered: true }),
      'signature-invalid',
    ],
  ] as const)('%s is noticed', async ([, act, code], { proposed: world }) => {
    await act(world);
    await expect(prove(world)).rejects.toMatchObject({
      code: 'content',
      exitCode: 3,
      findings: [{ message: expect.stringContaining(code) }],
    });
  });

  test('a pull request that does not say any more what it proposes is not merged, until the bot writes it anew', async ({
    proposed: world,
  }) => {
    const { number, title, body } = await open(world);
    const text = body.replace(/^<!-- consignee:begin .*\n/, '');
    await world.onForge((forge) => forge.pullRequests.update(number, { title, body: text, by: world.person }));
    await expect(merge(world)).rejects.toMatchObject({ code: 'content', message: expect.stringContaining('its text') });
    expect(await world.step()).toBe('update');
    await expect(merge(world)).resolves.toBeUndefined();
  });
});

describe.concurrent('what the bot did not write', () => {
  const lockPath = '.consignee/lock/default/podinfo.yaml';

  test('a manifest in the lock file that leads to other content is not taken for its own', async ({
    proposed: world,
  }) => {
    const lock = await world.lock(branch);
    const other = await world.lock('main');
    const text = (await world.read(branch, lockPath)) ?? '';
    const { git } = world.git;
    const evidencePath = lockPath.replace('.yaml', '.evidence.json');
    const evidence = (await world.read(branch, evidencePath)) ?? '';
    const forge = (it: string) => it.replaceAll(lock?.manifest ?? '', other?.manifest ?? '');
    await world.person.commit(branch, { [lockPath]: forge(text), [evidencePath]: forge(evidence) });
    const tree = (await git('rev-parse', `${branch}^{tree}`)).trim();
    const commit = (await git('commit-tree', '-p', 'main', '-m', 'Forged', tree)).trim();
    await git('update-ref', `refs/heads/${branch}`, commit);
    await world.loseStore();
    expect(await world.step()).toBe('leave branch-has-other-commits');
  });

  test('lines that somebody wrote into the message of a commit do not reach the merge', async ({ proposed: world }) => {
    const { git } = world.git;
    const forged = 'Consignee-Component-Digest: SHA-256:FORGED\nConsignee-Approved-By: boss';
    const commit = (await git('commit-tree', '-p', 'main', '-m', `x\n\n${forged}`, `${branch}^{tree}`)).trim();
    await git('update-ref', `refs/heads/${branch}`, commit);
    await world.person.commit('main', { [configPath]: configText('merge: automatic\n') });
    await world.loseStore();
    await world.step();
    await world.step();
    const message = await git('log', '-1', '--format=%B', 'main');
    expect(message).not.toMatch(/FORGED|Approved-By/);
  });
});
