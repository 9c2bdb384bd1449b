import { expect, test } from 'vitest';
import { checkOutput, type OutputRules } from '../../../src/core/template/check-output.ts';
import { createEvaluate } from '../../../src/core/template/expression.ts';
import { fillTemplate } from '../../../src/core/template/splice.ts';

const rules: OutputRules = {
  kinds: ['v1/ConfigMap', 'apps/v1/Deployment'],
  clusterKinds: ['v1/Namespace'],
  namespaces: ['ocm-system'],
};
const evaluate = createEvaluate({ list: ['a', 'b'], dollar: '$' });

function findings(text: string, change: Partial<OutputRules> = {}) {
  const result = fillTemplate({ text, source: 'map.yaml' }, evaluate);
  if (result.kind === 'problems') throw new Error(JSON.stringify(result.findings));
  return checkOutput(result.filled, { ...rules, ...change });
}

const good = `apiVersion: v1
kind: ConfigMap
metadata:
  name: podinfo-v1.0.0
  namespace: ocm-system
data:
  a: b
`;

test('an object that may be there is good', () => {
  expect(findings(good)).toEqual([]);
});

test('an object without a namespace is good where its kind has none', () => {
  const text = 'apiVersion: v1\nkind: Namespace\nmetadata: { name: a }\n';
  expect(findings(text)).toEqual([]);
  expect(findings(text.replace('{ name: a }', '{ name: a, namespace: ocm-system }'))).toMatchObject([
    { message: 'a Namespace has no namespace' },
  ]);
});

test('any namespace is good where the set does not name some', () => {
  expect(findings(good.replace('ocm-system', 'other'), { namespaces: undefined })).toEqual([]);
});

test.each([
  ['nothing', '# nothing\n', 1, /the file is empty/],
  ['a list', '- a\n', 1, /the file is a list/],
  ['a text', 'a\n', 1, /the file is the text "a"/],
  ['no apiVersion', good.replace('apiVersion: v1\n', ''), 1, /apiVersion is empty/],
  ['a kind that is a number', good.replace('ConfigMap', '1'), 2, /kind is the number 1/],
  ['a kind that the set does not list', good.replace('ConfigMap', 'Role'), 2, /may not render a Role of v1/],
  ['a kind of another group', good.replace('v1', 'acme.example/v1'), 2, /may not render a ConfigMap of acme/],
  ["Kustomize's own file", good.replace('v1', 'kustomize.config.k8s.io/v1beta1'), 1, /Kustomize would interpret/],
  ['no metadata', 'apiVersion: v1\nkind: ConfigMap\n', 1, /metadata is empty/],
  ['no name', good.replace(/ {2}name: .*\n/, ''), 4, /the name of the object is empty/],
  ['a name in upper case', good.replace('podinfo', 'Podinfo'), 4, /is the text "Podinfo-v1\.0\.0"/],
  ['a name that ends in a dot', good.replace('v1.0.0', 'v1.'), 4, /which Kubernetes does not take/],
  ['a name that is too long', good.replace('podinfo', 'a'.repeat(250)), 4, /which Kubernetes does not take/],
  ['no namespace', good.replace(/ {2}namespace: .*\n/, ''), 4, /the namespace of the object is empty/],
  ['a namespace with a dot', good.replace('ocm-system', 'a.b'), 5, /the namespace of the object is the text "a\.b"/],
  ['another namespace', good.replace('ocm-system', 'kube-system'), 5, /may not render into the namespace kube-system/],
  ['a label that is no text', good.replace('\ndata:', '\n  labels: { a: true }\ndata:'), 6, /a is the boolean true/],
  [
    'annotations that are a list',
    good.replace('\ndata:', '\n  annotations: [a]\ndata:'),
    6,
    /metadata\.annotations is a list/,
  ],
  ['encrypted content', `${good}sops: {}\n`, 8, /would count as encrypted/],
  ['a substitution', good.replace('a: b', 'a: x\u0024{b}'), 7, /contains \$\{/],
  ['a substitution in a key', good.replace('a: b', '"\u0024{a}": b'), 7, /contains \$\{/],
  ['a substitution behind escapes', good.replace('a: b', 'a: "\\u0024{b}"'), 7, /contains \$\{/],
  ['a substitution in a comment', `# \u0024{b}\n${good}`, 2, /a comment contains \$\{/],
])('%s is refused', (_, text, line, message) => {
  expect(findings(text)).toEqual([
    {
      place: expect.objectContaining({ file: 'map.yaml', line }),
      message: expect.stringMatching(message),
      remedy: expect.any(String),
    },
  ]);
});

test('a list where a name belongs is told with the template and its expression', () => {
  expect(findings(good.replace('podinfo-v1.0.0', '\u0024{{ list }}'))).toEqual([
    {
      place: { file: 'map.yaml', line: 4, column: 9 },
      message: 'the name of the object is a list, which Kubernetes does not take (from $' + '{{ list }})',
      remedy: expect.stringContaining('lower-case letters'),
    },
  ]);
});

test('a substitution that only comes about by an expression is refused', () => {
  expect(findings(good.replace('a: b', 'a: $' + '{{ dollar + "{x}" }}'))).toMatchObject([
    { message: expect.stringMatching(/"\$\{x\}" contains \$\{ \(from/) },
  ]);
});

test('a Secret in clear is refused, wherever its content comes from', () => {
  const text = good.replace('ConfigMap', 'Secret');
  const secrets = { kinds: ['v1/Secret'] };
  expect(findings(text, secrets)).toMatchObject([{ message: 'the Secret stands in clear', place: { line: 7 } }]);
  expect(findings(text.replace('\ndata:', '\nstringData:'), secrets)).toHaveLength(1);
  expect(findings(text.replace(/\ndata:[\s\S]*/, '\ntype: Opaque\n'), secrets)).toEqual([]);
});
