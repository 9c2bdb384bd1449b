import { describe, expect, test } from 'vitest';
import { adviseOnValues, type ValueAdvice } from '../../../src/core/values/advise.ts';
import type { ConfigRules } from '../../../src/core/values/config-rules.ts';

const rules = (change: Partial<ConfigRules> = {}): ConfigRules => ({
  ...{ defaults: {}, schema: undefined, localization: [], configuration: [], problems: [] },
  ...change,
});

const uses = (...values: readonly unknown[]): Partial<ConfigRules> => ({
  configuration: values.map((value) => ({ value, file: 'f.yaml', path: 'x' })),
});

type Values = Readonly<Record<string, unknown>>;

const told = (values: Values, of: ConfigRules, installed?: ConfigRules): readonly ValueAdvice[] =>
  adviseOnValues({ values, rules: of, ...(installed && { installed }) }).advice;

const inShort = (...of: Parameters<typeof told>) => told(...of).map(({ kind, parameter }) => `${kind} ${parameter}`);

describe('parameters', () => {
  test('that the installed version does not have are new, with their defaults', () => {
    const before = rules({ defaults: { replicas: 1 } });
    const after = rules({ defaults: { replicas: 1, logo: { url: 'a.png' } } });
    expect(told({}, after, before)).toEqual([
      { kind: 'new', parameter: 'logo', message: expect.any(String), default: { url: 'a.png' } },
    ]);
  });

  test('are not called new where nothing is installed', () => {
    expect(told({}, rules({ defaults: { replicas: 1 } }))).toEqual([]);
  });

  test('that are gone and still set are told apart from what never was one', () => {
    const before = rules({ defaults: { message: 'hello' } });
    expect(inShort({ message: 'x', massage: 'y' }, rules(), before)).toEqual(['removed message', 'unknown massage']);
    expect(inShort({ message: 'x' }, rules())).toEqual(['unknown message']);
  });

  test.each<[string, Values, Partial<ConfigRules>]>([
    ['a default', { a: 1 }, { defaults: { a: 2 } }],
    ['a rule', { a: 1 }, uses('(( a ))')],
    ['a part of what a rule uses', { a: { b: { c: 1 } } }, uses('(( a ))')],
    ['what a rule uses a part of', { a: { b: 1 } }, uses('(( a.b ))')],
    ['an expression, whatever it does', { a: 1, b: 2 }, uses('(( a + b ))')],
    ['an expression deep in a rule', { a: 1 }, uses({ x: ['(( a ))'] })],
    ['the schema', { a: 1 }, { schema: { properties: { a: {} } } }],
    ['a part of an open schema', { a: { b: 1 } }, { schema: { properties: { a: { type: 'object' } } } }],
    ['a default that is an empty mapping', { a: { b: 1 } }, { defaults: { a: {} } }],
  ])('are known by %s', (_, values, change) => {
    expect(inShort(values, rules(change))).toEqual([]);
  });

  test('within others are looked at, and the shortest path is named', () => {
    const of = rules({ defaults: { resources: { limits: { cpu: 1 } } } });
    expect(inShort({ resources: { limits: { cpu: 2 }, limit: { cpu: 2 } } }, of)).toEqual(['unknown resources.limit']);
    const one = rules({ schema: { properties: { a: { properties: { b: {} } } } } });
    expect(inShort({ a: { b: 1, c: 1 } }, one)).toEqual(['unknown a.c']);
    expect(inShort({ a: { b: 1, c: 1 } }, rules(uses('(( a.b ))')))).toEqual(['unknown a.c']);
  });

  test('are not known by what every object has', () => {
    expect(inShort({ constructor: 1, toString: 2 }, rules({ schema: { properties: {} } }))).toEqual([
      'unknown constructor',
      'unknown toString',
    ]);
  });
});

describe("the component's own schema", () => {
  const schema = (properties: object, more: object = {}): ConfigRules =>
    rules({ defaults: { replicas: 1 }, schema: { type: 'object', properties, ...more }, ...uses('(( any ))') });

  test('that has a text where a number is set is noted as another type', () => {
    const text = schema({ replicas: { type: 'string' } });
    expect(told({ replicas: 2 }, text)).toEqual([
      { kind: 'coerced', parameter: 'replicas', message: 'is a whole number, where the schema has a text' },
    ]);
    // Nobody set the default.
    expect(told({}, text)).toEqual([]);
  });

  test.each<[unknown, string, string]>([
    [2, 'string', 'coerced'],
    [true, 'string', 'coerced'],
    ['2', 'integer', 'coerced'],
    ['2.5', 'number', 'coerced'],
    ['true', 'boolean', 'coerced'],
    ['two', 'integer', 'invalid'],
    ['2.5', 'integer', 'invalid'],
    [['2'], 'string', 'invalid'],
    [{ a: 1 }, 'string', 'invalid'],
    [null, 'string', 'invalid'],
    [1, 'boolean', 'invalid'],
  ])('%j for %s: %s', (value, type, kind) => {
    expect(inShort({ any: value }, schema({ any: { type } }))).toEqual([`${kind} any`]);
  });

  test.each<[string, object, unknown]>([
    ['one of a list', { enum: ['a', 'b'] }, 'c'],
    ['at least', { minimum: 1 }, 0],
    ['a text that is short enough', { maxLength: 2 }, 'abc'],
    ['an item of a list', { items: { type: 'integer' } }, [1, 'x']],
    ['an alternative', { anyOf: [{ type: 'integer' }, { type: 'null' }] }, 'x'],
    ['a definition', { $ref: '#/definitions/port' }, 0],
    ['a mapping of numbers', { additionalProperties: { type: 'integer' } }, { a: 'x' }],
  ])('wants %s', (_, property, value) => {
    const of = schema({ any: property }, { definitions: { port: { minimum: 1 } } });
    const advice = told({ any: value }, of);
    expect(advice.map(({ kind }) => kind)).toEqual(['invalid']);
  });

  test('counts defaults as set, and names what neither they nor people set', () => {
    const of = schema({ any: {} }, { required: ['replicas', 'any'] });
    expect(inShort({}, of)).toEqual(['missing any']);
    expect(inShort({ any: 1 }, of)).toEqual([]);
  });

  test('says nothing against parameters that it does not name: rules tell those', () => {
    expect(inShort({ any: 1 }, schema({}, { additionalProperties: false }))).toEqual([]);
  });
});

test('of each kind the beginning is told, and how many more there are', () => {
  const values = Object.fromEntries(Array.from({ length: 70 }, (_, index) => [`x${index}`, 1]));
  const { advice, notes } = adviseOnValues({ values, rules: rules() });
  expect(advice).toHaveLength(50);
  expect(notes).toEqual(['There are 20 more that are unknown.']);
});
