import { isMapping } from '../component/mapping.ts';

/**
 * Writes JSON data in the one form that hashes and signatures are made over: keys in the order of their UTF-16 code units, numbers
 * as ECMAScript writes them, no blanks.
 *
 * @param value JSON data: finite numbers, well-formed texts. Fields that are `undefined` are left out.
 * @see RFC 8785
 */
export function printCanonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(printCanonicalJson).join(',')}]`;
  if (!isMapping(value)) return printJsonScalar(value);
  const keys = Object.keys(value).filter((key) => value[key] !== undefined);
  const entries = keys.toSorted().map((key) => `${printJsonScalar(key)}:${printCanonicalJson(value[key])}`);
  return `{${entries.join(',')}}`;
}

/** @throws {TypeError} When `value` is no finite number, well-formed text, truth value or `null`. */
export function printJsonScalar(value: unknown): string {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new TypeError(`${value} is no JSON number`);
  if (typeof value === 'string' && !value.isWellFormed()) throw new TypeError('half a surrogate pair is no JSON text');
  const text: string | undefined = JSON.stringify(value);
  if (text === undefined) throw new TypeError(`${typeof value} is no JSON data`);
  return text;
}
