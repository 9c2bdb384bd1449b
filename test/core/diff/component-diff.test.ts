import { describe, expect, test } from 'vitest';
import type { CollectedReference, CollectedVersion } from '../../../src/core/component/collected-version.ts';
import {
  type ComponentTree,
  componentTreeOf,
  diffComponents,
  flattenDiff,
  isSame,
} from '../../../src/core/diff/component-diff.ts';
import {
  type ComponentVersionOptions,
  descriptorData,
  genericDigest,
  parseData,
} from '../../builders/component-version.ts';

type Options = Omit<ComponentVersionOptions, 'references'>;
type Below = Readonly<Record<string, ComponentTree | undefined>>;

/** A reference to `example.org/<name>` 1.0.0 where nothing is said of what it leads to. */
const unreadReference = (name: string) => ({ name, componentName: `example.org/${name}`, version: '1.0.0' });

/** @param below What the references lead to, by their names. */
function tree(name: string, below: Below = {}, options: Options = {}): ComponentTree {
  const references = Object.entries(below).map(([key, it]) =>
    it ? { name: key, componentName: it.descriptor.name, version: it.descriptor.version } : unreadReference(key),
  );
  const data = descriptorData({ name: `example.org/${name}`, ...options, references });
  return { descriptor: parseData(data), references: Object.values(below) };
}

const note = (text: string) => ({ note: Buffer.from(text) });
const pathsOf = (diff: ReturnType<typeof diffComponents>) =>
  flattenDiff(diff).map(({ path, kind, name, change, what }) =>
    [path.join('/'), kind, name, change, ...what].join(' '),
  );

describe('what references lead to', () => {
  test('is compared to the last level', () => {
    const build = (text: string) => tree('root', { base: tree('base', { leaf: tree('leaf', {}, note(text)) }) });
    expect(pathsOf(diffComponents(build('old'), build('new')))).toEqual([
      ' reference base changed below',
      'base reference leaf changed below',
      'base/leaf resource note changed content',
    ]);
    expect(isSame(diffComponents(build('old'), build('old')))).toBe(true);
  });

  test('is told below a reference of which the version differs', () => {
    const build = (version: string) => tree('root', { base: tree('base', {}, { version }) });
    expect(diffComponents(build('1.0.0'), build('1.1.0')).references).toMatchObject([
      {
        identity: 'base',
        change: 'changed',
        before: { component: 'example.org/base', version: '1.0.0' },
        after: { component: 'example.org/base', version: '1.1.0' },
        what: ['version'],
        below: { kind: 'changed', diff: { version: { before: '1.0.0', after: '1.1.0' }, resources: [] } },
      },
    ]);
  });

  test('is listed as new below a reference that is new, and not below one that is gone', () => {
    const [without, withBase] = [tree('root'), tree('root', { base: tree('base') })];
    expect(diffComponents(without, withBase).references).toMatchObject([
      { change: 'added', below: { kind: 'listed', diff: { resources: [{ identity: 'note', change: 'added' }] } } },
    ]);
    const [gone] = diffComponents(withBase, without).references;
    expect(gone).toMatchObject({ identity: 'base', change: 'removed', before: { version: 'v1.0.0' } });
    expect(gone).not.toHaveProperty('below');
  });

  test('is told once when it is referred to twice', () => {
    const build = (text: string) => {
      const leaf = tree('leaf', {}, note(text));
      return tree('root', { one: tree('one', { leaf }), two: tree('two', { leaf }) });
    };
    const diff = diffComponents(build('old'), build('new'));
    expect(pathsOf(diff)).toEqual([
      ' reference one changed below',
      ' reference two changed below',
      'one reference leaf changed below',
      'one/leaf resource note changed content',
      'two reference leaf changed below',
    ]);
    expect(diff.references[1]).toMatchObject({
      below: { kind: 'changed', diff: { references: [{ below: { kind: 'repeated' } }] } },
    });
  });

  test('is not listed as new when it was compared already', () => {
    const leaf = tree('leaf', {}, { version: '2.0.0' });
    const diff = diffComponents(tree('root', { leaf: tree('leaf') }), tree('root', { leaf, again: leaf }));
    expect(diff.references).toMatchObject([
      { identity: 'leaf', below: { kind: 'changed' } },
      { identity: 'again', change: 'added', below: { kind: 'repeated' } },
    ]);
  });

  test('is compared with the first of the versions that it replaces, and with itself', () => {
    const [one, two] = [tree('leaf', {}, { version: '1.0.0' }), tree('leaf', {}, { version: '2.0.0' })];
    const [old, leaf] = [note('old'), note('new')].map((it) => tree('leaf', {}, { ...it, version: '3.0.0' }));
    const diff = diffComponents(tree('root', { a: one, b: two, c: leaf }), tree('root', { a: leaf, b: leaf, c: leaf }));
    expect(diff.references).toMatchObject([
      { identity: 'a', below: { kind: 'changed', diff: { version: { before: '1.0.0' }, resources: [{}] } } },
      { identity: 'b', before: { version: '2.0.0' }, below: { kind: 'repeated' } },
    ]);
    const replaced = diffComponents(tree('root', { a: one, c: old }), tree('root', { a: leaf, c: leaf }));
    expect(pathsOf(replaced).filter((it) => it.includes('resource'))).toEqual([
      'a resource note changed content',
      'c resource note changed content',
    ]);
  });

  test('is the same when nothing of it differs, whatever the references say of themselves', () => {
    const base = tree('base');
    const before = tree('root', { base, again: base });
    const references = before.descriptor.references.map((it) => ({ ...it, labels: [{ name: 'use', value: 1 }] }));
    const diff = diffComponents(before, { ...before, descriptor: { ...before.descriptor, references } });
    const labelled = { what: ['labels'], below: { kind: 'same' }, labels: [{ name: 'use', change: 'added' }] };
    expect(diff.references).toMatchObject([labelled, labelled]);
  });

  test('is told when it is another component', () => {
    const diff = diffComponents(tree('root', { base: tree('base') }), tree('root', { base: tree('other') }));
    expect(diff.references).toMatchObject([
      {
        what: ['component'],
        below: { diff: { component: { before: 'example.org/base', after: 'example.org/other' } } },
      },
    ]);
  });

  test('is told when the reference states another digest', () => {
    const build = (text: string) => {
      const references = [{ ...unreadReference('base'), digest: genericDigest(Buffer.from(text)) }];
      return { descriptor: parseData(descriptorData({ references })), references: [undefined] };
    };
    expect(diffComponents(build('old'), build('new')).references).toMatchObject([
      { what: ['content'], before: { digest: { value: expect.any(String) } }, below: { kind: 'unread' } },
    ]);
    expect(isSame(diffComponents(build('old'), build('old')))).toBe(true);
  });

  test.each<[string, Below, Below]>([
    ['neither', { base: undefined }, { base: undefined }],
    ['only the old one', { base: tree('base', {}, { version: '1.0.0' }) }, { base: undefined }],
    ['only the new one', { base: undefined }, { base: tree('base', {}, { version: '1.0.0' }) }],
  ])('is not said to differ when %s of the same version could be read', (_, before, after) => {
    expect(isSame(diffComponents(tree('root', before), tree('root', after)))).toBe(true);
  });

  test('is listed as new when the old version could not be read', () => {
    const after = tree('root', { base: tree('base', {}, { version: '2.0.0' }) });
    expect(diffComponents(tree('root', { base: undefined }), after).references).toMatchObject([
      { change: 'changed', what: ['version'], below: { kind: 'listed', diff: { resources: [{ change: 'added' }] } } },
    ]);
  });

  test('ends where it leads back to itself', () => {
    const build = (text: string) => {
      const references: ComponentTree[] = [];
      const root = { ...tree('root', { base: undefined }, note(text)), references };
      references.push({ ...tree('base', { root: undefined }), references: [root] });
      return root;
    };
    expect(isSame(diffComponents(build('old'), build('old')))).toBe(true);
    expect(pathsOf(diffComponents(build('old'), build('new')))).toEqual([' resource note changed content']);
  });

  test('is told once on each of many ways', () => {
    const build = (text: string) => {
      let below = tree('leaf', {}, note(text));
      for (let level = 0; level < 40; level++) below = tree(`level${level}`, { left: below, right: below });
      return below;
    };
    const rows = flattenDiff(diffComponents(build('old'), build('new')));
    expect(rows.filter(({ kind }) => kind === 'resource')).toHaveLength(1);
    expect(rows).toHaveLength(81);
  });
});

describe('the tree of what was collected', () => {
  function collected(name: string, references: readonly CollectedReference[] = []): CollectedVersion {
    const names = references.map((_, index) => unreadReference(`part${index}`));
    const descriptor = parseData(descriptorData({ name: `example.org/${name}`, references: names }));
    const { name: component, version } = descriptor;
    return { component, version, descriptor, problems: [], resources: [], references, contents: new Map() };
  }

  const to = (version: CollectedVersion): CollectedReference => ({ kind: 'collected', version });
  const missing = { kind: 'problem', problem: { code: 'reference-unresolved', message: 'it is not there' } } as const;

  test('has what each reference leads to, in their order, and nothing where it could not be read', () => {
    const { descriptor, ...unreadable } = collected('unreadable');
    expect(descriptor).toBeDefined();
    const root = componentTreeOf(collected('root', [missing, to(collected('base')), to(unreadable)]));
    expect(root?.descriptor.name).toBe('example.org/root');
    expect(root?.references.map((it) => it?.descriptor.name)).toEqual([undefined, 'example.org/base', undefined]);
    expect(componentTreeOf(unreadable)).toBeUndefined();
  });

  test('has a place for every reference, also when nothing was collected of it', () => {
    const root = { ...collected('root', [missing, missing]), references: [] };
    expect(componentTreeOf(root)?.references).toEqual([undefined, undefined]);
  });

  test('has one object for a version that is referred to twice', () => {
    const leaf = to(collected('leaf'));
    const root = componentTreeOf(collected('root', [to(collected('a', [leaf])), to(collected('b', [leaf]))]));
    const [a, b] = root?.references ?? [];
    expect(a?.references[0]).toBeDefined();
    expect(a?.references[0]).toBe(b?.references[0]);
  });

  test('is cut where a version leads back to itself', () => {
    const references: CollectedReference[] = [];
    const root = { ...collected('root', [missing]), references };
    references.push(to(collected('base', [to(root)])));
    const cut = componentTreeOf(root);
    expect(cut?.references[0]?.descriptor.name).toBe('example.org/base');
    expect(cut?.references[0]?.references).toEqual([undefined]);
  });
});
