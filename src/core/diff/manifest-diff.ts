import { type ChartTexts, withCharts } from './chart-settings.ts';
import { diffFields, type FieldChange, type FieldDiff } from './field-diff.ts';
import type { DataMap } from './manifest-data.ts';
import {
  createManifestReader,
  isSettings,
  type ManifestObject,
  type ManifestSide,
  type Manifests,
  type ObjectName,
  readManifests,
  type UnreadableFile,
} from './manifest-objects.ts';
import { createImageJudge, type OwnImages } from './own-images.ts';
import type { ObjectPair, Risk } from './risk-kind.ts';
import { risksOfPair } from './risks.ts';

export interface ManifestDiff {
  /** By kind, namespace and name. */
  readonly objects: readonly ObjectChange[];
  /** How many objects say the same on both sides. */
  readonly unchanged: number;
  /**
   * Files that could not be read as YAML, with the side and why; and objects that are declared twice. What stood in such a file
   * on the other side, and is nowhere else on this one, is neither reported as added nor as removed: it is not known.
   */
  readonly unreadable: readonly UnreadableFile[];
  /** Whether limits cut it: more than 5 MiB of text on a side, 2,000 objects that differ, 200 fields of one, or 5,000 of all. */
  readonly truncated: boolean;
}

export interface ObjectChange {
  /** As it is afterwards, or before when it is removed. */
  readonly object: ObjectName;
  readonly change: 'added' | 'removed' | 'changed';
  /** What differs in a changed object; empty for one that is added or removed. */
  readonly fields: readonly FieldChange[];
  /** The gravest first. Of more than 20 the last entry tells how many more there are, and the gravest kind of those. */
  readonly risks: readonly Risk[];
}

export interface DiffOptions {
  /** Which images the installation's component brings; without it, images are no risk. */
  readonly ownImages?: OwnImages;
  readonly unknown?: UnknownPlaces;
  /** Charts, whose settings are compared like objects. */
  readonly charts?: { readonly before: readonly ChartTexts[]; readonly after: readonly ChartTexts[] };
}

/**
 * Places whose text could not be had on a side: paths, each for itself and for all below it. What stands there on the other side,
 * and is nowhere else on this one, is neither reported as added nor as removed.
 */
export interface UnknownPlaces {
  readonly before: readonly string[];
  readonly after: readonly string[];
}

const maxObjects = 2000;
const maxFields = 200;
const maxAllFields = 5000;
const maxRisks = 20;

/**
 * Compares the Kubernetes objects that two sets of files declare, whatever file they stand in and however it is written. Same
 * files, same result. Values of Secrets are nowhere in it. Takes every text: what cannot be read is in `unreadable`.
 */
export function diffManifests(before: Manifests, after: Manifests, options: DiffOptions = {}): ManifestDiff {
  const { ownImages, unknown = { before: [], after: [] }, charts = { before: [], after: [] } } = options;
  const reader = createManifestReader();
  const images = ownImages && createImageJudge(ownImages);
  const sides = {
    before: withCharts(readManifests(before, reader), charts.before, reader),
    after: withCharts(readManifests(after, reader), charts.after, reader),
  };
  const pairs = pairObjects(sides, unknown);
  const differing = pairs
    .filter((pair) => !pair.before || !pair.after || differs(pair.before, pair.after))
    .map((pair) => ({ pair, risks: isSettings(pair.object) ? [] : risksOfPair(pair, images) }));
  // Of too many changes those with risks are kept.
  const kept = differing
    .toSorted((a, b) => Number(b.risks.length > 0) - Number(a.risks.length > 0))
    .slice(0, maxObjects);
  const fields = fieldsOf(kept.map(({ pair }) => pair));
  return {
    objects: differing.flatMap(({ pair, risks }) => {
      const found = fields.get(pair);
      if (!found) return [];
      return [{ object: pair.object, change: changeOf(pair), fields: found.fields, risks: withoutMany(risks) }];
    }),
    unchanged: pairs.length - differing.length,
    unreadable: unreadableOf(sides),
    truncated:
      sides.before.truncated ||
      sides.after.truncated ||
      differing.length > maxObjects ||
      [...fields.values()].some((it) => it.truncated),
  };
}

function differs(before: DataMap, after: DataMap): boolean {
  return diffFields(before, after, 0).truncated;
}

/** The first ones have the first share of what may be told of all. */
function fieldsOf(pairs: readonly ObjectPair[]): ReadonlyMap<ObjectPair, FieldDiff> {
  let left = maxAllFields;
  const all = new Map<ObjectPair, FieldDiff>();
  for (const pair of pairs) {
    const { before, after } = pair;
    const found = before && after ? diffFields(before, after, Math.min(left, maxFields)) : none;
    left -= found.fields.length;
    all.set(pair, found);
  }
  return all;
}

const none: FieldDiff = { fields: [], truncated: false };

/** The gravest are told, the others counted. */
function withoutMany(risks: readonly Risk[]): readonly Risk[] {
  const more = risks[maxRisks];
  if (!more) return risks;
  return [...risks.slice(0, maxRisks), { kind: more.kind, detail: `And ${risks.length - maxRisks} more.` }];
}

interface Sides {
  readonly before: ManifestSide;
  readonly after: ManifestSide;
}

function changeOf({ before, after }: ObjectPair): ObjectChange['change'] {
  if (!before) return 'added';
  return after ? 'changed' : 'removed';
}

/** All objects of both sides, in the order of their names, but for those of which one side is not known. */
function pairObjects({ before, after }: Sides, unknown: UnknownPlaces): readonly ObjectPair[] {
  const removed = onlyIn(before, after, unknown.after);
  const added = onlyIn(after, before, unknown.before);
  const moves = findMoves([...removed.values()], [...added.values()]);
  const keys = new Set([...before.objects.keys(), ...after.objects.keys()]);
  return [...keys].toSorted().flatMap((key) => {
    const [one, other] = [before.objects.get(key), after.objects.get(key)];
    const either = one && other ? other : (removed.get(key) ?? added.get(key));
    if (!either) return [];
    const { object, group } = either;
    const files = { before: one?.path, after: other?.path };
    return [{ object, group, before: one?.content, after: other?.content, files, movedWith: moves.get(either) }];
  });
}

/** @returns The objects that are known to be absent on the other side. */
function onlyIn(
  side: ManifestSide,
  other: ManifestSide,
  unknown: readonly string[],
): ReadonlyMap<string, ManifestObject> {
  const isUnknown = (path: string) => other.unread.has(path) || unknown.some((place) => isWithin(path, place));
  return new Map([...side.objects].filter(([key, { path }]) => !other.objects.has(key) && !isUnknown(path)));
}

function isWithin(path: string, place: string): boolean {
  return path === place || path.startsWith(place.endsWith('/') ? place : `${place}/`);
}

/** @returns For each object that goes from one namespace to another, the namespace at the other end. */
function findMoves(
  removed: readonly ManifestObject[],
  added: readonly ManifestObject[],
): ReadonlyMap<ManifestObject, string> {
  const keyOf = ({ group, object }: ManifestObject) => JSON.stringify([group, object.kind, object.name]);
  const gone = Map.groupBy(removed, keyOf);
  const come = Map.groupBy(added, keyOf);
  const moves = new Map<ManifestObject, string>();
  for (const [key, [from, ...others]] of gone) {
    const [to, ...more] = come.get(key) ?? [];
    // Of several on a side nobody can tell which went where.
    if (!from || !to || others.length > 0 || more.length > 0) continue;
    moves.set(from, to.object.namespace ?? '');
    moves.set(to, from.object.namespace ?? '');
  }
  return moves;
}

/** What both sides have in common is said once. */
function unreadableOf({ before, after }: Sides): readonly UnreadableFile[] {
  const keyOf = ({ path, why }: UnreadableFile) => JSON.stringify([path, why]);
  const inBefore = new Set(before.unreadable.map(keyOf));
  const common = new Set(after.unreadable.map(keyOf).filter((it) => inBefore.has(it)));
  const told = (side: ManifestSide, name: string) =>
    side.unreadable.map((it) => (common.has(keyOf(it)) ? it : { path: it.path, why: `${name}: ${it.why}` }));
  const all = [...told(before, 'before'), ...told(after, 'after')];
  return [...new Map(all.map((it) => [keyOf(it), it])).values()];
}
