import { parseDocument } from 'yaml';
import { readDocuments } from '../document/read-documents.ts';
import { isAmbiguousScalar } from '../document/strict-yaml.ts';
import { sameData } from '../template/json-data.ts';
import type { Version } from '../version/version.ts';
import type { PinValue } from './find-pins.ts';

/**
 * Puts a version in the place of another one. Nothing else of the text changes, not one byte; and read again, it says the same but
 * for this one value.
 *
 * @returns The text, or `undefined` when more would change: something else refers to the same value.
 */
export function replacePin(text: string, { from, to, plain, path }: PinValue, version: Version): string | undefined {
  const written = text.slice(from, to);
  const quote = plain ? (isPlain(version) ? '' : '"') : written.slice(0, 1);
  const replaced = `${text.slice(0, from)}${quote}${version}${quote}${text.slice(to)}`;
  const before = dataOf(text);
  const wanted = before && setAt(before, path, version);
  return wanted && sameData(dataOf(replaced), wanted) ? replaced : undefined;
}

/** Any reader of YAML must take it for a text. */
const isPlain = (version: string) => !isAmbiguousScalar(version) && parseDocument(version).toJS() === version;

/** @returns What the documents say, one by one, nothing of it shared. What cannot be read stays the text that it is. */
function dataOf(text: string): unknown[] | undefined {
  try {
    const documents = readDocuments(text);
    return documents.map((it): unknown =>
      it.errors.length > 0 ? null : JSON.parse(JSON.stringify(it.toJS({ maxAliasCount: 100 }) ?? null)),
    );
  } catch {
    return undefined;
  }
}

function setAt(data: unknown[], path: readonly (string | number)[], value: string): unknown[] | undefined {
  let holder: unknown = data;
  for (const key of path.slice(0, -1)) holder = memberOf(holder, key);
  const last = path.at(-1);
  if (typeof holder !== 'object' || holder === null || last === undefined) return undefined;
  return Reflect.set(holder, last, value) ? data : undefined;
}

function memberOf(holder: unknown, key: string | number): unknown {
  return typeof holder === 'object' && holder !== null ? Reflect.get(holder, key) : undefined;
}
