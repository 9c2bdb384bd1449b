import { isMapping } from '../component/mapping.ts';
import { printJsonScalar } from './canonical-json.ts';

/**
 * Writes JSON data as jsonNormalisation/v1 does: a mapping becomes a list of mappings with one key each, in the order of the keys'
 * UTF-8 bytes, and texts are escaped as Go's encoding/json escapes them for HTML.
 *
 * @param value JSON data as for `printCanonicalJson`.
 * @see ocm-spec, doc/04-extensions/04-algorithms/component-descriptor-normalization-algorithms.md
 */
export function printEntryJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(printEntryJson).join(',')}]`;
  if (!isMapping(value)) return printScalar(value);
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  entries.sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return `[${entries.map(([key, item]) => `{${printScalar(key)}:${printEntryJson(item)}}`).join(',')}]`;
}

function printScalar(value: unknown): string {
  // Go writes the sign of zero, which ECMAScript does not.
  if (Object.is(value, -0)) return '-0';
  return printJsonScalar(value).replace(/[<>&\u2028\u2029]/g, escapeCharacter);
}

const escapeCharacter = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
