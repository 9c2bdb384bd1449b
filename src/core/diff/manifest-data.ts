import { digestOf } from '../digest.ts';

/** What a manifest says, free of how it is written. Maps keep every key, also those that mean something to JavaScript. */
export type Data = null | boolean | number | bigint | string | Hidden | DataMap | readonly Data[];

export interface DataMap extends ReadonlyMap<string, Data> {}

/** A value that is compared and never shown. */
export interface Hidden {
  /** What it is compared by. */
  readonly hidden: string;
}

export function isDataMap(value: Data | undefined): value is DataMap {
  return value instanceof Map;
}

export function isDataList(value: Data | undefined): value is readonly Data[] {
  return Array.isArray(value);
}

export function isHidden(value: Data | undefined): value is Hidden {
  return typeof value === 'object' && value !== null && !isDataMap(value) && !isDataList(value);
}

const texts = new WeakMap<object, string>();

/**
 * @returns The same text for the same data only; the order of keys does not count. Long ones are digests: a part would otherwise be
 * written out once for each level above it.
 */
export function canonicalText(value: Data | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return shortened(JSON.stringify(value));
  if (typeof value !== 'object' || value === null) return String(value);
  const known = texts.get(value);
  if (known !== undefined) return known;
  const text = shortened(composedText(value));
  texts.set(value, text);
  return text;
}

function composedText(value: DataMap | readonly Data[] | Hidden): string {
  if (isDataList(value)) return `[${value.map(canonicalText).join(',')}]`;
  if (!isDataMap(value)) return `hidden(${JSON.stringify(value.hidden)})`;
  const keys = [...value.keys()].toSorted();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonicalText(value.get(key))}`).join(',')}}`;
}

/** No other text begins like a digest. */
function shortened(text: string): string {
  return text.length <= 100 ? text : `#${digestOf(text)}`;
}

/** @returns Whether both say the same; absent is like nothing but absent. */
export function sameData(one: Data | undefined, other: Data | undefined): boolean {
  return one === other || canonicalText(one) === canonicalText(other);
}

/** @returns The value that the keys lead to, or `undefined`. */
export function dataAt(value: Data | undefined, ...keys: readonly string[]): Data | undefined {
  let found = value;
  for (const key of keys) found = isDataMap(found) ? found.get(key) : undefined;
  return found;
}

/** @returns The text that the keys lead to; an empty one counts as absent, as it does for Kubernetes. */
export function textAt(value: Data | undefined, ...keys: readonly string[]): string | undefined {
  const found = dataAt(value, ...keys);
  return typeof found === 'string' && found !== '' ? found : undefined;
}

/** @returns The items of the list that the keys lead to; none when there is no list. */
export function itemsAt(value: Data | undefined, ...keys: readonly string[]): readonly Data[] {
  const found = dataAt(value, ...keys);
  return isDataList(found) ? found : [];
}

/** @returns The texts in the list that the keys lead to. */
export function textsAt(value: Data | undefined, ...keys: readonly string[]): readonly string[] {
  return itemsAt(value, ...keys).filter((it) => typeof it === 'string');
}
