import { expect, test } from 'vitest';
import { readObjects } from '../../../src/core/template/read-objects.ts';

test('finds the objects of all documents, with their lines', () => {
  const text = `# two objects
apiVersion: v1
kind: ConfigMap
metadata: {name: a, namespace: b}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: "c"
spec: { x: &anchor yes, y: *anchor }
`;
  expect(readObjects(text)).toEqual([
    { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'b', name: 'a', line: 2 },
    { apiVersion: 'apps/v1', kind: 'Deployment', namespace: undefined, name: 'c', line: 6 },
  ]);
});

test('finds the objects in a list', () => {
  const text = 'apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Secret\n  metadata:\n    name: s\n';
  expect(readObjects(text)).toEqual([{ apiVersion: 'v1', kind: 'Secret', namespace: undefined, name: 's', line: 4 }]);
});

test('finds the good objects beside a document that does not parse', () => {
  const text = 'apiVersion: v1\nkind: Secret\nmetadata: { name: s }\n---\na: [\n';
  expect(readObjects(text)).toMatchObject([{ name: 's' }]);
});

test.each([
  ['nothing', ''],
  ['a text', 'apiVersion metadata'],
  ['values', 'podinfo:\n  replicas: 1\n'],
  ['no name', 'apiVersion: v1\nkind: Secret\nmetadata: {}\n'],
  ['a name that is a list', 'apiVersion: v1\nkind: Secret\nmetadata: { name: [] }\n'],
  ['an object with a mistake', 'apiVersion: v1\nkind: Secret\nmetadata: { name: s }\ndata: [\n'],
  ['no YAML', 'apiVersion: [\nmetadata: }'],
  ['a hundred thousand brackets', `apiVersion: v1\nmetadata: ${'['.repeat(100_000)}`],
])('finds nothing in %s', (_, text) => {
  expect(readObjects(text)).toEqual([]);
});
