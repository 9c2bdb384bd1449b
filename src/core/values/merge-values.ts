import { isMapping, type Mapping } from '../component/mapping.ts';

/** @returns `defaults` with `values` over them, as yq's `*` merges: mappings by key, everything else as a whole (ocm-domain.md 5.4). */
export function mergeValues(defaults: Mapping, values: Mapping): Mapping {
  const merged = new Map<string, unknown>(Object.entries(defaults));
  for (const [key, value] of Object.entries(values)) {
    const before = merged.get(key);
    merged.set(key, isMapping(before) && isMapping(value) ? mergeValues(before, value) : value);
  }
  return Object.fromEntries(merged);
}

/** @returns What stands at a path of keys, or `undefined`. */
export function valueAt(data: unknown, path: readonly string[]): unknown {
  let at = data;
  for (const key of path) {
    if (!isMapping(at) || !Object.hasOwn(at, key)) return undefined;
    at = at[key];
  }
  return at;
}
