import { expect, test } from 'vitest';
import { createEvaluator } from '../../../src/adapters/worker/evaluator.ts';
import type { VerifiedRender } from '../../../src/workflows/verify-render/verified-render.ts';
import { verifyRender } from '../../../src/workflows/verify-render/verify-render.ts';
import { createPinned, manifests } from '../../support/pinned-world.ts';
import type { World } from '../../support/world.ts';
import { openPorts, worldOptions } from '../../support/world-ports.ts';

const file = 'apps/podinfo.yaml';
const branch = 'consignee/default/podinfo';

async function verify(world: World, revision?: string): Promise<VerifiedRender> {
  await using ports = await openPorts(world.folder, { evaluator: createEvaluator({ timeoutSeconds: 20 }) });
  const request = { only: [], revision, isRead: () => true };
  const { installations } = await verifyRender(request, { ports, options: worldOptions({ mode: 'plan' }) });
  const [only] = installations;
  if (!only) throw new Error('There is one installation.');
  return only;
}

const inShort = ({ result, differences }: VerifiedRender) => [
  result,
  ...differences.map(({ what, path }) => `${what} ${path}`),
];

test.each([1, 2] as const)(
  'proposals and merges of generation %i reproduce, and edits of people do not count',
  async (generation) => {
    const manifest = manifests[generation];
    await using world = await createPinned({ files: { [file]: manifest('v1.0.0') } });
    await world.step();
    await world.merge();
    await world.publish('v1.1.0');
    await world.step();
    expect(inShort(await verify(world, branch))).toEqual(['reproduced']);
    await world.merge();
    expect(inShort(await verify(world))).toEqual(['reproduced']);
    await world.person.commit('main', { [file]: manifest('v1.1.0').replace('10m', '5m') });
    expect(inShort(await verify(world))).toEqual(['reproduced']);
    await world.person.commit('main', { [file]: undefined, 'moved.yaml': manifest('v1.1.0') });
    expect(inShort(await verify(world))).toEqual(['reproduced']);
  },
);

test('another version on the base branch is named, and so is an object that is gone', async () => {
  await using world = await createPinned({ files: { [file]: manifests[1]('v1.0.0') } });
  await world.step();
  await world.merge();
  await world.person.commit('main', { [file]: manifests[1]('v1.0.1') });
  const differing = await verify(world);
  expect(inShort(differing)).toEqual(['differs', `changed ${file}`]);
  expect(differing.differences[0]?.detail).toBe('spec.version.semver is "v1.0.1", and the lock file says v1.0.0');
  await world.person.commit('main', { [file]: manifests[1]('">=1.0.0"') });
  expect(inShort(await verify(world))).toEqual(['differs', `changed ${file}`]);
  await world.person.commit('main', { [file]: undefined });
  expect((await verify(world)).differences[0]?.detail).toMatch(/^No ComponentVersion or Component in this repository/);
});

test('a byte changed in a proposal is named', async () => {
  await using world = await createPinned({ files: { [file]: manifests[1]('v1.0.0') }, versions: ['v1.1.0'] });
  await world.step();
  const text = (await world.read(branch, file)) ?? '';
  await world.person.commit(branch, { [file]: text.replace('team web', 'team wob') });
  expect(inShort(await verify(world, branch))).toEqual(['differs', `changed ${file}`]);
});

test('a proposal that only pins what was left open reproduces, and is recognised without the store', async () => {
  await using world = await createPinned({ files: { [file]: manifests[1]('v1.0.0') } });
  await world.step();
  await world.merge();
  await world.person.commit('main', { [file]: manifests[1]('"~1.0"') });
  expect(await world.step()).toBe('open');
  expect((await world.git.git('diff', '--name-only', 'main', branch)).trim()).toBe(file);
  expect(inShort(await verify(world, branch))).toEqual(['reproduced']);
  await world.loseStore();
  expect(await world.step()).toBe('leave waiting-for-merge');
  await world.person.commit(branch, { [file]: manifests[1]('"v1.0.0" # mine') });
  expect(inShort(await verify(world, branch))).toEqual(['differs', `changed ${file}`]);
  expect(await world.step()).toBe('leave branch-has-other-commits');
});
