import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fc } from '@fast-check/vitest';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type GitRepository, openGitRepository } from '../../../src/adapters/git/git-repository.ts';
import type { CommitSha, FileChange } from '../../../src/core/repository/commit.ts';
import { createGitWorld, type GitWorld, runGit } from '../../support/git-world.ts';

let world: GitWorld;
let repository: GitRepository;
let base: CommitSha;
beforeAll(async () => {
  world = await createGitWorld();
  // Names that git orders otherwise than most do: a folder counts as if its name ended with a slash.
  const names = ['a', 'a.b', 'a-b', 'a0', 'b/a', 'b/c/d', 'b/c.d', 'b/c-d', 'b/c0', 'c/x', 'Z', 'ünï', 'ünï.d/x'];
  const files = names.map((name) => `M 100644 inline ${name}\ndata 2\n1\n`).join('\n');
  const others = [
    'M 100755 inline run.sh\ndata 2\n1\n',
    // A name that is no Unicode text, beside those that are changed.
    'M 100644 inline "b/\\377\\376"\ndata 2\n1\n',
  ].join('\n');
  const stream = `commit refs/heads/trees\ncommitter A <a> 1 +0000\ndata 2\nx\n${files}\n${others}\n`;
  await runGit(world.bare, ['fast-import', '--quiet'], stream);
  const cacheFolder = join(world.folder, 'cache');
  repository = await openGitRepository({ url: world.bare, cacheFolder, name: 'apps', environment: process.env });
  const tip = (await repository.readRefs()).get('refs/heads/trees');
  if (!tip) throw new Error('there is no branch');
  base = tip;
});
afterAll(async () => {
  await repository[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});

const segment = fc.constantFrom('a', 'a.b', 'a-b', 'a0', 'b', 'c', 'c.d', 'c0', 'd', 'Z', 'ünï', 'x', 'run.sh');
const path = fc.array(segment, { minLength: 1, maxLength: 3 }).map((it) => it.join('/'));
const change = fc.record({ path, content: fc.option(fc.string({ maxLength: 3 }), { nil: undefined }) });

/** What git makes of the same changes with an index. */
function byIndex(changes: readonly FileChange[]): string {
  const run = (words: readonly string[], input = '') =>
    execFileSync('git', [...words], {
      cwd: world.bare,
      env: { ...process.env, GIT_INDEX_FILE: join(world.folder, 'index') },
      input,
    })
      .toString()
      .trim();
  run(['read-tree', base]);
  const lines = changes.map(({ path: name, content }) => {
    if (content === undefined) return `0 ${'0'.repeat(40)}\t${name}\0`;
    const mode = run(['ls-files', '-s', '--', name]).startsWith('100755') ? '100755' : '100644';
    return `${mode} ${run(['hash-object', '-w', '--stdin'], content)}\t${name}\0`;
  });
  run(['update-index', '-z', '--index-info'], lines.join(''));
  return run(['write-tree']);
}

test('whatever is changed, the tree is the one that git writes by way of an index', { timeout: 60_000 }, async () => {
  let written = 0;
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(change, { selector: (it) => it.path, maxLength: 6 }), async (changes) => {
      let tree: string;
      try {
        tree = await repository.writeTree(base, changes);
      } catch (error) {
        // A file where a folder stays, or the other way round.
        expect(error).toMatchObject({ code: 'forge-denied' });
        return;
      }
      written += 1;
      const ordered = changes.toSorted((a, b) => Number(a.content !== undefined) - Number(b.content !== undefined));
      expect(tree).toBe(byIndex(ordered));
    }),
    { numRuns: 150 },
  );
  expect(written).toBeGreaterThan(20);
});

test('a file gives way to a folder of its name, and a folder to a file', async () => {
  const changes = [
    { path: 'a', content: undefined },
    { path: 'a/b', content: '2' },
    { path: 'c/x', content: undefined },
    { path: 'c', content: '3' },
  ];
  const removals = changes.toSorted((a, b) => Number(a.content !== undefined) - Number(b.content !== undefined));
  expect(await repository.writeTree(base, changes)).toBe(byIndex(removals));
});

test('what is left of nothing is the empty tree', async () => {
  const all = [...(await repository.readTree(base)).keys()].filter((it) => it.isWellFormed() && !it.includes('\ufffd'));
  const tree = await repository.writeTree(base, [...all.map((it) => ({ path: it, content: undefined }))]);
  // The one whose name is no text stays.
  expect((await repository.readTree(tree)).size).toBe(1);
});
