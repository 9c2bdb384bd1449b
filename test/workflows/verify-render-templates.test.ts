import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createEvaluator } from '../../src/adapters/worker/evaluator.ts';
import type { CommitSha, FileChange } from '../../src/core/repository/commit.ts';
import type { PassPorts } from '../../src/workflows/pass.ts';
import type { VerifiedRender } from '../../src/workflows/verify-render/verified-render.ts';
import { verifyRender } from '../../src/workflows/verify-render/verify-render.ts';
import { proposalMessage } from '../support/proposal-message.ts';
import { branch, createWorld, install, type World } from '../support/world.ts';
import { bot, openPorts, worldOptions } from '../support/world-ports.ts';

const builtIn = new URL('../../templates/manifests/ocm-controller/', import.meta.url).pathname;
const folder = '.consignee/templates/own';
const lockPath = '.consignee/lock/default/podinfo.yaml';

/** A repository with a template set of its own; v1.0.0 is installed, v1.1.0 is proposed. */
let world: World;
let ports: PassPorts & AsyncDisposable;
let main: CommitSha;
let proposal: CommitSha;
let templates: ReadonlyMap<string, string>;

beforeAll(async () => {
  const names = await readdir(builtIn);
  const texts = names.map(async (name) => [`${folder}/${name}`, await readFile(join(builtIn, name), 'utf8')] as const);
  templates = new Map(await Promise.all(texts));
  world = await createWorld({ config: 'templates: own\n' });
  await world.person.commit('main', Object.fromEntries(templates));
  await install(world, 'v1.0.0');
  await world.publish('v1.1.0');
  expect(await world.step()).toBe('open');
  ports = await openPorts(world.folder, { evaluator: createEvaluator({ timeoutSeconds: 20 }) });
  const refs = await ports.forge.content.readRefs();
  [main, proposal] = [refs.get('refs/heads/main') ?? main, refs.get(`refs/heads/${branch}`) ?? proposal];
}, 60_000);

afterAll(async () => {
  await ports[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});

let made = 0;

async function commit(of: CommitSha, parents: readonly CommitSha[], ...changes: readonly FileChange[]) {
  const { writer } = ports.forge;
  const tree = await writer.writeTree(of, changes);
  const message = await proposalMessage(tree, parents[0], ports.forge.content);
  const to = await writer.writeCommit({ tree, parents, message, author: bot, at: ports.clock.now() });
  await writer.push([{ ref: `refs/heads/variant/${made++}`, expect: undefined, to }]);
  return to;
}

/** @returns The branch that the last commit was written to. */
const lastBranch = () => `variant/${made - 1}`;

/** @returns The template with one byte changed that is rendered as it stands: in a comment, or in an interval. */
function flip(text: string): string {
  const at = text.search(/(?<=^#.*)[a-z]|(?<=interval: 1)0/m);
  if (at < 0) throw new Error(`There is nothing to change in ${text}`);
  return `${text.slice(0, at)}2${text.slice(at + 1)}`;
}

/** @param base The branch that was rendered onto. */
async function verify(revision: string, base = 'main'): Promise<VerifiedRender> {
  const request = { only: [], revision, isRead: () => true };
  const { installations } = await verifyRender(request, {
    ports,
    options: worldOptions({ mode: 'plan', branch: base }),
  });
  const [only] = installations;
  if (!only) throw new Error('There is one installation.');
  return only;
}

test('a proposal from templates of the repository reproduces', async () => {
  expect(await verify(branch)).toMatchObject({ result: 'reproduced', version: 'v1.1.0', notes: [] });
  expect(await verify(main)).toMatchObject({ result: 'reproduced', version: 'v1.0.0', notes: [] });
});

test('one byte of any template that a proposal changes is named', async () => {
  for (const [path, text] of templates) {
    const changed = `${text.slice(0, -1)} `;
    const { result, differences } = await verify(await commit(proposal, [main], { path, content: changed }));
    expect({ result, differences }).toMatchObject({ result: 'differs', differences: [{ path, what: 'template' }] });
  }
});

test('one byte of any template that was another when it was rendered is found, and the folder is named', async () => {
  for (const [path, text] of templates) {
    const change = { path, content: `${text.slice(0, -1)} ` };
    const before = await commit(main, [main], change);
    const base = lastBranch();
    const found = await verify(await commit(proposal, [before], change), base);
    expect(found.result, path).toBe('differs');
    expect(found.differences.map(({ what, path }) => `${what} ${path}`).join('\n'), path).toMatch(
      new RegExp(`lock ${lockPath}[^]*template \\${folder}|template ${path}`),
    );
  }
});

test('what a changed template renders is named too, file by file', async () => {
  const path = `${folder}/deploy.yaml`;
  const change = { path, content: flip(templates.get(path) ?? '') };
  const before = await commit(main, [main], change);
  const base = lastBranch();
  const found = await verify(await commit(proposal, [before], change), base);
  expect(found.differences.map(({ what, path }) => `${what} ${path}`)).toEqual([
    `lock ${lockPath}`,
    'changed components/podinfo/deploy.yaml',
    `template ${folder}`,
  ]);
});

test('a template that cannot be rendered is named', async () => {
  const path = `${folder}/deploy.yaml`;
  const change = { path, content: 'a: ${{ nothing }}\n' };
  const before = await commit(main, [main], change);
  const base = lastBranch();
  const { result, differences } = await verify(await commit(proposal, [before], change), base);
  expect(result).toBe('differs');
  expect(differences.map(({ what, path }) => `${what} ${path}`)).toContain(`template ${path}`);
});

test('a template that people change later is a note, until the bot renders with it', async () => {
  const path = `${folder}/deploy.yaml`;
  const later = await commit(main, [main], { path, content: flip(templates.get(path) ?? '') });
  const { result, notes } = await verify(later, lastBranch());
  expect({ result, notes }).toEqual({ result: 'reproduced', notes: [expect.stringContaining(path)] });
});

test('what is rendered onto a commit of people is not taken for what the bot writes', async () => {
  const change = { path: 'notes.txt', content: 'mine\n' };
  const before = await commit(main, [main], change);
  const base = lastBranch();
  const onTop = await commit(proposal, [before], change);
  expect(await verify(onTop, base)).toMatchObject({ result: 'reproduced', differences: [] });
  const detail = `was written onto ${before.slice(0, 10)}, which main does not have`;
  expect((await verify(onTop)).differences).toEqual([
    { path: 'notes.txt', what: 'extra' },
    { path: lockPath, what: 'lock', detail },
  ]);
});
