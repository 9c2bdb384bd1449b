import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { builtInSchemas } from '../../../src/core/schema/built-in-schemas.ts';
import { createObjectCheck } from '../../../src/core/schema/object-check.ts';
import { isSchema, type StructuralSchema } from '../../../src/core/schema/structural-schema.ts';
import { crdFiles, crdsAreThere } from '../../support/crd.ts';

const version = (spec: object) => ({
  apiVersion: 'delivery.ocm.software/v1alpha1',
  kind: 'ComponentVersion',
  metadata: { name: 'podinfo', namespace: 'ocm-system' },
  spec: { interval: '30s', component: 'a.b/c', version: { semver: 'v1.0.0' }, repository: { url: 'r' }, ...spec },
});

const definition = (schema: string) => ({
  source: 'crds/tool.yaml',
  text: `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: tools.example.org }
spec:
  group: example.org
  names: { kind: Tool }
  versions:
    - name: v1
      schema: { openAPIV3Schema: ${schema} }
`,
});

const tool = (spec: unknown) => ({ apiVersion: 'example.org/v1', kind: 'Tool', metadata: { name: 'a' }, spec });
const openTool = definition(
  '{ type: object, properties: { spec: { type: object, x-kubernetes-preserve-unknown-fields: true } } }',
);

describe('an object of a built-in kind', () => {
  const check = createObjectCheck([]);

  test.each<[string, object, readonly (string | number)[], RegExp]>([
    ['a field too many', { versoin: 1 }, ['spec', 'versoin'], /no field "versoin"/],
    [
      'a field too many in a list',
      { verify: [{ name: 'a', publicKey: {}, signature: 'b' }] },
      ['spec', 'verify', 0, 'signature'],
      /no field/,
    ],
    ['a field that is missing', { version: {} }, ['spec', 'version'], /lacks "semver"/],
    ['a number for a text', { component: 1 }, ['spec', 'component'], /must be string/],
    ['a text for true', { suspend: 'true' }, ['spec', 'suspend'], /must be boolean/],
    ['null', { serviceAccountName: null }, ['spec', 'serviceAccountName'], /must be string/],
    ['no duration', { interval: '30' }, ['spec', 'interval'], /must match/],
  ])('with %s is refused, with the place', (_, spec, path, message) => {
    expect(check(version(spec))).toEqual([expect.objectContaining({ path, message: expect.stringMatching(message) })]);
  });

  test('fits', () => {
    expect(check(version({ suspend: true, verify: [{ name: 'a', publicKey: { value: 'x' } }] }))).toEqual([]);
  });

  test('says which fields there are', () => {
    const [problem] = check(version({ version: { semver: 'v1.0.0', version: 'v1.0.0' } }));
    expect(problem?.remedy).toBe('Write one of semver, or take it away.');
  });

  test('may be of either generation, and is told by what it is nearest to', () => {
    const resource = (spec: object) => ({ ...version({}), kind: 'Resource', spec });
    const byReference = { resource: { name: 'a' } };
    expect(check(resource({ componentRef: { name: 'a' }, resource: { byReference } }))).toEqual([]);
    expect(check(resource({ interval: '1m', sourceRef: { kind: 'ComponentVersion', name: 'a' } }))).toEqual([]);
    const wrong = resource({ componentRef: { name: 'a' }, resource: { byReference }, interval: '1m' });
    expect(check(wrong)).toMatchObject([{ path: ['spec', 'interval'] }]);
  });

  test('of a kind that nobody knows is not judged', () => {
    expect(check(tool(1))).toEqual([]);
  });
});

describe('a definition that is supplied', () => {
  test('holds for its kind', () => {
    const check = createObjectCheck([
      definition('{ type: object, properties: { spec: { type: object, properties: { size: { type: integer } } } } }'),
    ]);
    expect(check(tool({ size: 1 }))).toEqual([]);
    expect(check(tool({ size: 'one' }))).toHaveLength(1);
    expect(check(tool({ colour: 'red' }))).toHaveLength(1);
  });

  test('takes the place of the built-in schema', () => {
    const text = openTool.text
      .replace('example.org\n', 'delivery.ocm.software\n')
      .replace('kind: Tool', 'kind: ComponentVersion')
      .replace('name: v1\n', 'name: v1alpha1\n');
    expect(createObjectCheck([{ ...openTool, text }])(version({ brandNew: true }))).toEqual([]);
  });

  test('may take integers or texts, and null, where it says so', () => {
    const schema =
      '{ type: object, properties: { spec: { type: object, properties: { port: { x-kubernetes-int-or-string: true }, none: { type: string, nullable: true } } } } }';
    const check = createObjectCheck([definition(schema)]);
    expect(check(tool({ port: 'http', none: null }))).toEqual([]);
    expect(check(tool({ port: true }))).toHaveLength(1);
  });

  test.each([
    ['something else', 'kind: ConfigMap\n', 'it is a ConfigMap'],
    ['no object', '- 1\n', 'it is no object'],
    ['nothing', '# soon\n', 'it holds nothing'],
    ['no YAML', 'a: [\n', 'it is not YAML'],
    ['a bomb', `a: &a [1]\n${'b: *a\n'}`, 'it is not YAML'],
    ['without a schema', openTool.text.replace(/schema: .*/, 'served: true'), 'a version has no schema'],
    ['without a group', openTool.text.replace('group:', 'groups:'), 'its group, kind or versions are missing'],
  ])('of %s is refused, with its name', (_, text, message) => {
    expect(() => createObjectCheck([{ source: 'crds/tool.yaml', text }])).toThrow(
      `crds/tool.yaml is not a CustomResourceDefinition: ${message}`,
    );
  });

  test('with a schema that cannot be used is refused once it is needed', () => {
    const check = createObjectCheck([definition('{ type: object, properties: { spec: { type: nonsense } } }')]);
    expect(() => check(tool(1))).toThrow('its schema cannot be used');
  });
});

/** All fields of a schema: `spec.verify[].name`. */
function fieldsOf(schema: StructuralSchema, path = ''): readonly string[] {
  const { properties, items, additionalProperties } = schema;
  const below = isSchema(items)
    ? [[items, '[]'] as const]
    : isSchema(additionalProperties)
      ? [[additionalProperties, '{}'] as const]
      : [];
  return [
    ...(isSchema(properties) ? Object.entries(properties) : []).flatMap(([name, it]) => [
      `${path}.${name}`,
      ...(isSchema(it) ? fieldsOf(it, `${path}.${name}`) : []),
    ]),
    ...below.flatMap(([it, sign]) => fieldsOf(it, path + sign)),
  ];
}

/** What Flux's definition leaves open, and is known all the same. */
const known = /^\.spec\.kustomizationTemplate\./;

describe.skipIf(!crdsAreThere)(
  'the built-in schemas, against the definitions beside the checkout (left out without them)',
  () => {
    const files = crdsAreThere
      ? crdFiles('ocm-controller', 'replication-controller', 'kubernetes-controller', 'flux')
      : [];
    const definitions = files.flatMap(({ text }) => {
      const { spec } = parse(text);
      return spec.versions.map(
        (it: { name: string; schema: { openAPIV3Schema: { properties: { spec: StructuralSchema } } } }) => ({
          kind: `${spec.group}/${it.name}/${spec.names.kind}`,
          fields: fieldsOf({ properties: { spec: it.schema.openAPIV3Schema.properties.spec } }).toSorted(),
        }),
      );
    });

    test.each(builtInSchemas.map((it) => [it.kind, it] as const))(
      '%s has all fields, and no others',
      (kind, { schema }) => {
        const ours = fieldsOf(schema)
          .filter((it) => !known.test(it))
          .toSorted();
        const theirs = definitions.filter((it) => it.kind === kind).map(({ fields }) => fields);
        expect(theirs).toContainEqual(ours);
      },
    );
  },
);

test('a pattern that only Go reads is left to the cluster, and the rest of the schema holds', () => {
  const fields = 'level: { type: string, pattern: "(?i)^info$" }, count: { type: integer }';
  const schema = `{ type: object, properties: { spec: { type: object, properties: { ${fields} } } } }`;
  const check = createObjectCheck([definition(schema)]);
  expect(check(tool({ level: 'INFO', count: 1 }))).toEqual([]);
  expect(check(tool({ level: 'INFO', count: 'a' }))).toMatchObject([{ path: ['spec', 'count'] }]);
});
