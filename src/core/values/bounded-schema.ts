import { isMapping, type Mapping } from '../component/mapping.ts';

/** A JSON schema made of nothing but what is understood here. */
export interface BoundedSchema {
  readonly schema: Mapping;
  /** Keywords that were left out, sorted: values are not checked against them. */
  readonly leftOut: readonly string[];
}

const maxDepth = 32;
/** Schemas within the schema. */
const maxSchemas = 2000;

type Check = (value: unknown) => boolean;

const isCount: Check = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
const isNumber: Check = (value) => typeof value === 'number' && Number.isFinite(value);
const isTexts: Check = (value) => Array.isArray(value) && value.every((it) => typeof it === 'string');
const types: ReadonlySet<unknown> = new Set(['null', 'boolean', 'object', 'array', 'number', 'integer', 'string']);
const isTypes: Check = (value) =>
  types.has(value) ||
  (Array.isArray(value) &&
    value.length > 0 &&
    new Set(value).size === value.length &&
    value.every((it) => types.has(it)));

/** Keywords that hold no schema, with what their value must be. */
const plainKeywords: ReadonlyMap<string, Check> = new Map<string, Check>([
  ['type', isTypes],
  ['enum', (value) => Array.isArray(value) && value.length > 0],
  ['const', () => true],
  ['required', isTexts],
  ...['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'].map((it): [string, Check] => [it, isNumber]),
  ['multipleOf', (value) => isNumber(value) && Number(value) > 0],
  ...['minLength', 'maxLength', 'minItems', 'maxItems', 'minProperties', 'maxProperties'].map((it): [string, Check] => [
    it,
    isCount,
  ]),
  ['$ref', (value) => typeof value === 'string' && /^#\/(?:definitions|\$defs)\/[\w.-]+$/.test(value)],
]);

/** Words for people, which check nothing. What may be there beside what is named is told by the rules, and not by the schema. */
const passedOver: ReadonlySet<string> = new Set(
  'title description default examples deprecated readOnly writeOnly $comment $schema $id id'.split(' '),
);

/** Why a schema is not used. */
class NotBounded extends Error {}

/**
 * Copies of a provider's schema what can be checked with bounded means. Patterns are left out, for they can take for ever, and so is
 * everything that leads elsewhere. Leaving out makes a schema take more, never less: where it would not, more is left out.
 *
 * @returns Why it cannot be used, in words, when it is too large or too deep.
 */
export function boundSchema(schema: unknown): BoundedSchema | string {
  const leftOut = new Set<string>();
  let left = maxSchemas;
  try {
    return { schema: copySchema(schema, 0), leftOut: [...leftOut].sort() };
  } catch (error) {
    if (error instanceof NotBounded) return error.message;
    throw error;
  }

  function copySchema(from: unknown, depth: number): Mapping {
    left -= 1;
    if (left < 0) throw new NotBounded(`it holds more than ${maxSchemas} schemas`);
    if (depth > maxDepth) throw new NotBounded(`it is nested more than ${maxDepth} levels deep`);
    if (!isMapping(from)) return {};
    return Object.fromEntries(
      Object.entries(from).flatMap(([keyword, value]) => {
        const copied = copyKeyword(keyword, value, depth);
        if (copied === undefined && !isPassedOver(keyword, value)) leftOut.add(keyword);
        return copied ?? [];
      }),
    );
  }

  function copyKeyword(keyword: string, value: unknown, depth: number): [string, unknown][] | undefined {
    if (plainKeywords.get(keyword)?.(value)) return [[keyword, value]];
    if (['properties', 'definitions', '$defs'].includes(keyword) && isMapping(value)) {
      const entries = Object.entries(value).filter(([name]) => name !== '__proto__');
      return [[keyword, Object.fromEntries(entries.map(([name, it]) => [name, copySchema(it, depth + 1)]))]];
    }
    if (['items', 'additionalProperties'].includes(keyword) && isMapping(value))
      return [[keyword, copySchema(value, depth + 1)]];
    if (['allOf', 'anyOf', 'oneOf'].includes(keyword) && Array.isArray(value) && value.length > 0)
      return [copyAlternatives(keyword, value, depth)];
    return undefined;
  }

  /** Where something is left out of alternatives more than one may fit, and that is no mistake then. */
  function copyAlternatives(keyword: string, value: readonly unknown[], depth: number): [string, unknown] {
    const before = leftOut.size;
    const copies = value.map((it) => copySchema(it, depth + 1));
    return [keyword === 'oneOf' && leftOut.size > before ? 'anyOf' : keyword, copies];
  }
}

function isPassedOver(keyword: string, value: unknown): boolean {
  return passedOver.has(keyword) || (keyword === 'additionalProperties' && typeof value === 'boolean');
}
