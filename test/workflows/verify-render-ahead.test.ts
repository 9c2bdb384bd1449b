import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEvaluator } from '../../src/adapters/worker/evaluator.ts';
import type { CommitSha, FileChange } from '../../src/core/repository/commit.ts';
import type { PassPorts } from '../../src/workflows/pass.ts';
import { verifyRender } from '../../src/workflows/verify-render/verify-render.ts';
import { proposalMessage } from '../support/proposal-message.ts';
import { createWorld, type World } from '../support/world.ts';
import { bot, openPorts, worldOptions } from '../support/world-ports.ts';

const evil = ['.consignee/keys/evil.pub', 'clusters/kind/evil.yaml', 'components/podinfo/evil.yaml'];
const files = evil.map((path) => ({ path, content: 'kind: Evil\n' }));
const extra = evil.map((path) => `extra ${path}`);

/** Two installations; the first is installed as v1.0.0, and both are proposed: the first as v1.1.0. */
let world: World;
let ports: PassPorts & AsyncDisposable;
let main: CommitSha;
let proposal: CommitSha;
let other: CommitSha;

beforeAll(async () => {
  world = await createWorld({ config: '  second: { component: example.org/second }\n' });
  await world.publish('v1.0.0');
  await world.publish('v1.0.0', { name: 'example.org/second' });
  expect(await world.steps()).toEqual(['open', 'open']);
  await world.person.merge('consignee/default/podinfo', 'main');
  await world.publish('v1.1.0', { parameters: { replicas: 1, logo: 'x' } });
  await world.steps();
  ports = await openPorts(world.folder, { evaluator: createEvaluator({ timeoutSeconds: 20 }) });
  main = await refOf('main');
  proposal = await refOf('consignee/default/podinfo');
  other = await refOf('consignee/default/second');
}, 60_000);

afterAll(async () => {
  await ports[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});

async function refOf(branch: string): Promise<CommitSha> {
  const sha = (await ports.forge.content.readRefs()).get(`refs/heads/${branch}`);
  if (!sha) throw new Error(`There is no branch ${branch}.`);
  return sha;
}

let made = 0;

/** Writes a commit with the files of another one, or of two that are merged, changed. */
async function commit(
  of: CommitSha | readonly [CommitSha, CommitSha],
  parents: readonly CommitSha[],
  ...changes: readonly FileChange[]
): Promise<CommitSha> {
  const { writer, content } = ports.forge;
  const merged = typeof of === 'string' ? undefined : await content.mergeTrees(of[0], of[1]);
  if (merged?.kind === 'conflict') throw new Error('There is a conflict.');
  const tree = await writer.writeTree(merged?.tree ?? (typeof of === 'string' ? of : of[0]), changes);
  const message = await proposalMessage(tree, parents[0], content);
  const to = await writer.writeCommit({ tree, parents, message, author: bot, at: ports.clock.now() });
  await writer.push([{ ref: `refs/heads/variant/${made++}`, expect: undefined, to }]);
  return to;
}

/** @returns The base branch, further than what is proposed. */
async function advance(...changes: readonly FileChange[]) {
  const tip = await commit(main, [main], ...changes);
  return { tip, base: `variant/${made - 1}` };
}

async function verify(revision: string, base = 'main', only: readonly string[] = []) {
  const request = { only, revision, isRead: () => true };
  const options = worldOptions({ mode: 'plan', branch: base });
  const { installations } = await verifyRender(request, { ports, options });
  return installations.map(({ result, differences, reasons }) => ({
    result,
    differences: differences.map(({ what, path }) => `${what} ${path}`),
    reasons: reasons.map(({ code }) => code),
  }));
}

const reproduced = { result: 'reproduced', differences: [], reasons: [] };
const differing = { result: 'differs', differences: extra, reasons: [] };
const absent = { result: 'not-installed', differences: [], reasons: [] };

describe('a commit that the base branch does not have', () => {
  test('reproduces when it is a proposal, also with one of another installation in it', async () => {
    expect(await verify(proposal)).toEqual([reproduced, absent]);
    expect(await verify(other)).toEqual([reproduced, reproduced]);
  });

  test('reproduces when it is the clean merge of the base branch and a proposal, further on than that or not', async () => {
    const { tip, base } = await advance({ path: 'notes.txt', content: 'x\n' });
    expect(await verify(await commit(proposal, [main, proposal]))).toEqual([reproduced, absent]);
    for (const parents of [
      [tip, proposal],
      [proposal, tip],
    ])
      expect(await verify(await commit([tip, proposal], parents), base)).toEqual([reproduced, absent]);
    const { base: further } = await advance({ path: 'more.txt', content: 'x\n' });
    expect(await verify(await commit(proposal, [main, proposal]), further)).toEqual([reproduced, absent]);
  });

  test('differs by what a commit on a proposal adds, and an empty one adds nothing', async () => {
    expect(await verify(await commit(proposal, [proposal], ...files))).toEqual([differing, absent]);
    expect(await verify(await commit(proposal, [proposal]))).toEqual([reproduced, absent]);
  });

  test('differs by what a merge adds, or takes back of the base branch', async () => {
    expect(await verify(await commit(proposal, [main, proposal], ...files))).toEqual([differing, absent]);
    const { tip, base } = await advance({ path: 'values.yaml', content: 'a: 1\n' });
    const [undone] = await verify(await commit(proposal, [tip, proposal]), base);
    expect(undone).toEqual({ result: 'differs', differences: ['changed values.yaml'], reasons: [] });
  });

  test('differs by what the merged proposal has beside the render', async () => {
    const amended = await commit(proposal, [main], ...files);
    expect(await verify(amended)).toEqual([differing, absent]);
    expect(await verify(await commit(amended, [main, amended]))).toEqual([differing, absent]);
  });

  test('differs in every installation that is verified, whichever is asked for', async () => {
    const worse = await commit(other, [other], ...files);
    expect(await verify(worse)).toEqual([differing, differing]);
    expect(await verify(worse, 'main', ['default/podinfo'])).toEqual([differing]);
    expect(await verify(other, 'main', ['default/podinfo'])).toEqual([reproduced]);
  });

  test('differs by what changes beside an installation that it leaves alone', async () => {
    expect(await verify(await commit(main, [main], ...files))).toEqual([differing, absent]);
  });
});
