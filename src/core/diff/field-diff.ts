import { canonicalText, type Data, type DataMap, isDataList, isDataMap } from './manifest-data.ts';
import { alignByPosition, byName } from './manifest-lists.ts';
import { showPair, visibleText } from './manifest-text.ts';

export interface FieldChange {
  /**
   * `spec.template.spec.containers[app].image`: list items with a `name` are matched and shown by it, others by position (that
   * of the item afterwards, or before when it is gone). Keys that are no plain words stand in quotes. At most 300 characters.
   */
  readonly path: string;
  /** JSON on one line, at most 200 characters; `undefined` where there is no such field. */
  readonly before: string | undefined;
  readonly after: string | undefined;
}

export interface FieldDiff {
  readonly fields: readonly FieldChange[];
  /** Whether there are more changes than were asked for. */
  readonly truncated: boolean;
}

/** Changes of their order mean nothing to Kubernetes. */
const orderless: ReadonlySet<string> = new Set([
  'containers',
  'ephemeralContainers',
  'env',
  'imagePullSecrets',
  'ports',
  'secrets',
  'subjects',
  'versions',
  'volumeClaimTemplates',
  'volumes',
]);

/** One place to compare; `key` is the last key on the way to it. */
interface Place {
  readonly path: string;
  readonly key: string;
  readonly before: Data | undefined;
  readonly after: Data | undefined;
}

/** Compares two objects field by field, down to single values, also those of a part that is there on one side only. */
export function diffFields(before: DataMap, after: DataMap, maxFields: number): FieldDiff {
  const fields: FieldChange[] = [];
  for (const place of placesOf({ path: '', key: '', before, after })) {
    if (fields.length === maxFields) return { fields, truncated: true };
    fields.push({ path: cut(place.path, 300), ...showPair(place.before, place.after) });
  }
  return { fields, truncated: false };
}

/** @returns The places where both differ and where at least one side has nothing further in it. */
function* placesOf(place: Place): Generator<Place> {
  const { before, after } = place;
  if (before === after) return;
  if (fits(before, isDataMap) && fits(after, isDataMap)) {
    yield* placesOfMaps(place, before ?? new Map(), after ?? new Map());
  } else if (fits(before, isDataList) && fits(after, isDataList)) {
    yield* placesOfLists(place, before ?? [], after ?? []);
  } else if (canonicalText(before) !== canonicalText(after)) {
    yield place;
  }
}

function fits<T extends Data>(value: Data | undefined, is: (it: Data | undefined) => it is T): value is T | undefined {
  return value === undefined || is(value);
}

function* placesOfMaps(place: Place, before: DataMap, after: DataMap): Generator<Place> {
  yield* placeOfEmpty(place, before.size + after.size);
  for (const key of new Set([...before.keys(), ...after.keys()])) {
    const path = place.path === '' ? keyText(key) : joined(place.path, key);
    yield* placesOf({ path, key, before: before.get(key), after: after.get(key) });
  }
}

function* placesOfLists(place: Place, before: readonly Data[], after: readonly Data[]): Generator<Place> {
  yield* placeOfEmpty(place, before.length + after.length);
  const [one, other] = [byName(before), byName(after)];
  if (one && other) {
    yield* placesOfNamed(place, one, other);
    return;
  }
  for (const step of alignByPosition(before, after)) {
    yield* placesOf({ path: `${place.path}${step.label}`, key: place.key, before: step.before, after: step.after });
  }
}

/** An empty part that comes or goes has nothing in it to show that. */
function* placeOfEmpty(place: Place, size: number): Generator<Place> {
  if (size === 0 && (place.before === undefined || place.after === undefined)) yield place;
}

type NamedItems = ReadonlyMap<string, DataMap>;

function* placesOfNamed(place: Place, before: NamedItems, after: NamedItems): Generator<Place> {
  const inBoth = [...before.keys()].filter((name) => after.has(name));
  const inBothAfter = [...after.keys()].filter((name) => before.has(name));
  if (!orderless.has(place.key))
    yield* placesOf({ ...place, path: `${place.path}[order]`, ...orders(inBoth, inBothAfter) });
  for (const name of new Set([...before.keys(), ...after.keys()])) {
    const path = `${place.path}[${wordText(name)}]`;
    yield* placesOf({ path, key: name, before: before.get(name), after: after.get(name) });
  }
}

/** The order as one value: moving one item is one change. */
function orders(before: readonly string[], after: readonly string[]): Pick<Place, 'before' | 'after'> {
  return { before: before.join(', '), after: after.join(', ') };
}

function joined(path: string, key: string): string {
  const text = keyText(key);
  return text.startsWith('[') ? `${path}${text}` : `${path}.${text}`;
}

function keyText(key: string): string {
  return /^[\w-]+$/.test(key) ? key : `[${quoted(key)}]`;
}

/** Names that could be taken for a position, or for the order, stand in quotes. */
function wordText(name: string): string {
  return /^[A-Za-z_][\w.-]*$/.test(name) && name !== 'order' ? name : quoted(name);
}

const quoted = (text: string): string => cut(visibleText(JSON.stringify(text)), 200);

/** Keys may be as long as the file; no path has to be. A cut may go through a surrogate pair. */
function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}
