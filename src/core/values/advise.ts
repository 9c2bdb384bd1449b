import { isMapping, type Mapping } from '../component/mapping.ts';
import { checkSchema } from './check-schema.ts';
import type { ConfigRules } from './config-rules.ts';
import { mergeValues } from './merge-values.ts';
import { namesIn } from './spiff.ts';

/** Something about people's values that they may want to know; nothing is decided by it, for no controller enforces it. */
export interface ValueAdvice {
  /**
   * `new`: a parameter that the installed version does not have; `removed`: set, and the proposed version does not have it any more;
   * `unknown`: set, and no parameter; `missing`: the component's schema asks for it; `invalid`: does not fit the schema; `coerced`:
   * fits when it is written in another type.
   */
  readonly kind: 'new' | 'removed' | 'unknown' | 'missing' | 'invalid' | 'coerced';
  /** Keys with dots between them. */
  readonly parameter: string;
  /** A clause that goes on after the parameter's name. */
  readonly message: string;
  /** What a new parameter is when nobody sets it. */
  readonly default?: unknown;
}

export interface ValuesAdvice {
  readonly advice: readonly ValueAdvice[];
  /** Sentences on what could not be told. */
  readonly notes: readonly string[];
}

export interface ValuesQuestion {
  /** An application's block of the values file. */
  readonly values: Mapping;
  readonly rules: ConfigRules;
  /** Of the installed version, where that is known. */
  readonly installed?: ConfigRules;
}

/** Each kind by itself; people may set as much as they like. */
const maxAdvice = 50;

/**
 * Judges people's values by what a component version says of its parameters. The schema is a provider's: call it only where it can be
 * stopped (ports/evaluator.ts).
 */
export function adviseOnValues({ values, rules, installed }: ValuesQuestion): ValuesAdvice {
  const known = parametersOf(rules);
  const before = installed && parametersOf(installed);
  const strangers = findStrangers(values, known);
  const schema = checkSchema(rules.schema, mergeValues(rules.defaults, values));
  const found = schema.findings.filter(({ path, kind }) => kind === 'missing' || isSet(values, path));
  const all: readonly ValueAdvice[] = [
    ...(installed ? newParameters(rules, installed) : []),
    ...strangers.map((path) => adviceOnStranger(path, before)),
    ...found.map(({ path, kind, message }) => ({ kind, parameter: path.join('.') || 'all of it', message })),
  ];
  const groups = [...Map.groupBy(all, ({ kind }) => kind)];
  const more = groups.filter(([, of]) => of.length > maxAdvice);
  return {
    advice: groups.flatMap(([, of]) => of.slice(0, maxAdvice)),
    notes: [...schema.notes, ...more.map(([kind, of]) => `There are ${of.length - maxAdvice} more that are ${kind}.`)],
  };
}

/** Lists too: their places are keys. */
function isSet(data: unknown, [key, ...rest]: readonly string[]): boolean {
  if (key === undefined) return true;
  return typeof data === 'object' && data !== null && Object.hasOwn(data, key) && isSet(Reflect.get(data, key), rest);
}

function newParameters({ defaults }: ConfigRules, installed: ConfigRules): readonly ValueAdvice[] {
  return Object.keys(defaults)
    .filter((name) => !Object.hasOwn(installed.defaults, name))
    .map((name) => ({
      kind: 'new',
      parameter: name,
      message: 'is not there in the installed version',
      default: defaults[name],
    }));
}

function adviceOnStranger(path: readonly string[], before: Parameters | undefined): ValueAdvice {
  const parameter = path.join('.');
  return before?.knows(path)
    ? { kind: 'removed', parameter, message: 'is no parameter of the proposed version any more' }
    : { kind: 'unknown', parameter, message: 'is no parameter, and does nothing' };
}

/** What a component version takes notice of. */
interface Parameters {
  knows(path: readonly string[]): boolean;
}

/** A parameter has a default, stands in the schema, or is used by a rule. */
function parametersOf({ defaults, schema, configuration }: ConfigRules): Parameters {
  const used = configuration.flatMap(({ value }) => namesIn(value));
  return {
    knows: (path) =>
      used.some((it) => it.every((key, index) => index >= path.length || key === path[index])) ||
      holds(defaults, path) ||
      describes(schema, path),
  };
}

/** Below a default that is no mapping, or an empty one, anything may stand. */
function holds(defaults: unknown, path: readonly string[]): boolean {
  const [key, ...rest] = path;
  if (key === undefined) return true;
  if (!isMapping(defaults) || !Object.hasOwn(defaults, key)) return false;
  const below = defaults[key];
  return rest.length === 0 || !isMapping(below) || Object.keys(below).length === 0 || holds(below, rest);
}

/** Without properties a schema may mean anything. */
function describes(schema: unknown, path: readonly string[]): boolean {
  const [key, ...rest] = path;
  if (key === undefined) return true;
  if (!isMapping(schema)) return false;
  if (Array.isArray(schema.allOf) && schema.allOf.some((it) => describes(it, path))) return true;
  const { properties } = schema;
  if (!isMapping(properties) || !Object.hasOwn(properties, key)) return false;
  const below = properties[key];
  return rest.length === 0 || !isMapping(below) || !isMapping(below.properties) || describes(below, rest);
}

/** @returns The shortest paths of what is set and not known. */
function findStrangers(values: Mapping, known: Parameters, at: readonly string[] = []): readonly (readonly string[])[] {
  return Object.entries(values).flatMap(([key, value]) => {
    const path = [...at, key];
    if (!known.knows(path)) return [path];
    return isMapping(value) ? findStrangers(value, known, path) : [];
  });
}
