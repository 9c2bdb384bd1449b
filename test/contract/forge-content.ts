import { expect, test } from 'vitest';
import { parseBlobId } from '../../src/core/repository/commit.ts';
import type { Forge } from '../../src/ports/forge.ts';
import { worldFiles } from '../support/git-world.ts';
import { type Contract, propose, readFile, tipOf } from './forge-context.ts';

export function testContent({ context }: Contract) {
  test('the base branch is read with modes and contents', async () => {
    const { forge } = context();
    const tree = await forge.content.readTree(await tipOf(forge, 'main'));
    expect([...tree.keys()].sort()).toEqual(['README.md', 'apps/one.yaml', 'apps/two.yaml', 'link', 'script.sh']);
    expect(tree.get('script.sh')?.mode).toBe('100755');
    expect(tree.get('link')?.mode).toBe('120000');
    expect(await readFile(forge, 'main', 'apps/one.yaml')).toBe(worldFiles['apps/one.yaml']);
  });

  test("a person's commit is seen by the next reading of the refs", async () => {
    const { forge, world } = context();
    await forge.content.readRefs();
    const sha = await world.person.commit('main', { 'apps/three.yaml': 'name: three\n' });
    expect(await tipOf(forge, 'main')).toBe(sha);
    expect(await readFile(forge, 'main', 'apps/three.yaml')).toBe('name: three\n');
  });

  test('commits are read newest first, within their range and their path', async () => {
    const { forge, world } = context();
    const first = await tipOf(forge, 'main');
    const second = await world.person.commit('main', { 'apps/one.yaml': 'name: one\nreplicas: 2\n' });
    const third = await world.person.commit('main', { 'apps/two.yaml': 'name: two\nreplicas: 3\n' });
    await forge.content.readRefs();
    const shas = async (range: Parameters<Forge['content']['readCommits']>[0]) =>
      (await forge.content.readCommits(range)).map(({ sha }) => sha);
    expect(await shas({ to: third, limit: 10 })).toEqual([third, second, first]);
    expect(await shas({ to: third, limit: 2 })).toEqual([third, second]);
    expect(await shas({ from: first, to: third, limit: 10 })).toEqual([third, second]);
    expect(await shas({ to: third, limit: 10, path: 'apps/one.yaml' })).toEqual([second, first]);
    const [commit] = await forge.content.readCommits({ to: third, limit: 1 });
    expect(commit).toMatchObject({
      parents: [second],
      author: { name: world.person.name, email: world.person.email },
      message: 'Change apps/two.yaml\n',
    });
  });

  test('ancestry is told in the one direction only', async () => {
    const { forge, world } = context();
    const old = await tipOf(forge, 'main');
    const young = await world.person.commit('main', { a: 'a' });
    await forge.content.readRefs();
    expect(await forge.content.isAncestor(old, young)).toBe(true);
    expect(await forge.content.isAncestor(young, old)).toBe(false);
    expect(await forge.content.isAncestor(old, old)).toBe(true);
  });

  test('a diff shows what changed, and whole object ids', async () => {
    const { forge } = context();
    const { base, sha } = await propose(forge, { files: { 'apps/one.yaml': 'name: one\nreplicas: 2\n' } });
    const diff = await forge.content.diff(base, sha);
    expect(diff).toContain('--- a/apps/one.yaml\n+++ b/apps/one.yaml\n');
    expect(diff).toContain('-replicas: 1\n+replicas: 2\n');
    expect(diff).toMatch(/^index [0-9a-f]{40,64}\.\.[0-9a-f]{40,64} 100644$/m);
    expect(await forge.content.diff(sha, sha)).toBe('');
  });

  test('a blob that is not there is left out', async () => {
    const { forge } = context();
    const tree = await forge.content.readTree(await tipOf(forge, 'main'));
    const present = tree.get('README.md')?.blob;
    const absent = parseBlobId('1'.repeat(present?.length ?? 0));
    if (!present || !absent) throw new Error('the tree has no README.md');
    expect([...(await forge.content.readBlobs([present, absent])).keys()]).toEqual([present]);
  });
}
