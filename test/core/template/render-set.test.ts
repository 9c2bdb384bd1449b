import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { Failure } from '../../../src/core/failure.ts';
import { renderSet } from '../../../src/core/template/render-set.ts';
import type { OutputFolders } from '../../../src/core/template/template-set.ts';
import { templateSet } from '../../builders/render-input.ts';

/** In these tests «x» stands for an expression: dollar, two braces, x, two braces. */
const expand = (text: string) => text.replace(/«(.*?)»/gs, '$${{ $1 }}');

const setYaml = (entries: readonly string[], rest = '') => `version: 1
kinds: [v1/ConfigMap]
files:
${entries.map((it) => `  - ${it}\n`).join('')}${rest}`;

const entry = (template: string, path = template, rest = '') =>
  `{ template: ${template}, folder: components, path: ${path}${rest} }`;

const configMap = (name = '«application»') =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n  namespace: a\n`;

const variables = { application: 'podinfo', flux: null, defaults: { replicas: 1 } };

function render(files: Readonly<Record<string, string>>, folders: Partial<OutputFolders> = {}) {
  const expanded = Object.fromEntries(Object.entries(files).map(([name, text]) => [name, expand(text)]));
  return renderSet({
    set: templateSet(expanded),
    variables,
    folders: { components: 'prod/components/podinfo', kustomizations: undefined, ...folders },
  });
}

function failureOf(files: Readonly<Record<string, string>>): Failure {
  try {
    render(files);
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error('it must fail');
}

test('renders the files of the set into their folders', () => {
  const { files, initialValues } = render(
    {
      'set.yaml': `version: 1
kinds: [v1/ConfigMap]
namespaces: [a, '«flux == null ? null : flux.namespace»']
files:
  - { template: a.yaml, folder: components, path: sub/a.yaml }
  - { template: b.yaml, folder: kustomizations, path: '«application + ".yaml"»', when: '«flux == null»' }
  - { template: c.yaml, folder: kustomizations, path: '«flux.name»', when: '«flux != null»' }
values: values.yaml
`,
      'a.yaml': configMap(),
      'b.yaml': configMap('«folders.components.replace("/", "-")»'),
      'c.yaml': configMap('«flux.name»'),
      'values.yaml': '«defaults»\n',
      'README.md': 'about the set',
    },
    { kustomizations: 'clusters/prod' },
  );
  expect([...files.keys()]).toEqual(['prod/components/podinfo/sub/a.yaml', 'clusters/prod/podinfo.yaml']);
  expect(parse(files.get('clusters/prod/podinfo.yaml') ?? '')).toMatchObject({
    metadata: { name: 'prod-components-podinfo' },
  });
  expect(initialValues).toEqual({ replicas: 1 });
});

test('a file in the root of the repository has no slash before it', () => {
  const { files } = render({ 'set.yaml': setYaml([entry('a.yaml')]), 'a.yaml': configMap() }, { components: '' });
  expect([...files.keys()]).toEqual(['a.yaml']);
});

test('a set without values has no initial values', () => {
  expect(render({ 'set.yaml': setYaml([entry('a.yaml')]), 'a.yaml': configMap() }).initialValues).toBeUndefined();
});

const one = (line: string, rest = '') => ({ 'set.yaml': setYaml([line], rest), 'a.yaml': configMap() });

test.each([
  ['a set without set.yaml', { 'a.yaml': configMap() }, undefined, /has no set\.yaml/],
  ['a template that is not there', { 'set.yaml': setYaml([entry('a.yaml')]) }, 'set.yaml:4', /no template a\.yaml/],
  [
    'a template that nobody names',
    { ...one(entry('a.yaml')), 'deploi.yaml': 'a: 1\n' },
    'deploi.yaml:',
    /does not name the template deploi/,
  ],
  [
    'a condition that yields a text',
    one(entry('a.yaml', 'a.yaml', ", when: '«application»'")),
    'set.yaml:4',
    /yields "podinfo"/,
  ],
  [
    'a condition that cannot be evaluated',
    one(entry('a.yaml', 'a.yaml', ", when: '«nothing»'")),
    'set.yaml:4',
    /not there/,
  ],
  [
    'a condition with text around it',
    one(entry('a.yaml', 'a.yaml', ", when: 'not «true»'")),
    'set.yaml:4',
    /whole value/,
  ],
  ['a path that yields null', one(entry('a.yaml', "'«flux»'")), 'set.yaml:4', /the path is null/],
  ['a path that leads up', one(entry('a.yaml', '../a.yaml')), 'set.yaml:4', /not a plain path/],
  ['an absolute path', one(entry('a.yaml', '/a.yaml')), 'set.yaml:4', /not a plain path/],
  ['an empty part of a path', one(entry('a.yaml', 'a//a.yaml')), 'set.yaml:4', /not a plain path/],
  ['a hidden path', one(entry('a.yaml', '.git/a.yaml')), 'set.yaml:4', /not a plain path/],
  ['a path in upper case', one(entry('a.yaml', 'A.yaml')), 'set.yaml:4', /not a plain path/],
  ['a part that ends in a dot', one(entry('a.yaml', 'a./a.yaml')), 'set.yaml:4', /not a plain path/],
  ['a path with a backslash', one(entry('a.yaml', "'a\\a.yaml'")), 'set.yaml:4', /not a plain path/],
  ['a path of no YAML file', one(entry('a.yaml', 'a.txt')), 'set.yaml:4', /no YAML file/],
  ["Kustomize's own file", one(entry('a.yaml', 'sub/kustomization.yaml')), 'set.yaml:4', /Kustomize would interpret/],
  [
    'a folder that is not configured',
    one('{ template: a.yaml, folder: kustomizations, path: a.yaml }'),
    'set.yaml:4',
    /no folder for/,
  ],
  [
    'two files with one path',
    {
      'set.yaml': setYaml([entry('a.yaml'), entry('b.yaml', 'a.yaml')]),
      'a.yaml': configMap('x'),
      'b.yaml': configMap('z'),
    },
    'set.yaml:5',
    /two files are rendered to/,
  ],
  [
    'two files with one object',
    { 'set.yaml': setYaml([entry('a.yaml'), entry('b.yaml')]), 'a.yaml': configMap(), 'b.yaml': configMap() },
    'b.yaml:1',
    /the ConfigMap podinfo in namespace a \(v1\) is rendered from a\.yaml too/,
  ],
  [
    'an object of a kind that the set does not list',
    { ...one(entry('a.yaml')), 'a.yaml': configMap().replace('ConfigMap', 'Secret') },
    'a.yaml:2',
    /may not render a Secret/,
  ],
  [
    'an object outside of the namespaces',
    one(entry('a.yaml'), 'namespaces: [b]\n'),
    'a.yaml:5',
    /may not render into the namespace a/,
  ],
  ['a namespace that yields a list', one(entry('a.yaml'), "namespaces: [a, '«[1]»']\n"), 'set.yaml:5', /yields \[1\]/],
  [
    'values that are no mapping',
    { ...one(entry('a.yaml'), 'values: values.yaml\n'), 'values.yaml': '- 1\n' },
    'values.yaml:1',
    /no mapping/,
  ],
  [
    'a values template that is not there',
    one(entry('a.yaml'), 'values: v.yaml\n'),
    'set.yaml:5',
    /no template v\.yaml/,
  ],
])('%s is refused with its place', (_, files: Readonly<Record<string, string>>, place, message) => {
  const failure = failureOf(files);
  expect(failure.code).toBe('template');
  expect(failure.message).toMatch(message);
  expect(failure.remedy).toMatch(/\.$/);
  expect(failure.findings).toEqual([]);
  expect(failure.place && `${failure.place.file}:${failure.place.line ?? ''}`).toBe(place);
});

test('all that is wrong with a set is told at once', () => {
  const failure = failureOf({
    'set.yaml': setYaml([entry('a.yaml', '../a.yaml'), entry('b.yaml')]),
    'a.yaml': configMap('«nothing»'),
    'b.yaml': configMap('B').replace('ConfigMap', 'Secret'),
    'c.yaml': 'a: 1\n',
  });
  expect(failure.message).toBe('the template set test has 5 mistakes');
  const places = failure.findings.map((it) => `${it.place?.file}:${it.place?.line ?? ''}`);
  expect(places).toEqual(['c.yaml:', 'set.yaml:4', 'a.yaml:4', 'b.yaml:2', 'b.yaml:4']);
});

test('a file whose condition is wrong is not rendered', () => {
  const files = one(entry('a.yaml', 'a.yaml', ", when: '«application»'"));
  expect(failureOf({ ...files, 'a.yaml': configMap('«nothing»') }).message).toMatch(/yields "podinfo"/);
});

test('an expression is announced with its place before it is evaluated', () => {
  const heard: string[] = [];
  const files = {
    'set.yaml': expand(setYaml([entry('a.yaml', '\'«application + ".yaml"»\'')])),
    'a.yaml': expand(configMap()),
  };
  renderSet(
    { set: templateSet(files), variables, folders: { components: 'c', kustomizations: undefined } },
    (expression, { file, line }) => heard.push(`${file}:${line} ${expression}`),
  );
  expect(heard).toEqual(['set.yaml:4 application + ".yaml"', 'a.yaml:4 application']);
});

test('an object that does not fit the schema of its kind is refused, with place and expression', () => {
  const set = {
    'set.yaml': `version: 1\nkinds: [delivery.ocm.software/v1alpha1/FluxDeployer]\nfiles:\n  - ${entry('a.yaml')}\n`,
    'a.yaml': `apiVersion: delivery.ocm.software/v1alpha1
kind: FluxDeployer
metadata: { name: a, namespace: b }
spec:
  interval: «application»
  sourceRef: { kind: Configuration, name: a }
  kustomizationTemplate: { interval: 1m, prune: true, targetNamespaces: default }
`,
  };
  const { findings } = failureOf(set);
  expect(findings).toMatchObject([
    {
      place: { file: 'a.yaml', line: 5, column: 13 },
      message: expect.stringMatching(/spec\.interval must match.*application/),
    },
    { place: { file: 'a.yaml', line: 7 }, message: expect.stringContaining('has no field "targetNamespaces"') },
  ]);
});

test('a definition that is supplied holds for what is rendered', () => {
  const text = `kind: CustomResourceDefinition
spec:
  group: example.org
  names: { kind: Tool }
  versions: [{ name: v1, schema: { openAPIV3Schema: { type: object, properties: { size: { type: integer } } } } }]
`;
  const set = templateSet({
    'set.yaml': `version: 1\nkinds: [example.org/v1/Tool]\nfiles:\n  - ${entry('a.yaml')}\n`,
    'a.yaml': 'apiVersion: example.org/v1\nkind: Tool\nmetadata: { name: a, namespace: b }\nsize: big\n',
  });
  const input = { set, variables, folders: { components: 'a', kustomizations: undefined } };
  expect(renderSet(input).files.size).toBe(1);
  expect(() => renderSet({ ...input, definitions: [{ text, source: 'crds/tool.yaml' }] })).toThrow(
    'size must be integer',
  );
});
