import type { YamlPath, YamlResult } from '../document/strict-yaml.ts';
import { Refusal } from '../trust/reason.ts';
import { isMapping } from './mapping.ts';

type ParsedYaml = Extract<YamlResult, { kind: 'parsed' }>;

/** A value of a component descriptor and where it stands. */
export interface Field {
  readonly value: unknown;
  readonly path: YamlPath;
  readonly places: Pick<ParsedYaml, 'placeOf' | 'placeOfKey'>;
}

/** @throws {Refusal} `malformed`, naming the line and the path of the field. */
export function refuse(field: Field, message: string): never {
  const { line } = field.places.placeOf(field.path);
  const path = printPath(field.path);
  throw new Refusal('malformed', `component descriptor, line ${line}: ${path ? `${path} ` : ''}${message}`);
}

/** @returns The field's own fields by name. Whoever takes them apart names all that may be there: any other is refused. */
export function fieldsOf<Name extends string>(field: Field, names: readonly Name[]): Readonly<Record<Name, Field>> {
  const { value, path, places } = field;
  if (!isMapping(value)) refuse(field, 'must be a mapping');
  const known: ReadonlySet<string> = new Set(names);
  const unknown = Object.keys(value).find((key) => !known.has(key));
  if (unknown !== undefined) {
    const { line } = places.placeOfKey([...path, unknown]);
    const name = printPath([...path, unknown]);
    throw new Refusal('malformed', `component descriptor, line ${line}: ${name} is an unknown field`);
  }
  const entries = names.map((name) => [name, { value: value[name], path: [...path, name], places }]);
  return Object.fromEntries(entries) as Record<Name, Field>;
}

/** Both libraries write `null` for nothing. */
export function isAbsent({ value }: Field): boolean {
  return value === undefined || value === null;
}

export function textOf(field: Field): string {
  return typeof field.value === 'string' ? field.value : refuse(field, 'must be a text');
}

/** @returns A text of at least one printable character. */
export function nameOf(field: Field): string {
  const text = textOf(field);
  return text !== '' && text.length <= 1024 && !/\p{Cc}/u.test(text) ? text : refuse(field, 'must be a name');
}

/** @returns The text, or `undefined` when it is not there or empty, which the libraries do not tell apart. */
export function optionalTextOf(field: Field): string | undefined {
  return isAbsent(field) ? undefined : textOf(field) || undefined;
}

export function listOf(field: Field): readonly Field[] {
  if (isAbsent(field)) return [];
  const { value, path, places } = field;
  if (!Array.isArray(value)) refuse(field, 'must be a list');
  return value.map((item: unknown, index) => ({ value: item, path: [...path, index], places }));
}

function printPath(path: YamlPath): string {
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`))
    .join('')
    .replace(/^\./, '');
}
