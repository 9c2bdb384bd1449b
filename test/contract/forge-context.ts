import { expect, test } from 'vitest';
import type { PullRequest } from '../../src/core/pull-request/pull-request.ts';
import { type CommitSha, type FileChange, parseCommitSha } from '../../src/core/repository/commit.ts';
import type { Forge } from '../../src/ports/forge.ts';
import { listAll } from '../support/list-all.ts';
import type { ForgeAccounts, ForgePart, ForgeWorld } from './forge-world.ts';

/** What every part of the contract is given: the world of the running test, and what this kind of world has. */
export interface Contract {
  /** Asked for within a test. */
  readonly context: () => Context;
  /** Like `test`, left out and shown as left out where the forge is without the part. */
  readonly needs: (...parts: readonly ForgePart[]) => typeof test | typeof test.skip;
}

export interface Context {
  readonly world: ForgeWorld;
  readonly forge: Forge;
  /** Only for tests that need them. */
  readonly accounts: ForgeAccounts;
}

type Hook = (work: () => Promise<void>) => void;

export function useWorld(
  createWorld: () => Promise<ForgeWorld>,
  { before, after, without }: { before: Hook; after: Hook; without: readonly ForgePart[] },
): Contract {
  let world: ForgeWorld | undefined;
  before(async () => {
    world = await createWorld();
  });
  after(async () => {
    await world?.[Symbol.asyncDispose]();
  });
  return {
    needs: (...parts) => (parts.some((it) => without.includes(it)) ? test.skip : test),
    context() {
      if (!world) throw new Error('there is no world outside of a test');
      const { forge, accounts } = world;
      return {
        world,
        forge,
        get accounts() {
          return required(accounts);
        },
      };
    },
  };
}

/** @returns What a test needs and the world said that it has. */
export function required<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('the world has no such thing, and should have said so');
  return value;
}

export const bot = { name: 'Consignee', email: 'consignee@example.org' };
export const branch = 'consignee/dev/one';
const at = new Date('2026-03-01T10:00:00Z');

interface Proposal {
  readonly branch?: string;
  readonly files: Readonly<Record<string, string | undefined>>;
  readonly expect?: CommitSha | undefined;
}

/** Makes a commit on top of `main` and moves the branch to it. */
export async function propose(
  forge: Forge,
  { branch: name = branch, files, expect: expected }: Proposal,
): Promise<{ base: CommitSha; sha: CommitSha; pushed: 'pushed' | 'stale' }> {
  const base = await tipOf(forge, 'main');
  const sha = await writeCommit(forge, base, files);
  const pushed = await forge.writer.push([{ ref: `refs/heads/${name}`, expect: expected, to: sha }]);
  return { base, sha, pushed };
}

export async function writeCommit(forge: Forge, base: CommitSha, files: Proposal['files']): Promise<CommitSha> {
  const changes: readonly FileChange[] = Object.entries(files).map(([path, content]) => ({ path, content }));
  const tree = await forge.writer.writeTree(base, changes);
  return forge.writer.writeCommit({ tree, parents: [base], message: 'Propose\n', author: bot, at });
}

export function open(
  forge: Forge,
  request: Partial<Parameters<Forge['pullRequests']['open']>[0]> = {},
): Promise<PullRequest> {
  return forge.pullRequests.open({
    head: branch,
    base: 'main',
    title: 'Title',
    body: 'Body',
    labels: [],
    by: bot,
    ...request,
  });
}

/** Has it ask for what it asks for once, so that it races with others from the start. */
export async function ready(forge: Forge): Promise<Forge> {
  await forge.people.self();
  return forge;
}

/** Makes a branch and proposes it. */
export async function openOne(forge: Forge, head = branch): Promise<PullRequest & { readonly sha: CommitSha }> {
  const { sha } = await propose(forge, { branch: head, files: { [`${head}.yaml`]: '1' } });
  return { ...(await open(forge, { head })), sha };
}

export async function only(forge: Forge): Promise<PullRequest | undefined> {
  const all = await listAll(forge);
  expect(all).toHaveLength(1);
  return all[0];
}

export async function tipOf(forge: Forge, name: string): Promise<CommitSha> {
  const tip = parseCommitSha((await forge.content.readRefs()).get(`refs/heads/${name}`) ?? '');
  if (!tip) throw new Error(`there is no branch ${name}`);
  return tip;
}

export async function readFile(forge: Forge, name: string, path: string): Promise<string | undefined> {
  const blob = (await forge.content.readTree(await tipOf(forge, name))).get(path)?.blob;
  const bytes = blob && (await forge.content.readBlobs([blob])).get(blob);
  return bytes && text(bytes);
}

export function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString();
}
