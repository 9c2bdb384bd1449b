import { describe, expect, test } from 'vitest';
import { diffManifests, type ManifestDiff } from '../../../src/core/diff/manifest-diff.ts';

const diff = (before: Record<string, string>, after: Record<string, string>) =>
  diffManifests(new Map(Object.entries(before)), new Map(Object.entries(after)));

const configMap = (name: string, data = '{a: b}', apiVersion = 'v1') =>
  `apiVersion: ${apiVersion}\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: ${data}\n`;

const changesOf = ({ objects }: ManifestDiff) =>
  objects.map(({ object, change }) => `${change} ${object.kind} ${object.name}`);
const pathsOf = ({ objects }: ManifestDiff) => objects.flatMap(({ fields }) => fields.map(({ path }) => path));

describe('objects are what they are, wherever they stand', () => {
  test.each([
    ['in another file', { 'a.yaml': configMap('x') }, { 'b/c.yml': configMap('x') }],
    [
      'in a list',
      { 'a.yaml': configMap('x') },
      { 'a.yaml': `apiVersion: v1\nkind: List\nitems:\n- ${configMap('x').replaceAll('\n', '\n  ')}` },
    ],
    [
      'in a typed list without their own type',
      { 'a.yaml': configMap('x') },
      { 'a.json': '{"apiVersion":"v1","kind":"ConfigMapList","items":[{"metadata":{"name":"x"},"data":{"a":"b"}}]}' },
    ],
    [
      'in another order of documents',
      { 'a.yaml': `${configMap('x')}---\n${configMap('w')}` },
      { 'a.yaml': `${configMap('w')}---\n${configMap('x')}` },
    ],
    [
      'beside a file without objects',
      { 'a.yaml': configMap('x') },
      { 'a.yaml': configMap('x'), 'b.md': 'a: [', 'c.yaml': 'resources: []' },
    ],
  ])('%s', (_, before, after) => {
    expect(diff(before, after)).toMatchObject({ objects: [], unreadable: [], truncated: false });
    expect(diff(before, after).unchanged).toBeGreaterThan(0);
  });

  test('those of any list are objects of their own, beside what else it says', () => {
    const list = (value: string, size: number, kind = 'Things', name = '') =>
      JSON.stringify({
        apiVersion: 'a.com/v1',
        kind,
        metadata: name === '' ? {} : { name },
        size,
        items: [{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, stringData: { k: value } }],
      });
    for (const kind of ['Things', 'ThingList', 'List', 'Secret']) {
      const found = diff({ 'a.yaml': list('canary 1', 1, kind) }, { 'a.yaml': list('canary 2', 2, kind) });
      expect(found).toMatchObject({ objects: [{ object: { kind: 'Secret', name: 's' } }], unreadable: [] });
      expect(pathsOf(found)).toEqual(['stringData.k']);
      expect(JSON.stringify(found)).not.toContain('canary');
    }
    const named = diff({ 'a.yaml': list('1', 1, 'Things', 'x') }, { 'a.yaml': list('2', 2, 'Things', 'x') });
    expect(changesOf(named)).toEqual(['changed Secret s', 'changed Things x']);
    expect(pathsOf(named)).toEqual(['stringData.k', 'size']);
  });

  test('a list of what is no object is a field', () => {
    const of = (item: string) => ({
      'a.yaml': `{apiVersion: v1, kind: AllowList, metadata: {name: x}, items: [${item}]}`,
    });
    expect(pathsOf(diff(of('a'), of('b')))).toEqual(['items[0]']);
  });

  test('an object for which the cluster makes up a name is told by its beginning', () => {
    const of = (data: string) => ({ 'a.yaml': configMap('x', data).replace('name:', 'generateName:') });
    expect(changesOf(diff(of('{a: b}'), of('{a: c}')))).toEqual(['changed ConfigMap x*']);
  });

  test.each([
    ['kind: ConfigMap\nmetadata: {labels: {a: b}}', 'an object without a name'],
    ['kind: ConfigMap\nmetadata: {name: ""}', 'an object without a name'],
    ['kind: List\nmetadata: {}\nitems: [{metadata: {name: x}}]', 'an item of a list that is no object'],
    ['kind: XList\nmetadata: {}\nitems: [{metadata: {name: x}}, 1]', 'an item of a list that is no object'],
    ['kind: XList\nmetadata: {}\nitems: [{a: b}]', 'an object without a name'],
  ])('what cannot be compared is named: %j', (text, why) => {
    const file = `apiVersion: v1\n${text}\n---\n${configMap('w')}`;
    expect(diff({}, { a: file }).unreadable).toEqual([{ path: 'a', why: `after: ${why}` }]);
    expect(changesOf(diff({}, { a: file }))).toContain('added ConfigMap w');
    expect(diff({}, { 'a.md': file }).unreadable).toEqual([]);
  });

  test('an added, a removed and a changed object, by name', () => {
    const found = diff(
      { 'a.yaml': configMap('x'), 'b.yaml': configMap('w') },
      { 'a.yaml': configMap('w', '{a: c}'), 'b.yaml': configMap('z') },
    );
    expect(changesOf(found)).toEqual(['changed ConfigMap w', 'removed ConfigMap x', 'added ConfigMap z']);
    expect(found.objects[0]?.fields).toEqual([{ path: 'data.a', before: '"b"', after: '"c"' }]);
    expect(found.unchanged).toBe(0);
  });

  test('another version of the API is a field, another group another object', () => {
    const of = (apiVersion: string) => ({ 'a.yaml': configMap('x', '{}', apiVersion) });
    expect(pathsOf(diff(of('a.com/v1'), of('a.com/v2')))).toEqual(['apiVersion']);
    expect(changesOf(diff(of('a.com/v1'), of('b.com/v1')))).toEqual(['removed ConfigMap x', 'added ConfigMap x']);
  });

  test('objects of another namespace are others', () => {
    const of = (namespace: string) => ({ 'a.yaml': configMap(`x, namespace: ${namespace}`) });
    expect(changesOf(diff(of('a'), of('b')))).toEqual(['removed ConfigMap x', 'added ConfigMap x']);
  });

  test('an object whose name is no text by YAML 1.1 is not lost', () => {
    expect(changesOf(diff({}, { 'a.yaml': configMap('12') }))).toEqual(['added ConfigMap 12']);
  });

  test('of an object that is declared twice the last one counts, and it is said', () => {
    const twice = { 'a.yaml': configMap('x', '{a: 1}'), 'b.yaml': configMap('x', '{a: 2}') };
    const found = diff({ 'a.yaml': configMap('x', '{a: 2}') }, twice);
    expect(found.objects).toEqual([]);
    expect(found.unreadable).toEqual([
      { path: 'b.yaml', why: 'after: ConfigMap x is declared before this in a.yaml; the last one counts' },
    ]);
    expect(diff(twice, twice).unreadable).toHaveLength(1);
  });
});

describe('a file that cannot be read', () => {
  const readable = { 'a.yaml': configMap('x'), 'b.yaml': configMap('w') };
  const broken = (text: string) => ({ ...readable, 'b.yaml': `${configMap('w')}${text}` });

  test.each([
    ['a tab', 'a:\n\tb: 1\n', 'line 6, column 1: not YAML (tab as indent)'],
    ['a key twice', 'data: {}\n', 'line 5, column 1: a key stands twice in one mapping'],
    ['a key twice further in', 'a: {b: 1, "b": 2}\n', 'a key stands twice'],
    ['an alias of nothing', 'a: *b\n', 'an alias without an anchor'],
    ['an alias of itself', 'a: &b [*b]\n', 'an alias without an anchor'],
    ['a control character', 'a: "\u0007"\n', 'the character U+0007 is not allowed'],
    ['a key that is a list', '? [a]\n: b\n', 'a key that is no text'],
    ['levels', `a: ${'['.repeat(65)}${']'.repeat(65)}\n`, 'nested too deeply'],
    ['very many levels', `a: ${'['.repeat(100_000)}`, 'nested too deeply'],
    ['very many levels on a line', `a:\n${'- '.repeat(100_000)}b\n`, 'nested too deeply'],
    ['an open quote in a later document', '---\na: "', 'not YAML'],
    ['too many tokens', `a: [${'1,'.repeat(600_000)}1]\n`, 'too large'],
    ['too many documents', '---\n'.repeat(30_000), 'too many documents'],
    [
      'what aliases stand for',
      Array.from({ length: 30 }, (_, i) => `a${i}: &a${i} [${i === 0 ? 'x' : `*a${i - 1}, *a${i - 1}`}]\n`).join(''),
      'too many values',
    ],
    ['a merge of no mapping', 'a: {<<: 1}\n', 'a merge key'],
    ['bytes', 'a: !!binary YQ==\n', 'line 5, column 13: a tag that is not read'],
    ['bytes as a key', '!!binary YQ==: a\n', 'a tag that is not read'],
    ['a tag of their own', 'a: !own {b: c}\n', 'a tag that is not read'],
    ['a tag without a name', 'a: ! 1\n', 'a tag that is not read'],
    ['a set', 'a: !!set {b}\n', 'a tag that is not read'],
    ['a mapping called a text', 'a: !!str {b: c}\n', 'a tag that is not read'],
    ['a list in full called bytes', 'a: !<tag:yaml.org,2002:binary> [b]\n', 'a tag that is not read'],
    ['a key called a merge', '!!merge a: {b: c}\n', 'a tag that is not read'],
  ])('%s is named, and what stood in it is not taken for removed', (_, text, why) => {
    const found = diff(readable, broken(text));
    expect(found).toMatchObject({ objects: [], unchanged: 1, unreadable: [{ path: 'b.yaml' }] });
    expect(found.unreadable[0]?.why).toContain(why);
    expect(found.unreadable[0]?.why).toMatch(/^after: /);
    expect(diff(broken(text), readable)).toMatchObject({ objects: [], unreadable: [{ path: 'b.yaml' }] });
  });

  test('is named once when it is on both sides', () => {
    expect(diff(broken('a: *b\n'), broken('a: *b\n')).unreadable).toEqual([
      { path: 'b.yaml', why: 'line 5, column 4: an alias without an anchor before it' },
    ]);
  });

  test('hides nothing of what stands elsewhere now', () => {
    expect(changesOf(diff(readable, { ...broken('a: *b\n'), 'c.yaml': configMap('w', '{}') }))).toEqual([
      'changed ConfigMap w',
    ]);
  });

  test.each(['README.md', 'a/NOTES.TXT', '_helpers.tpl', 'a.sh', 'a.json5'])('%s is no matter', (path) => {
    expect(diff({}, { [path]: `${configMap('x')}a: *b\n` })).toMatchObject({ objects: [], unreadable: [] });
  });

  test.each(['manifests', 'a.b/manifests', 'app-1.0', 'md', 'a.yaml.orig'])('%s may be a manifest', (path) => {
    expect(diff({}, { [path]: `${configMap('x')}a: *b\n` }).unreadable).toMatchObject([{ path }]);
  });

  test('says nothing of its text', () => {
    const text = 'apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData:\n  a: "canary" canary\n  canary\n';
    const found = diff({}, { 'a.yaml': text });
    expect(found.unreadable).toHaveLength(1);
    expect(JSON.stringify(found)).not.toContain('canary');
  });

  test.each([
    'kind: !!binary U2VjcmV0\n!!binary YXBpVmVyc2lvbg==: v1\n!!binary bWV0YWRhdGE=: {name: canary}\n',
    '%TAG ! tag:yaml.org,2002:\n---\n!binary bWV0YWRhdGE=: {name: canary}\n',
    '!<tag:yaml.org,2002:binary> bWV0YWRhdGE=: {name: canary}\n',
  ])('cannot hide an object by what its words stand for: %j', (text) => {
    const found = diff({}, { 'a.yaml': text });
    expect(found).toMatchObject({ objects: [], unreadable: [{ path: 'a.yaml' }] });
    expect(JSON.stringify(found)).not.toContain('canary');
  });

  test('cannot hide an object by the way its keys are written', () => {
    const text = '"\\u0061piVersion": v1\nkind: ConfigMap\n"meta\\x64ata": {name: x}\n';
    expect(changesOf(diff({}, { 'a.yaml': text }))).toEqual(['added ConfigMap x']);
  });
});

describe('a place whose text could not be had', () => {
  const files = new Map([
    ['place', configMap('x')],
    ['place/a.yaml', configMap('w')],
    ['places/a.yaml', configMap('z')],
  ]);
  const none = new Map<string, string>();

  test('says nothing of what stands there on the other side, only of what stands elsewhere', () => {
    const after = { unknown: { before: [], after: ['place'] } };
    expect(changesOf(diffManifests(files, none, after))).toEqual(['removed ConfigMap z']);
    expect(changesOf(diffManifests(none, files, after))).toHaveLength(3);
    const before = { unknown: { before: ['place/'], after: [] } };
    expect(changesOf(diffManifests(none, files, before))).toEqual(['added ConfigMap x', 'added ConfigMap z']);
    expect(changesOf(diffManifests(files, none, before))).toHaveLength(3);
  });

  test('hides nothing of what is known on both sides', () => {
    const moved = new Map([['b.yaml', configMap('w', '{a: c}')]]);
    const found = diffManifests(files, moved, { unknown: { before: [], after: ['place', 'places'] } });
    expect(changesOf(found)).toEqual(['changed ConfigMap w']);
  });

  test('tells of no move from there', () => {
    const of = (path: string, namespace: string) => new Map([[path, configMap(`x, namespace: ${namespace}`)]]);
    const found = diffManifests(of('place', 'a'), of('b.yaml', 'b'), { unknown: { before: [], after: ['place'] } });
    expect(found.objects).toMatchObject([{ change: 'added', risks: [] }]);
  });
});

describe('limits', () => {
  const large = (megabytes: number) => configMap('large', `{a: "${'x'.repeat(megabytes * 1024 * 1024)}"}`);

  test('text beyond 5 MiB is not read, and not taken for removed', () => {
    const before = { 'a.yaml': large(4), 'b.yaml': configMap('x'), 'c.yaml': configMap('w') };
    const found = diff(before, { ...before, 'b.yaml': `${configMap('x')}# ${'x'.repeat(2 * 1024 * 1024)}\n` });
    expect(found).toMatchObject({ objects: [], unchanged: 1, truncated: true });
    expect(diff(before, before).truncated).toBe(false);
  });

  test('of more than 2,000 objects that differ, those with a risk are kept', () => {
    const many = Array.from({ length: 2100 }, (_, index) => configMap(`x${index}`)).join('---\n');
    const found = diff({ 'z.yaml': configMap('z') }, { 'a.yaml': many });
    expect(found.objects).toHaveLength(2000);
    expect(found.truncated).toBe(true);
    expect(changesOf(found)).toContain('removed ConfigMap z');
  });

  test('of one object 200 fields are told', () => {
    const data = (text: string) =>
      JSON.stringify(Object.fromEntries(Array.from({ length: 201 }, (_, index) => [`k${index}`, text])));
    const found = diff({ 'a.yaml': configMap('x', data('a')) }, { 'a.yaml': configMap('x', data('b')) });
    expect(found.objects[0]?.fields).toHaveLength(200);
    expect(found.truncated).toBe(true);
  });

  test('of all objects 5,000 fields are told, first of those with a risk, and no object is lost', () => {
    const files = (text: string, count: number, more = '') => {
      const data = JSON.stringify(Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`k${index}`, text])));
      return { 'a.yaml': Array.from({ length: count }, (_, i) => configMap(`x${i}`, data)).join('---\n') + more };
    };
    const risky = (replicas: number) =>
      `---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec: {replicas: ${replicas}}\n`;
    expect(diff(files('a', 25), files('b', 25)).truncated).toBe(false);
    const found = diff(files('a', 26, risky(1)), files('b', 26, risky(0)));
    expect(found.objects).toHaveLength(27);
    expect(found.objects.flatMap(({ fields }) => fields)).toHaveLength(5000);
    expect(found.objects.at(-1)?.fields).toMatchObject([{ path: 'spec.replicas' }]);
    expect(found.truncated).toBe(true);
  });

  test('of one object 20 risks are told, and how many more there are', () => {
    const pod = (paths: number) => {
      const volumes = Array.from({ length: paths }, (_, index) => ({
        name: `v${index}`,
        hostPath: { path: `/${index}` },
      }));
      const spec = { containers: [{ name: 'c' }], volumes };
      return { 'a.yaml': JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x' }, spec }) };
    };
    expect(diff({}, pod(20)).objects[0]?.risks).toHaveLength(20);
    const risks = diff({}, pod(23)).objects[0]?.risks ?? [];
    expect(risks).toHaveLength(21);
    expect(risks.at(-1)).toEqual({ kind: 'privileged', detail: 'And 3 more.' });
  });
});
