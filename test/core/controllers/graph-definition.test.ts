import { describe, expect, test } from 'vitest';
import { refuseIncompleteInstance } from '../../../src/core/controllers/check-instance.ts';
import { parseGraphDefinition } from '../../../src/core/controllers/graph-definition.ts';

const graph = (schema: string) => `apiVersion: kro.run/v1alpha1
kind: ResourceGraphDefinition
metadata: { name: podinfo }
spec:
  schema:
    apiVersion: v1alpha1
    kind: Podinfo
${schema.replace(/^(?=.)/gm, '    ')}
  resources: [{ id: a, template: { value: "\${schema.spec.replicas}" } }]
`;

const parse = (text: string) => parseGraphDefinition(Buffer.from(text), 'the resource graph');

describe('a ResourceGraphDefinition', () => {
  test('says what it defines, with the defaults', () => {
    const schema = `spec:
  prefix: string | default="helm \\"x\\" | y" description="a | b=c"
  plain: string|default=podinfo
  number: string | default="1.20"
  replicas: integer | required=true default=2 minimum=1
  ratio: float | default=0.5
  on: boolean | default=false
  ports: "[]integer | default=[80, 443] minItems=1"
  env: 'map[string]string | default={"a": "]"} required=true'
  free: object
  podinfo:
    message: string | default="hello world"
    deep: { empty: string | default="" }
    unset: myType`;
    expect(parse(graph(schema))).toEqual({
      apiVersion: 'kro.run/v1alpha1',
      kind: 'Podinfo',
      namespaced: true,
      defaults: {
        prefix: 'helm "x" | y',
        plain: 'podinfo',
        number: '1.20',
        replicas: 2,
        ratio: 0.5,
        on: false,
        ports: [80, 443],
        env: { a: ']' },
        podinfo: { message: 'hello world', deep: { empty: '' } },
      },
      needed: [],
    });
  });

  test('may have a group and a scope, and no parameters', () => {
    expect(parse(graph('group: acme.example\nscope: Cluster'))).toEqual({
      apiVersion: 'acme.example/v1alpha1',
      kind: 'Podinfo',
      namespaced: false,
      defaults: {},
      needed: [],
    });
  });

  test('stands among other objects', () => {
    const other = 'kind: ConfigMap\n---\n';
    expect(parse(other + graph('spec: { a: integer | required=true }'))).toMatchObject({ needed: [['a']] });
  });

  test.each([
    ['nothing', '', /holds no ResourceGraphDefinition/],
    ['no YAML', 'a: [', /is not YAML/],
    ['two of them', `${graph('')}---\n${graph('')}`, /holds several/],
    ['no schema', 'apiVersion: kro.run/v1alpha1\nkind: ResourceGraphDefinition\n', /no spec\.schema/],
    ['a default of another type', graph('spec: { a: integer | default=many }'), /default of a is no integer: many/],
    ['a default that is no JSON', graph("spec: { a: '[]string | default=[x]' }"), /default of a is no \[\]string/],
    ['markers that are none', graph('spec: { a: string | default }'), /markers of a cannot be read/],
    ['a list for a type', graph('spec: { a: [string] }'), /a is neither a type nor a mapping/],
    ['aliases without end', `a: &a [x, x]\nb: &b [*a, *a]\n${graph('spec: { a: *b }')}`, /./],
  ])('that is %s is refused', (_, text, message) => {
    expect(() => parse(text)).toThrow(
      expect.objectContaining({ code: 'content', message: expect.stringMatching(message) }),
    );
  });
});

describe('an instance', () => {
  const definition = parse(
    graph('spec: { size: integer | required=true, ui: { logo: string | required=true, title: string } }'),
  );
  const check = (spec: string) => () =>
    refuseIncompleteInstance(
      definition,
      new Map([['components/podinfo/instance.yaml', `apiVersion: kro.run/v1alpha1\nkind: Podinfo\nspec: ${spec}\n`]]),
    );

  test('must have what its kind asks for', () => {
    expect(check('{}')).toThrow(
      expect.objectContaining({ code: 'configuration', message: expect.stringContaining('needs spec.size,') }),
    );
    expect(check('{ size: 1, ui: { title: a } }')).toThrow('needs spec.ui.logo,');
  });

  test('is not asked for what belongs to a part that it does not have', () => {
    expect(check('{ size: 1 }')).not.toThrow();
    expect(check('{ size: 1, ui: { logo: a } }')).not.toThrow();
  });
});
