import { expect, test } from 'vitest';
import { Failure } from '../../../src/core/failure.ts';
import { renderSet } from '../../../src/core/template/render-set.ts';
import { templateSet } from '../../builders/render-input.ts';

/** In these tests «x» stands for an expression: dollar, two braces, x, two braces. */
const expand = (text: string) => text.replace(/«(.*?)»/gs, '$${{ $1 }}');

const configMap = `apiVersion: v1
kind: «kind»
metadata: { name: "«deployment.name»", namespace: a }
data: { index: "«string(all.size())»" }
`;

interface Changes {
  readonly each?: string;
  readonly kinds?: string;
  readonly path?: string;
  readonly kind?: string;
}

function render({
  each = '«all»',
  kinds = 'v1/ConfigMap',
  path = '«deployment.name + ".yaml"»',
  kind = 'ConfigMap',
}: Changes) {
  const set = `version: 1
kinds: [${kinds}]
files:
  - { template: a.yaml, folder: components, path: '${path}', each: '${each}', when: '«deployment.wanted»' }
`;
  const all = [
    { name: 'one', wanted: true },
    { name: 'two', wanted: false },
    { name: 'three', wanted: true },
  ];
  return renderSet({
    set: templateSet({ 'set.yaml': expand(set), 'a.yaml': expand(configMap) }),
    variables: { all, kind, deployment: all[0] },
    folders: { components: 'c', kustomizations: undefined },
  });
}

function messagesOf(changes: Changes): readonly string[] {
  try {
    render(changes);
  } catch (error) {
    if (error instanceof Failure) return error.findings.map(({ message }) => message);
    throw error;
  }
  return [];
}

test('an entry with "each" is rendered once for each item that is wanted', () => {
  const { files } = render({});
  expect([...files.keys()]).toEqual(['c/one.yaml', 'c/three.yaml']);
  expect(files.get('c/three.yaml')).toContain('name: three,');
});

test('of no items, nothing is rendered', () => {
  expect(render({ each: '«[]»' }).files.size).toBe(0);
});

test('items need a path each', () => {
  expect(() => render({ path: 'one.yaml' })).toThrow('two files are rendered to c/one.yaml');
});

test.each([
  ['«all[0]»', /yields \{"name":"one".*/],
  ['«none»', /names a variable that is not there/],
])('"each" of %s is refused, with its place', (each, message) => {
  expect(() => render({ each })).toThrow(
    expect.objectContaining({
      code: 'template',
      message: expect.stringMatching(message),
      place: { file: 'set.yaml', line: 4, column: expect.any(Number) },
    }),
  );
});

test('kinds may be expressions, of which null is none', () => {
  expect(render({ kinds: `'«"v1/" + kind»', '«null»'` }).files.size).toBe(2);
  expect(messagesOf({ kinds: "'«null»'" })).toContain('the set may not render a ConfigMap of v1 (from ${{ kind }})');
});

test('a kind that an expression yields must be one', () => {
  expect(messagesOf({ kinds: "'«kind»'" })).toContain('${{ kind }} yields ConfigMap, which is not a kind');
});
