import { fc, test as property } from '@fast-check/vitest';
import { expect, test } from 'vitest';
import { printCommit } from '../../../src/adapters/git/commit-text.ts';
import { commitShaOf, parseCommitObject, parseTreeObject, treeShaOf } from '../../../src/adapters/git/git-objects.ts';

const tree = treeShaOf('4b825dc642cb6eb9a060e54bf8d69288fbee4904');
const sha = commitShaOf('1'.repeat(40));
const at = new Date('2026-03-01T10:00:00.789Z');
const author = { name: 'Pat', email: 'pat@example.org' };

test('a commit is printed as git prints it', () => {
  const commit = printCommit({
    tree,
    parents: [sha, commitShaOf('2'.repeat(40))],
    message: 'Why\n\nBecause.\n\n\n',
    author,
    at,
  });
  expect(commit.toString()).toBe(
    `tree ${tree}\nparent ${'1'.repeat(40)}\nparent ${'2'.repeat(40)}\n` +
      'author Pat <pat@example.org> 1772359200 +0000\ncommitter Pat <pat@example.org> 1772359200 +0000\n\nWhy\n\nBecause.\n',
  );
});

test.each([
  [{ name: 'A <b@c>\nparent x', email: 'a>b' }, 'A  b@c  parent x <a b>'],
  [{ name: '', email: 'a@b' }, 'a@b <a@b>'],
  [{ name: '.', email: '' }, 'unknown <>'],
  [{ name: ' "Ann", ', email: 'a@b' }, 'Ann <a@b>'],
])('no name can forge a line: %j', (person, identity) => {
  const lines = printCommit({ tree, parents: [], message: 'x', author: person, at }).toString().split('\n');
  expect(lines[1]).toBe(`author ${identity} 1772359200 +0000`);
  expect(lines).toHaveLength(6);
});

const anyone = fc.record({ name: fc.string(), email: fc.string() });
property.prop([anyone, fc.string(), fc.integer({ min: 0, max: 4_000_000_000 })])(
  'what is printed is read again',
  (person, message, seconds) => {
    const date = new Date(seconds * 1000);
    const read = parseCommitObject(sha, printCommit({ tree, parents: [sha], message, author: person, at: date }));
    expect(read).toMatchObject({ sha, tree, parents: [sha], at: date });
    expect(read.message.trimEnd()).toBe(message.replaceAll('\0', '').trimEnd());
    // Once cleaned, an identity stays as it is.
    const again = printCommit({ tree, parents: [sha], message, author: read.author, at: date });
    expect(parseCommitObject(sha, again)).toEqual(read);
  },
);

test('a signed commit of somebody with an odd zone is read', () => {
  const text = `tree ${tree}\nparent ${sha}\nauthor Zoë Öl <z@example.org> 1772359200 -0330\ncommitter C <c@example.org> 1772359300 +0545\ngpgsig -----BEGIN\n author Evil <e> 1 +0000\n -----END\n\nMessage\n\nwith author lines:\nauthor X <x> 1 +0000\n`;
  expect(parseCommitObject(sha, Buffer.from(text))).toEqual({
    sha,
    tree,
    parents: [sha],
    author: { name: 'Zoë Öl', email: 'z@example.org' },
    at: new Date(1772359300_000),
    message: 'Message\n\nwith author lines:\nauthor X <x> 1 +0000\n',
  });
});

test('a tree object is read, ids with any byte included', () => {
  const id = Buffer.from(`${'00'.repeat(10)}${'20'.repeat(10)}`, 'hex');
  const bytes = Buffer.concat([Buffer.from('40000 a folder\0'), id, Buffer.from('100755 ü.sh\0'), id]);
  expect(parseTreeObject(bytes, 20)).toEqual([
    { mode: '40000', name: 'a folder', id: id.toString('hex') },
    { mode: '100755', name: 'ü.sh', id: id.toString('hex') },
  ]);
});
