import { describe, expect, test } from 'vitest';
import { boundSchema } from '../../../src/core/values/bounded-schema.ts';
import { checkSchema } from '../../../src/core/values/check-schema.ts';

const nested = (depth: number): object => (depth === 0 ? {} : { properties: { a: nested(depth - 1) } });
const wide = (count: number) => ({
  properties: Object.fromEntries(Array.from({ length: count }, (_, index) => [`p${index}`, { type: 'string' }])),
});

describe('of a hostile schema', () => {
  test.each<[string, object, readonly string[]]>([
    ['patterns', { properties: { a: { pattern: '(a+)+$' } } }, ['pattern']],
    ['patterns of names', { patternProperties: { '(a+)+$': {} } }, ['patternProperties']],
    ['formats', { format: 'regex' }, ['format']],
    ['what leads to another host', { $ref: 'https://example.org/schema.json' }, ['$ref']],
    ['what leads into another document', { $ref: 'other.json#/definitions/a' }, ['$ref']],
    ['what reads from the data', { minimum: { $data: '/a' } }, ['minimum']],
    ['negations, which would take less without what is left out', { not: { type: 'string' } }, ['not']],
    ['conditions', { if: {}, else: {} }, ['else', 'if']],
    ['types that do not exist', { type: 'text' }, ['type']],
    ['words that only Ajv knows', { nullable: true, $async: true }, ['$async', 'nullable']],
  ])('%s are left out and named', (_, schema, leftOut) => {
    const bounded = boundSchema(schema);
    expect(bounded).toMatchObject({ leftOut });
    expect(JSON.stringify(bounded)).not.toContain('(a+)+');
    expect(checkSchema(schema, { a: 'x' })).toEqual({
      findings: [],
      notes: [expect.stringContaining(leftOut.join(', '))],
    });
  });

  test.each<[string, object, RegExp]>([
    ['one that is too deep', nested(40), /more than 32 levels deep/],
    ['one that is too large', wide(3000), /more than 2000 schemas/],
    ['one whose references lead nowhere', { $ref: '#/definitions/none' }, /cannot be applied/],
  ])('%s is not used at all, and that is said', (_, schema, why) => {
    expect(checkSchema(schema, {})).toEqual({ findings: [], notes: [expect.stringMatching(why)] });
  });

  test('one that refers to itself for ever is not used', () => {
    const schema = { $ref: '#/definitions/a', definitions: { a: { $ref: '#/definitions/a' } } };
    expect(checkSchema(schema, {}).findings).toEqual([]);
  });

  test('a name that every object has does no harm', () => {
    const properties = JSON.parse('{"__proto__": {"type": "string"}, "constructor": {"type": "string"}}');
    const values = JSON.parse('{"__proto__": 1, "constructor": 1}');
    expect(checkSchema({ properties }, values).findings).toMatchObject([{ path: ['constructor'], kind: 'coerced' }]);
    expect(Object.getPrototypeOf({})).toBe(Object.prototype);
  });

  test('text cannot become part of the program that checks', () => {
    const code = '"]; throw new Error("reached"); //';
    const schema = {
      properties: { [code]: { type: 'string', enum: [code], const: code } },
      required: [code, `'${code}`],
    };
    const { findings, notes } = checkSchema(schema, { [code]: code });
    expect(notes).toEqual([]);
    expect(findings).toEqual([{ path: [`'${code}`], kind: 'missing', message: 'is not set' }]);
  });
});

test('alternatives of which something is left out may all fit', () => {
  const one = { oneOf: [{ pattern: '^a' }, { pattern: '^b' }] };
  expect(checkSchema({ properties: { a: one } }, { a: 'x' }).findings).toEqual([]);
  const whole = { oneOf: [{ minLength: 1 }, { maxLength: 9 }] };
  expect(checkSchema({ properties: { a: whole } }, { a: 'x' }).findings).toHaveLength(1);
});

test('words for people are no loss', () => {
  const schema = { title: 'T', description: 'D', default: {}, $schema: 'http://json-schema.org/draft-07/schema#' };
  expect(boundSchema({ ...schema, additionalProperties: false })).toEqual({ schema: {}, leftOut: [] });
});

test.each([undefined, null])('without a schema (%s) nothing is said', (schema) => {
  expect(checkSchema(schema, { a: 1 })).toEqual({ findings: [], notes: [] });
});
