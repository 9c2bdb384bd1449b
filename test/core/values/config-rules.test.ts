import { describe, expect, test } from 'vitest';
import { type ConfigRules, readConfigRules } from '../../../src/core/values/config-rules.ts';

const head = 'apiVersion: config.ocm.software/v1alpha1\nkind: ConfigData\n';

function read(text: string): ConfigRules {
  const reading = readConfigRules(text, 'the resource config');
  if (reading.kind === 'unreadable') throw new Error(reading.why);
  return reading.rules;
}

test('rules of both kinds are read, in their order', () => {
  const rules = read(`${head}configuration:
  defaults: { replicas: 1 }
  schema: { type: object }
  rules:
  - { value: (( replicas )), file: a.yaml, path: spec.replicas }
  - { value: { a: 1 }, file: b.yaml, path: spec }
localization:
- { resource: { name: image, extraIdentity: { a: b } }, file: a.yaml, tag: spec.tag, registry: spec.registry }
- file: b.yaml
  mapping: { path: spec.url, transform: 'package main' }
`);
  expect(rules).toEqual({
    defaults: { replicas: 1 },
    schema: { type: 'object' },
    configuration: [
      { value: '(( replicas ))', file: 'a.yaml', path: 'spec.replicas' },
      { value: { a: 1 }, file: 'b.yaml', path: 'spec' },
    ],
    localization: [
      {
        ...{ kind: 'substitution', resource: 'image', file: 'a.yaml' },
        paths: [
          { field: 'registry', path: 'spec.registry' },
          { field: 'tag', path: 'spec.tag' },
        ],
      },
      { kind: 'mapping', file: 'b.yaml', path: 'spec.url' },
    ],
    problems: [],
  });
});

test('a component without rules has none', () => {
  expect(read(head)).toMatchObject({ defaults: {}, localization: [], configuration: [], problems: [] });
});

describe('rules that are none are left out and named', () => {
  test.each([
    ['localization: [7]', 'rule 1 of localization names no file or path'],
    [
      'localization: [{ file: a }, { resource: { name: x }, file: a, tag: t }, {}]',
      'rule 1, 3 of localization name no',
    ],
    ['localization: [{}, {}, {}, {}]', '4 rules of localization name no'],
    ['localization: [{ mapping: { path: x } }]', 'rule 1 of localization names no file or path'],
    ['configuration: { rules: [{ file: a }] }', 'rule 1 of configuration names no file or path'],
    ['configuration: { rules: { a: 1 } }', 'its rules of configuration are no list'],
    ['localization: 7', 'its rules of localization are no list'],
  ])('%s', (text, problem) => {
    expect(read(`${head}${text}\n`).problems).toEqual([expect.stringContaining(problem)]);
  });

  test('an absurd number of them', () => {
    const rules = Array.from({ length: 5000 }, () => '- { value: 1, file: a, path: b }').join('\n  ');
    const { configuration, problems } = read(`${head}configuration:\n  rules:\n  ${rules}\n`);
    expect(configuration).toHaveLength(200);
    expect(problems).toEqual(['of its 5000 rules of configuration the first 200 are looked at']);
  });
});

describe('what is not ConfigData cannot be read, and says why', () => {
  test.each([
    ['', 'not YAML'],
    ['kind: ConfigMap\napiVersion: v1\n', 'it is ConfigMap of v1'],
    [`${head}configuration: { defaults: [1] }\n`, 'its defaults are no mapping'],
    [`${'['.repeat(100_000)}`, 'not YAML'],
    [`${head}x: [${'['.repeat(100_000)}${']'.repeat(100_000)}]\n`, 'the resource config'],
    [
      `${head}a: &a [x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, *b, *b, *b, *b, *b]\nlocalization: [*c, *c, *c, *c]\n`,
      'cannot be read with bounded means',
    ],
  ])('%#', (text, why) => {
    const reading = readConfigRules(text, 'the resource config');
    expect(reading).toEqual({ kind: 'unreadable', why: expect.stringContaining(why) });
  });
});
