import { Ajv, type ErrorObject } from 'ajv';
import type { Mapping } from '../component/mapping.ts';
import { boundSchema } from './bounded-schema.ts';

/** What the component's own schema says about one value. */
export interface SchemaFinding {
  readonly path: readonly string[];
  /** `coerced`: only the type is another, and the same can be written in the type that the schema names. */
  readonly kind: 'missing' | 'invalid' | 'coerced';
  /** A clause: "is to be a whole number". */
  readonly message: string;
}

export interface SchemaCheck {
  readonly findings: readonly SchemaFinding[];
  /** Sentences on what was not checked. */
  readonly notes: readonly string[];
}

const nothing: SchemaCheck = { findings: [], notes: [] };

/**
 * Checks values against a provider's schema. Alternatives within alternatives can take for ever, and Ajv makes a program of a schema:
 * call it only where it can be stopped (ports/evaluator.ts).
 */
export function checkSchema(schema: unknown, values: Mapping): SchemaCheck {
  if (schema === undefined || schema === null) return nothing;
  const bounded = boundSchema(schema);
  if (typeof bounded === 'string') return { ...nothing, notes: [`The component's schema is not used: ${bounded}.`] };
  const { leftOut } = bounded;
  const notes = leftOut.length > 0 ? [`Of the component's schema this is not checked: ${leftOut.join(', ')}.`] : [];
  try {
    const ajv = new Ajv({
      strict: false,
      validateSchema: false,
      allErrors: true,
      verbose: true,
      logger: false,
      ownProperties: true,
    });
    const check = ajv.compile(bounded.schema);
    check(values);
    const findings = (check.errors ?? []).flatMap((it) => findingOf(it) ?? []);
    return { findings, notes };
  } catch {
    // References that lead nowhere or in a circle.
    return { ...nothing, notes: ["The component's schema is not used: it cannot be applied."] };
  }
}

function findingOf(error: ErrorObject): SchemaFinding | undefined {
  const { keyword, instancePath, params, data, schemaPath } = error;
  // Told by the alternatives as a whole.
  if (/\/(?:anyOf|oneOf)\/\d/.test(schemaPath)) return undefined;
  const path = instancePath.split('/').slice(1).map(unescapeKey);
  if (keyword === 'required')
    return { path: [...path, String(params.missingProperty)], kind: 'missing', message: 'is not set' };
  if (keyword !== 'type') return { path, kind: 'invalid', message: error.message ?? keyword };
  const wanted = [params.type].flat().map(String);
  const kind = wanted.some((it) => isWrittenAs(data, it)) ? 'coerced' : 'invalid';
  return {
    path,
    kind,
    message: `is ${inWords(typeOf(data))}, where the schema has ${wanted.map(inWords).join(' or ')}`,
  };
}

/** @see RFC 6901, section 4 */
const unescapeKey = (key: string): string => key.replaceAll('~1', '/').replaceAll('~0', '~');

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value === 'number' && Number.isInteger(value) ? 'integer' : typeof value;
}

const names: Readonly<Record<string, string>> = {
  null: 'nothing',
  array: 'a list',
  object: 'a mapping',
  integer: 'a whole number',
  number: 'a number',
  string: 'a text',
  boolean: 'true or false',
};

const inWords = (type: string): string => names[type] ?? type;

/** @returns Whether a value says the same when it is written in another type, as `1` and `"1"` do. */
function isWrittenAs(value: unknown, type: string): boolean {
  if (type === 'string') return typeof value === 'number' || typeof value === 'boolean';
  if (typeof value !== 'string') return false;
  if (type === 'boolean') return /^(?:true|false)$/.test(value);
  const pattern = { integer: /^-?\d{1,15}$/, number: /^-?\d{1,15}(?:\.\d{1,15})?$/ }[type];
  return pattern?.test(value) ?? false;
}
