import { test as baseTest, expect } from 'vitest';
import { type GitRepository, openGitRepository } from '../../src/adapters/git/git-repository.ts';
import type { CommitSha } from '../../src/core/repository/commit.ts';
import { auditMerge } from '../../src/workflows/audit-merge.ts';
import { pullRequest } from '../builders/observation.ts';
import { createGitWorld, type GitWorld } from '../support/git-world.ts';

interface Merging {
  readonly git: GitWorld;
  readonly content: GitRepository;
  readonly base: CommitSha;
  readonly head: CommitSha;
}

/* biome-ignore-start lint/correctness/noEmptyPattern: what a fixture is made from is read from this pattern. */
const test = baseTest.extend('merging', async ({}, { onCleanup }): Promise<Merging> => {
  const git = await createGitWorld();
  const cacheFolder = `${git.folder}/cache`;
  const content = await openGitRepository({ url: git.bare, cacheFolder, name: 'apps', environment: process.env });
  onCleanup(async () => {
    await content[Symbol.asyncDispose]();
    await git[Symbol.asyncDispose]();
  });
  const base = (await content.readRefs()).get('refs/heads/main');
  if (!base) throw new Error('there is no main');
  const head = await git.person.commit('consignee/dev/one', { 'apps/new.yaml': 'a: 1\n' }, 'main');
  return { git, content, base, head };
});
/* biome-ignore-end lint/correctness/noEmptyPattern: what a fixture is made from is read from this pattern. */

async function audit({ content, base, head }: Merging, commit: CommitSha): Promise<void> {
  await content.readRefs();
  const merged = await content.mergeTrees(base, head);
  if (merged.kind !== 'clean') throw new Error('it does not merge');
  const wanted = merged.tree;
  await auditMerge({ pullRequest: pullRequest(), commit, expectedHead: head, branch: 'main', base, wanted, content });
}

const isNot = { name: 'Failure', code: 'forge-conflict', message: expect.stringContaining('not what was decided') };

test('a merge of the decided head is what was decided, also where somebody pushed in between', async ({ merging }) => {
  const { git } = merging;
  await git.person.commit('main', { 'apps/other.yaml': 'b: 1\n' });
  const commit = await git.person.merge('consignee/dev/one', 'main');
  await git.person.commit('main', { 'apps/later.yaml': 'c: 1\n' });
  await expect(audit(merging, commit)).resolves.toBeUndefined();
});

test('a merge of what was pushed to the branch since is not', async ({ merging }) => {
  await merging.git.person.commit('consignee/dev/one', { 'apps/more.yaml': 'd: 1\n' });
  const commit = await merging.git.person.merge('consignee/dev/one', 'main');
  await expect(audit(merging, commit)).rejects.toMatchObject(isNot);
});

test('a merge that brings something else along is not', async ({ merging }) => {
  const { git, base, head } = merging;
  await git.person.commit('aside', { 'apps/new.yaml': 'a: 1\n', 'apps/smuggled.yaml': 'e: 1\n' }, 'main');
  const words = ['commit-tree', '-p', base, '-p', head, '-m', 'Merge', 'aside^{tree}'];
  const commit = (await git.git(...words)).trim();
  await git.git('update-ref', 'refs/heads/main', commit);
  const tip = await git.tip('refs/heads/main');
  if (!tip) throw new Error('there is no main');
  await expect(audit(merging, tip)).rejects.toMatchObject(isNot);
});

test('a merge into another branch is not', async ({ merging }) => {
  await merging.git.git('branch', 'other', 'main');
  const commit = await merging.git.person.merge('consignee/dev/one', 'other');
  await expect(audit(merging, commit)).rejects.toMatchObject(isNot);
});
