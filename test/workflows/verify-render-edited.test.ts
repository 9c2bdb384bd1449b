import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEvaluator } from '../../src/adapters/worker/evaluator.ts';
import type { CommitSha, FileChange } from '../../src/core/repository/commit.ts';
import type { PassPorts } from '../../src/workflows/pass.ts';
import { verifyRender } from '../../src/workflows/verify-render/verify-render.ts';
import { proposalMessage } from '../support/proposal-message.ts';
import { branch, createWorld, install, type World } from '../support/world.ts';
import { bot, openPorts, worldOptions } from '../support/world-ports.ts';

const folder = 'components/podinfo';
const deploy = `${folder}/deploy.yaml`;
const configure = `${folder}/configure.yaml`;
const moved = `${folder}/settings.yaml`;
const kustomization = 'clusters/kind/podinfo_component.yaml';
const copies = '.consignee/rendered/default/podinfo';

/** v1.0.0 is installed; people edited a file, moved one and removed one; v1.1.0 is proposed. */
let world: World;
let ports: PassPorts & AsyncDisposable;
let proposal: CommitSha;
let parent: CommitSha;

beforeAll(async () => {
  world = await createWorld();
  await install(world, 'v1.0.0');
  const edited = (await world.read('main', deploy))?.replace('interval: 10s', 'interval: 5m # quiet');
  const settings = `# Moved\n${await world.read('main', configure)}`;
  const changes = { [deploy]: edited, [configure]: undefined, [moved]: settings, [kustomization]: undefined };
  parent = await world.person.commit('main', changes);
  await world.publish('v1.1.0');
  expect(await world.step()).toBe('open');
  ports = await openPorts(world.folder, { evaluator: createEvaluator({ timeoutSeconds: 20 }) });
  const tip = (await ports.forge.content.readRefs()).get(`refs/heads/${branch}`);
  if (!tip) throw new Error('Nothing is proposed.');
  proposal = tip;
}, 60_000);

afterAll(async () => {
  await ports[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});

let made = 0;

/** Writes a commit with the files of the proposal, changed. @returns The branch that it is on. */
async function commit(parents: readonly CommitSha[], ...changes: readonly FileChange[]): Promise<string> {
  const { writer, content } = ports.forge;
  const tree = await writer.writeTree(proposal, changes);
  const message = await proposalMessage(tree, parents[0], content);
  const to = await writer.writeCommit({ tree, parents, message, author: bot, at: ports.clock.now() });
  const name = `variant/${made++}`;
  await writer.push([{ ref: `refs/heads/${name}`, expect: undefined, to }]);
  return name;
}

async function verify(revision: string, base = 'main') {
  const request = { only: [], revision, isRead: () => true };
  const options = worldOptions({ mode: 'plan', branch: base });
  const { installations } = await verifyRender(request, { ports, options });
  return installations.map(({ result, differences, notes }) => ({
    result,
    differences: differences.map(({ what, path }) => `${what} ${path}`),
    notes,
  }))[0];
}

const flip = (text: string) => text.replace(/.$/m, (last) => (last === '1' ? '2' : '1'));

describe('a commit with files that people edited, moved and removed', () => {
  test('reproduces as proposed, as squashed and as merged, and says which files are not as rendered', async () => {
    const files = `${kustomization} (removed), ${moved} (moved from ${configure}), ${deploy}`;
    const note = `Changed by people before it was proposed, and verified only to be as they left it: ${files}.`;
    const reproduced = { result: 'reproduced', differences: [], notes: [note] };
    expect(await verify(branch)).toEqual(reproduced);
    expect(await verify(await commit([parent]))).toEqual(reproduced);
    const squashed = await commit([parent]);
    expect(await verify(squashed, squashed)).toEqual(reproduced);
    const merged = await commit([parent, proposal]);
    expect(await verify(merged, merged)).toEqual(reproduced);
  });

  test.each([
    ['in the edited file', deploy],
    ['in the moved file', moved],
    ['in a copy of a render', `${copies}/${deploy}`],
    ['in the copy of the render of the moved file', `${copies}/${configure}`],
    ['in a file that nobody edited', `${folder}/localize.yaml`],
  ])('differs when a byte changes %s', async (_, path) => {
    const text = (await world.read(proposal, path)) ?? '';
    const changed = await commit([parent], { path, content: flip(text) });
    expect(await verify(changed)).toMatchObject({ result: 'differs', differences: [`changed ${path}`] });
    const squashed = await commit([parent], { path, content: flip(text) });
    expect(await verify(squashed, squashed)).toMatchObject({ result: 'differs', differences: [`changed ${path}`] });
  });

  test.each([
    ['a copy is missing', `${copies}/${deploy}`, undefined, 'missing'],
    ['what people removed is back', kustomization, 'kind: Kustomization\n', 'extra'],
    ['what people moved is back', configure, 'kind: Configuration\n', 'extra'],
    ['the moved file is missing', moved, undefined, 'missing'],
    ['there is a copy too many', `${copies}/${folder}/localize.yaml`, 'kind: Localization\n', 'extra'],
  ])('differs when %s', async (_, path, content, what) => {
    expect(await verify(await commit([parent], { path, content }))).toMatchObject({
      result: 'differs',
      differences: [`${what} ${path}`],
    });
  });

  test('an edit after the merge is named with the commit that made it', async () => {
    const text = (await world.read(proposal, deploy)) ?? '';
    const { writer } = ports.forge;
    const tree = await writer.writeTree(proposal, [{ path: deploy, content: `${text}# more\n` }]);
    const message = 'Edit\n';
    const to = await writer.writeCommit({ tree, parents: [proposal], message, author: bot, at: ports.clock.now() });
    await writer.push([{ ref: 'refs/heads/edited', expect: undefined, to }]);
    const request = { only: [], revision: 'edited', isRead: () => true };
    const options = worldOptions({ mode: 'plan', branch: 'edited' });
    const { installations } = await verifyRender(request, { ports, options });
    expect(installations).toMatchObject([{ differences: [{ path: deploy, what: 'changed', edited: { sha: to } }] }]);
  });
});
