import { expect, test } from 'vitest';
import { type ComparisonInput, compare as compareAll, findEdited } from '../../../src/core/drift/compare.ts';
import { lockFiles } from '../../../src/core/installation/lock-file.ts';
import { blobIdOf, type Tree } from '../../../src/core/repository/commit.ts';

const like = 'a'.repeat(40);
const tree = (files: Record<string, string>, mode = '100644'): Tree =>
  new Map(Object.entries(files).map(([path, text]) => [path, { mode, blob: blobIdOf(text, like) }]));
const files = (entries: Record<string, string>) => new Map(Object.entries(entries));
const locked = (entries: Record<string, string>) => lockFiles(files(entries), like);
const application = 'podinfo';
const none = files({});

type Needed = 'base' | 'locked' | 'rendered' | 'beside' | 'application';
const places = { folder: 'components/podinfo', copies: '.consignee/rendered/default/podinfo', texts: new Map(), like };
const compare = (input: Pick<ComparisonInput, Needed>) => compareAll({ ...places, ...input });

test('nothing differs when the base branch has what is wanted', () => {
  const content = { 'components/podinfo/a.yaml': '1' };
  expect(
    compare({ base: tree(content), locked: locked(content), rendered: files(content), beside: none, application }),
  ).toMatchObject({ changes: [], occupied: [], conflicts: [], kept: [], tree: tree(content) });
});

test('new and changed files are written, files that are rendered no more are removed', () => {
  const before = { 'components/podinfo/a.yaml': '1', 'components/podinfo/old.yaml': 'x' };
  const after = { 'components/podinfo/a.yaml': '2', 'components/podinfo/new.yaml': 'y' };
  expect(
    compare({ base: tree(before), locked: locked(before), rendered: files(after), beside: none, application }).changes,
  ).toEqual([
    { path: 'components/podinfo/a.yaml', content: '2' },
    { path: 'components/podinfo/new.yaml', content: 'y' },
    { path: 'components/podinfo/old.yaml', content: undefined },
  ]);
});

test('a lock file that lists a foreign file does not get it removed', () => {
  const before = { 'README.md': 'ours' };
  expect(
    compare({ base: tree(before), locked: locked(before), rendered: none, beside: none, application }).changes,
  ).toEqual([]);
});

test('a file that somebody put where a new one goes is told, unless it is the same', () => {
  const base = tree({ 'components/podinfo/a.yaml': 'theirs', 'components/podinfo/b.yaml': 'same' });
  const rendered = files({ 'components/podinfo/a.yaml': 'ours', 'components/podinfo/b.yaml': 'same' });
  expect(compare({ base, locked: [], rendered, beside: none, application }).occupied).toEqual([
    'components/podinfo/a.yaml',
  ]);
});

test.each([
  ['its folder', 'components/podinfo/old.yaml', true],
  ['its folder of another environment', 'dev/components/podinfo/old.yaml', true],
  ['a file that bears its name', 'clusters/kind/podinfo_component.yaml', true],
  ['a file of another application', 'clusters/kind/podinfo2_component.yaml', false],
  ['a folder of another application', 'components/other/podinfo/deploy.yaml', false],
  ['a file of people', 'clusters/kind/gotk-sync.yaml', false],
])('what the lock file lists in %s is removed only when it is its own', (_, path, removed) => {
  const before = { [path]: 'x' };
  const { changes } = compare({
    base: tree(before),
    locked: locked(before),
    rendered: none,
    beside: none,
    application,
  });
  expect(changes).toEqual(removed ? [{ path, content: undefined }] : []);
});

test('files beside are written over: they are read before they are changed', () => {
  const result = compare({
    base: tree({ 'values.yaml': 'a: 1' }),
    locked: [],
    rendered: none,
    beside: files({ 'values.yaml': 'a: 1\nb: 2' }),
    application,
  });
  expect(result).toMatchObject({ changes: [{ path: 'values.yaml' }], occupied: [] });
});

test.each([
  ['changed', tree({ 'a.yaml': '2' })],
  ['removed', tree({})],
  ['made executable', tree({ 'a.yaml': '1' }, '100755')],
  ['replaced by a link', tree({ 'a.yaml': '1' }, '120000')],
])('a file that somebody %s is found', (_, base) => {
  expect(findEdited(base, locked({ 'a.yaml': '1' }))).toEqual(['a.yaml']);
});
