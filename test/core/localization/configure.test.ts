import { expect, test } from 'vitest';
import { configure } from '../../../src/core/localization/configure.ts';
import type { ConfigRules } from '../../../src/core/values/config-rules.ts';

const file = 'release.yaml';

function set(value: unknown, values: Readonly<Record<string, unknown>> = {}, files = new Set([file])) {
  const rules: ConfigRules = {
    defaults: { replicas: 1, ui: { logo: 'a.png', colour: 'red' }, tags: ['a', 'b'], evil: '(( replicas ))' },
    schema: undefined,
    localization: [],
    configuration: [{ value, file, path: 'spec.x' }],
    problems: [],
  };
  const [placed] = configure(rules, values, files);
  if (!placed) throw new Error('Nothing is placed.');
  return placed;
}

const value = (of: unknown) => ({ kind: 'value', value: of });
const bySpiff = { kind: 'computed', by: 'spiff' };

test.each<[string, unknown, Readonly<Record<string, unknown>>, object]>([
  ['a default', '(( replicas ))', {}, value(1)],
  ["people's value", '((replicas))', { replicas: 3 }, value(3)],
  ['a path', '(( ui.logo ))', {}, value('a.png')],
  ['a mapping, merged by key', '(( ui ))', { ui: { colour: 'blue' } }, value({ logo: 'a.png', colour: 'blue' })],
  ['a list, replaced as a whole', '(( tags ))', { tags: ['c'] }, value(['c'])],
  ['nothing, where people say so', '(( replicas ))', { replicas: null }, value(null)],
  ['what stands in the rule itself', { host: 'example' }, {}, value({ host: 'example' })],
  ['an expression', '(( replicas + 1 ))', {}, bySpiff],
  ['an expression within a text', 'x (( replicas ))', {}, bySpiff],
  ['an expression within a mapping', { a: ['(( replicas ))'] }, {}, bySpiff],
  ['an expression in a key', { '(( replicas ))': 1 }, {}, bySpiff],
  ['a word of spiff', '(( true ))', {}, bySpiff],
  ['a parameter whose value is an expression', '(( evil ))', {}, bySpiff],
  ['a value of people that is an expression', '(( replicas ))', { replicas: '(( evil ))' }, bySpiff],
  ['a parameter that nobody sets', '(( nobody ))', {}, { kind: 'fails', why: 'nothing gives nobody a value' }],
  [
    'what every mapping has',
    '(( ui.constructor ))',
    {},
    { kind: 'fails', why: 'nothing gives ui.constructor a value' },
  ],
])('%s', (_, rule, values, outcome) => {
  expect(set(rule, values).outcome).toEqual(outcome);
});

test('the default is told beside what people set', () => {
  expect(set('(( replicas ))', { replicas: 3 })).toMatchObject({ outcome: value(3), byDefault: value(1) });
});

test('a file that the manifests do not have is said to be missing', () => {
  const why = 'the manifests have no such file';
  expect(set('(( replicas ))', {}, new Set()).outcome).toEqual({ kind: 'fails', why });
});
