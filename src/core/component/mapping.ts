/** Data as JSON and YAML objects have it. */
export type Mapping = Readonly<Record<string, unknown>>;

export function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @returns The entries of a mapping that are not `null`. */
export function withoutNulls(mapping: Mapping): Mapping {
  return fromEntries(Object.entries(mapping).filter(([, item]) => item !== null));
}

/** @returns The mapping with `change` applied to its values; without a prototype, so that no key has a meaning of its own. */
export function mapValues(mapping: Mapping, change: (value: unknown) => unknown): Mapping {
  return fromEntries(Object.entries(mapping).map(([key, item]) => [key, change(item)]));
}

function fromEntries(entries: readonly (readonly [string, unknown])[]): Mapping {
  const result: Record<string, unknown> = Object.create(null);
  for (const [key, item] of entries) result[key] = item;
  return result;
}
