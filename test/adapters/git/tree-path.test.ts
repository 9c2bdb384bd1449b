import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fc, test as property } from '@fast-check/vitest';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { whyUnwritable } from '../../../src/adapters/git/tree-path.ts';

let folder: string;
const git = (words: readonly string[], input = '') =>
  spawnSync('git', ['-c', 'core.protectHFS=true', '-c', 'core.protectNTFS=true', ...words], { cwd: folder, input })
    .status;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'consignee-test-'));
  git(['init', '-q', '--bare', '--template=', '.']);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each([
  'apps/podinfo/deployment.yaml',
  '.github/workflows/build.yaml',
  '.gitignore',
  '.gitattributes',
  'git/config',
  'a.git/config',
  '.gitx',
  'päth/with spaces/✓',
  'a..b/...',
  '-option',
])('%s may be written', (path) => {
  expect(whyUnwritable(path)).toBeUndefined();
});

test.each([
  ['a/../b', 'holds the segment ".."'],
  ['/a', 'is absolute'],
  ['c:/a', 'is absolute'],
  ['a\\b', 'holds a backslash'],
  ['a\u0000b', 'holds a control character'],
  ['a\u0085b', 'holds a control character'],
  ['a\ud800b', 'is not Unicode text'],
  ['', 'has an empty segment'],
  ['a/', 'has an empty segment'],
  ['a/.Git/b', `leads into git's own folder (".Git")`],
  ['.git. . /b', `leads into git's own folder (".git. . ")`],
  ['GIT~1', `leads into git's own folder ("GIT~1")`],
  ['\u200e.gi\ufefft', `leads into git's own folder ("\u200e.gi\ufefft")`],
])('%j may not: it %s', (path, reason) => {
  expect(whyUnwritable(path)).toBe(reason);
});

const nasty = fc.constantFrom(
  '.git',
  '.GIT',
  '.',
  '..',
  '',
  '.git ',
  '.git.',
  'git~1',
  'GIT~1',
  '.g\u200cit',
  '.git::$x',
  'a',
  'b.yaml',
);
const mutated = fc
  .tuple(nasty, fc.constantFrom('', ' ', '.', '~1', '\u200d', '\ufeff', ':x', 'x'))
  .map((parts) => parts.join(''));
const path = fc
  .array(fc.oneof(nasty, mutated, fc.string({ maxLength: 4 })), { minLength: 1, maxLength: 3 })
  .map((it) => it.join('/'));

property.prop([path], { numRuns: 150 })('whatever git refuses is refused', (it) => {
  if (whyUnwritable(it) !== undefined) return;
  const line = `100644 e69de29bb2d1d6434b8b29ae775ad8c2e48c5391\t${it}\0`;
  expect({ path: it, status: git(['update-index', '-z', '--index-info'], line) }).toEqual({ path: it, status: 0 });
  rmSync(join(folder, 'index'), { force: true });
});
