import { isMapping } from '../component/mapping.ts';

/** One parameter of a SimpleSchema. */
export interface SchemaField {
  readonly path: readonly string[];
  /** As written before the markers: `string`, `integer`, `[]string`, `map[string]integer`. */
  readonly type: string;
  readonly required: boolean;
  /** Its default; `undefined` when it has none. */
  readonly value: unknown;
}

export type SimpleSchemaResult =
  | { readonly kind: 'fields'; readonly fields: readonly SchemaField[] }
  | { readonly kind: 'problem'; readonly message: string };

/**
 * Reads the parameters of a kro SimpleSchema: `<type> | default=… required=true`, with mappings for structures. Types of the
 * definition's own are left to kro.
 *
 * @example parseSimpleSchema({ replicas: 'integer | default=1 minimum=1' })
 * @see https://kro.run/api/specifications/simple-schema
 */
export function parseSimpleSchema(spec: Readonly<Record<string, unknown>>): SimpleSchemaResult {
  const fields: SchemaField[] = [];
  const problem = readInto(spec, [], fields);
  return problem === undefined ? { kind: 'fields', fields } : { kind: 'problem', message: problem };
}

const maxDepth = 32;

/** @returns What is wrong, in words. */
function readInto(node: unknown, path: readonly string[], fields: SchemaField[]): string | undefined {
  if (path.length > maxDepth) return `${path.join('.')} is nested too deeply`;
  if (typeof node === 'string') {
    const field = readField(node, path);
    if (typeof field === 'string') return field;
    fields.push(field);
    return undefined;
  }
  if (!isMapping(node)) return `${path.join('.')} is neither a type nor a mapping`;
  for (const [key, child] of Object.entries(node)) {
    const problem = readInto(child, [...path, key], fields);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function readField(written: string, path: readonly string[]): SchemaField | string {
  const bar = written.indexOf('|');
  const type = (bar < 0 ? written : written.slice(0, bar)).trim();
  const markers = bar < 0 ? new Map<string, string>() : readMarkers(written.slice(bar + 1));
  if (!markers) return `the markers of ${path.join('.')} cannot be read: ${written}`;
  const text = markers.get('default');
  const read = text === undefined ? { value: undefined } : readDefault(text, type);
  if (!read) return `the default of ${path.join('.')} is no ${type}: ${text}`;
  return { path, type, required: markers.get('required') === 'true', value: read.value };
}

const bare = /\s*([A-Za-z]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([[{])|([^\s"]+))/y;

/** @returns Values by marker, as written without quotes; `undefined` when the text is no list of markers. */
function readMarkers(text: string): ReadonlyMap<string, string> | undefined {
  const markers = new Map<string, string>();
  let at = 0;
  while (text.slice(at).trim() !== '') {
    bare.lastIndex = at;
    const [whole, name = '', quoted, open, plain] = bare.exec(text) ?? [];
    if (whole === undefined) return undefined;
    const start = at + whole.length;
    const end = open === undefined ? start : endOfBrackets(text, start - 1);
    if (end === undefined) return undefined;
    markers.set(name, quoted === undefined ? (plain ?? text.slice(start - 1, end)) : unquoted(quoted));
    at = end;
  }
  return markers;
}

const unquoted = (quoted: string) => quoted.replace(/\\(.)/g, '$1');

/** @returns Where the list or mapping that begins at `from` ends. */
function endOfBrackets(text: string, from: number): number | undefined {
  let depth = 0;
  let quoted = false;
  for (let at = from; at < text.length; at++) {
    const character = text[at] ?? '';
    if (character === '\\') at++;
    else if (character === '"') quoted = !quoted;
    else if (!quoted && '[{'.includes(character)) depth++;
    else if (!quoted && ']}'.includes(character) && --depth === 0) return at + 1;
  }
  return undefined;
}

function readDefault(text: string, type: string): { readonly value: unknown } | undefined {
  switch (type) {
    case 'string':
      return { value: text };
    case 'boolean':
      return text === 'true' || text === 'false' ? { value: text === 'true' } : undefined;
    case 'integer':
      return /^[+-]?\d+$/.test(text) && Number.isSafeInteger(Number(text)) ? { value: Number(text) } : undefined;
    case 'float':
    case 'number':
      return text !== '' && Number.isFinite(Number(text)) ? { value: Number(text) } : undefined;
    default:
      return readJson(text);
  }
}

function readJson(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}
