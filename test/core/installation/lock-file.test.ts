import { fc, test as property } from '@fast-check/vitest';
import { expect, test } from 'vitest';
import { digestOf } from '../../../src/core/digest.ts';
import { Failure } from '../../../src/core/failure.ts';
import { lockFiles, parseLockFile, printLockFile, renderDigestOf } from '../../../src/core/installation/lock-file.ts';
import { blobIdOf } from '../../../src/core/repository/commit.ts';
import type { Version } from '../../../src/core/version/version.ts';
import { lockFile } from '../../builders/lock-file.ts';

test('what is printed is read back equal', () => {
  expect(parseLockFile(printLockFile(lockFile()), 'lock.yaml')).toEqual(lockFile());
});

test('a lock file of a version that wrote no policy is read', () => {
  const { policy: _, ...lock } = lockFile();
  expect(parseLockFile(printLockFile(lock), 'lock.yaml')).toEqual(lock);
});

test('an installation without files and parameters is read back equal', () => {
  const lock = lockFile({ files: [], parameters: [] });
  expect(parseLockFile(printLockFile(lock), 'lock.yaml')).toEqual(lock);
});

test('ids and digests are texts for every reader, even when they are all digits, and were not always in quotes', () => {
  const lock = lockFile({ files: [{ path: 'a', digest: digestOf('a'), blob: blobIdOf('a', 'a'.repeat(40)) }] });
  const digits = '1'.repeat(40);
  const text = printLockFile(lock).replace(/(blob: "?)\w+/, `$1${digits}`);
  expect(text).toContain(`blob: "${digits}"`);
  expect(text).toMatch(/^manifest: "sha256:/m);
  expect(parseLockFile(text, 'lock.yaml').files).toMatchObject([{ blob: digits }]);
  const unquoted = printLockFile(lock).replace(/^( *(?:blob|digest|manifest|inputs)): "(.*)"$/gm, '$1: $2');
  expect(unquoted).toMatch(/blob: \w{40}\n/);
  expect(parseLockFile(unquoted, 'lock.yaml')).toEqual(lock);
});

test('characters that YAML has no place for are escaped', () => {
  const lock = lockFile({ templates: 'a\u2028b\u0085c\ufeffd\x7fe' });
  expect(printLockFile(lock)).toContain('"a\\u2028b\\u0085c\\ufeffd\\u007fe"');
  expect(parseLockFile(printLockFile(lock), 'lock.yaml')).toEqual(lock);
});

property.prop([
  fc.string({ unit: 'grapheme', minLength: 1 }).filter((it) => it.isWellFormed()),
  fc.constantFrom('no', '1.0', '2026-01-01', '0x1', '~'),
])('texts keep their type and content, whatever YAML would make of them', (templates, application) => {
  const lock = lockFile({ templates, application });
  expect(parseLockFile(printLockFile(lock), 'lock.yaml')).toEqual(lock);
});

test.each([
  ['a comment', (text: string) => `${text}# mine\n`],
  ['other blanks', (text: string) => text.replaceAll(': "', ':   "')],
  ['another order', (text: string) => text.replace(/(environment: .*\n)(application: .*\n)/, '$2$1')],
  ['no line feed at the end', (text: string) => text.trimEnd()],
  ['line ends of Windows', (text: string) => text.replaceAll('\n', '\r\n')],
])('what somebody wrote anew with %s is read all the same', (_, change) => {
  const text = change(printLockFile(lockFile()));
  expect(text).not.toBe(printLockFile(lockFile()));
  expect(parseLockFile(text, 'lock.yaml')).toEqual(lockFile());
});

test('files are listed in the order of their paths, with the ids that git gives them', () => {
  const files = lockFiles(
    new Map([
      ['b', 'hello\n'],
      ['a', ''],
    ]),
    'a'.repeat(40),
  );
  expect(files.map(({ path, blob }) => [path, blob])).toEqual([
    ['a', 'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391'],
    ['b', 'ce013625030ba8dba906f756967f9e9ca394464a'],
  ]);
});

test('the render digest changes with any path and any content', () => {
  const of = (entries: [string, string][]) =>
    renderDigestOf({ ...lockFile(), files: lockFiles(new Map(entries), 'a'.repeat(40)) });
  const digests = [
    of([['a', '1']]),
    of([['a', '2']]),
    of([['b', '1']]),
    of([
      ['a', '1'],
      ['b', '1'],
    ]),
    of([]),
  ];
  expect(new Set(digests).size).toBe(digests.length);
});

test.each([
  ['no lock file', 'hello', '"lock" is undefined'],
  ['a newer format', printLockFile(lockFile()).replace('lock: 1', 'lock: 2'), '"lock" is 2'],
  ['a version that is none', printLockFile(lockFile({ version: 'latest' as Version })), '"version" is "latest"'],
  [
    'a digest that is none',
    printLockFile(lockFile()).replace(/manifest: .*/, 'manifest: sha256:1'),
    '"manifest" is "sha256:1"',
  ],
  ['a file without a blob', printLockFile(lockFile()).replace(/ {4}blob: .*\n/, ''), '"blob" is undefined'],
  ['a path out of the repository', printLockFile(lockFile({ pinned: '../../x' })), '"pinned" is "../../x"'],
  ['a path that is none', printLockFile(lockFile({ pinned: '/etc/x' })), '"pinned" is "/etc/x"'],
  ['a merge conflict', '<<<<<<< ours\nlock: 1\n', 'lock.yaml'],
])('%s is refused with what was found and what to do', (_, text, message) => {
  const read = () => parseLockFile(text, 'lock.yaml');
  expect(read).toThrow(Failure);
  expect(read).toThrow(message);
});
