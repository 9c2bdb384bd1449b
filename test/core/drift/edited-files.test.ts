import { describe, expect, test } from 'vitest';
import { type ComparisonInput, compare, findNeeded } from '../../../src/core/drift/compare.ts';
import { lockFiles } from '../../../src/core/installation/lock-file.ts';
import { blobIdOf, type Tree } from '../../../src/core/repository/commit.ts';

const like = 'a'.repeat(40);
const folder = 'components/podinfo';
const copies = '.consignee/rendered/default/podinfo';
const deploy = `${folder}/deploy.yaml`;
const object = (interval: string, name = 'podinfo') =>
  `apiVersion: example.org/v1\nkind: Deployer\nmetadata:\n  name: ${name}\nspec:\n  interval: ${interval}\n  path: ./\n`;
const last = object('10s');
const next = object('20s');

type Files = Readonly<Record<string, string>>;
const treeOf = (files: Files, mode = '100644'): Tree =>
  new Map(Object.entries(files).map(([path, text]) => [path, { mode, blob: blobIdOf(text, like) }]));

interface Scene {
  /** The last render. */
  readonly was?: Files;
  /** The new one. */
  readonly now?: Files;
  readonly there: Files;
  readonly mode?: string;
  /** Texts that cannot be read. */
  readonly lost?: readonly string[];
}

/** Compares as the workflow does: what is not needed is not read. */
function hold({ was = { [deploy]: last }, now = { [deploy]: next }, there, mode, lost = [] }: Scene) {
  const input: Omit<ComparisonInput, 'texts'> = {
    ...{ base: treeOf(there, mode), locked: lockFiles(new Map(Object.entries(was)), like), beside: new Map() },
    ...{ rendered: new Map(Object.entries(now)), application: 'podinfo', folder, copies, like },
  };
  const readable = [...Object.values(was), ...Object.values(there)].filter((it) => !lost.includes(it));
  const all = new Map(readable.map((text) => [blobIdOf(text, like), text]));
  const needed = findNeeded(input);
  const texts = new Map([...all].filter(([blob]) => needed.includes(blob)));
  const { changes, conflicts, kept, tree, files } = compare({ ...input, texts });
  return {
    changes,
    conflicts: conflicts.map(({ file, path, because }) => ({ file, path, because })),
    kept,
    tree,
    files,
    needed,
  };
}

const mine = object('10s').replace('path: ./', 'path: ./mine # why');
const merged = object('20s').replace('path: ./', 'path: ./mine # why');
const copy = { path: `${copies}/${deploy}`, content: next };

describe('a file that people', () => {
  test('did not touch is replaced, and nothing is read', () => {
    const { needed, changes, kept } = hold({ there: { [deploy]: last } });
    expect({ needed, changes, kept }).toEqual({ needed: [], changes: [{ path: deploy, content: next }], kept: [] });
  });

  test('changed is merged, and the render is kept beside the lock file', () => {
    const { changes, kept, tree, files, conflicts } = hold({ there: { [deploy]: mine } });
    expect(conflicts).toEqual([]);
    expect(changes).toEqual([{ path: deploy, content: merged }, copy]);
    expect(kept).toEqual([{ path: deploy, movedFrom: undefined, state: 'changed', applied: ['spec.interval'] }]);
    expect(tree).toEqual(treeOf({ [deploy]: merged, [copy.path]: next }));
    expect(Object.fromEntries(files)).toEqual({ [deploy]: merged, [copy.path]: next });
  });

  test('changed, and the new render does not, stays; its copy follows', () => {
    const { changes, kept } = hold({ now: { [deploy]: last }, there: { [deploy]: mine } });
    expect(changes).toEqual([{ path: copy.path, content: last }]);
    expect(kept).toMatchObject([{ path: deploy, applied: [] }]);
  });

  test('changed to what is rendered now is not theirs any more, and its copy goes', () => {
    const { changes, kept } = hold({ there: { [deploy]: next, [copy.path]: last } });
    expect({ changes, kept }).toEqual({ changes: [{ path: copy.path, content: undefined }], kept: [] });
  });

  test('removed stays removed while the render is the same, and is a conflict when it is another', () => {
    const same = hold({ now: { [deploy]: last }, there: {} });
    expect(same).toMatchObject({ changes: [{ path: copy.path, content: last }], conflicts: [] });
    expect(same.kept).toMatchObject([{ path: deploy, state: 'removed' }]);
    const because = 'people removed the file, and the new render changes it';
    expect(hold({ there: {} }).conflicts).toEqual([{ file: deploy, path: '', because }]);
  });

  test('removed, and that is rendered no more, is gone', () => {
    expect(hold({ now: {}, there: {} })).toMatchObject({ changes: [], conflicts: [], kept: [] });
  });

  test('changed, and that is rendered no more, is a conflict and stays', () => {
    const { conflicts, changes } = hold({ now: {}, there: { [deploy]: mine } });
    expect(conflicts).toMatchObject([{ file: deploy, because: 'people changed the file, and it is rendered no more' }]);
    expect(changes).toEqual([]);
  });

  test.each([
    ['executable', '100755'],
    ['a symbolic link', '120000'],
    ['a submodule', '160000'],
  ])('made %s stays while the render is the same, and is a conflict when it is another', (what, mode) => {
    expect(hold({ now: { [deploy]: last }, there: { [deploy]: last }, mode }).conflicts).toEqual([]);
    const because = `the file is ${what} now, and the new render changes it`;
    expect(hold({ there: { [deploy]: last }, mode }).conflicts).toEqual([{ file: deploy, path: '', because }]);
  });

  test('changed where nothing can be read is a conflict', () => {
    expect(hold({ there: { [deploy]: mine }, lost: [last] }).conflicts).toMatchObject([
      {
        because: expect.stringMatching(/^the last render, [0-9a-f]{10}, is nowhere in the history of the repository$/),
      },
    ]);
    expect(hold({ there: { [deploy]: mine }, lost: [mine] }).conflicts).toMatchObject([
      { because: 'the file is no plain text in UTF-8 of at most 5 MiB' },
    ]);
  });

  test('changed in conflict leaves what is rendered as wanted, and writes nothing there', () => {
    const { changes, tree } = hold({ there: { [deploy]: object('30s') } });
    expect(changes.filter(({ path }) => path === deploy)).toEqual([]);
    expect(tree.get(deploy)?.blob).toBe(blobIdOf(next, like));
  });

  test('keep under a name of their own is not taken away, whatever the lock file lists', () => {
    const was = { 'README.md': 'ours' };
    expect(hold({ was, now: {}, there: { 'README.md': 'edited' } })).toMatchObject({ changes: [], conflicts: [] });
  });
});

describe('a file that people moved', () => {
  const moved = `${folder}/run/deployer.yaml`;
  const kept = { path: moved, movedFrom: deploy, state: 'changed' };

  test('as it was, is written where it is', () => {
    const result = hold({ there: { [moved]: last } });
    expect(result.changes).toEqual([{ path: moved, content: next }, copy]);
    expect(result.kept).toMatchObject([kept]);
  });

  test('and changed is found by what it declares, and merged', () => {
    const result = hold({ there: { [moved]: mine } });
    expect(result.changes).toEqual([{ path: moved, content: merged }, copy]);
    expect(result.kept).toMatchObject([{ ...kept, applied: ['spec.interval'] }]);
  });

  test('and that is rendered no more goes when it was not changed', () => {
    expect(hold({ now: {}, there: { [moved]: last } }).changes).toEqual([{ path: moved, content: undefined }]);
    expect(hold({ now: {}, there: { [moved]: mine } }).conflicts).toMatchObject([{ file: moved }]);
  });

  test.each([
    ['to another folder', { 'apps/deployer.yaml': last }],
    ['and called the object otherwise', { [moved]: object('10s', 'other') }],
    ['to two files', { [moved]: mine, [`${folder}/again.yaml`]: mine.replace('why', 'again') }],
    ['to a folder whose name only begins alike', { 'components/podinfo-more/deployer.yaml': last }],
  ])('%s counts as removed', (_, there) => {
    expect(hold({ there }).conflicts).toMatchObject([
      { file: deploy, because: expect.stringMatching(/^people removed/) },
    ]);
    expect(hold({ there }).changes.filter(({ path }) => path in there)).toEqual([]);
  });

  test('is not confused with another one that is rendered, or listed', () => {
    const other = `${folder}/other.yaml`;
    const was = { [deploy]: last, [other]: object('10s', 'second') };
    const now = { [deploy]: next, [other]: object('20s', 'second') };
    const { conflicts, kept } = hold({ was, now, there: { [other]: last } });
    expect(conflicts).toMatchObject([{ file: deploy }]);
    expect(kept).toMatchObject([{ path: other, movedFrom: undefined }]);
  });
});
