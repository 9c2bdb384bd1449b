import { isMapping, type Mapping } from '../component/mapping.ts';
import { sameData } from '../template/json-data.ts';
import type { Operation } from './operation.ts';
import { type ItemIdentity, identifyItem, isList, keyOf, type Path, type Step } from './step.ts';

/** One place as it was rendered last, as it is rendered now, and as it is on the base branch; `undefined` where it is absent. */
export interface Sides {
  readonly base: unknown;
  readonly rendered: unknown;
  readonly edited: unknown;
}

/** A place that the new render and people changed to different things. */
export interface Clash extends Sides {
  readonly path: Path;
}

export interface MergePlan {
  /** What turns `edited` into the merged data. */
  readonly operations: readonly Operation[];
  readonly clashes: readonly Clash[];
}

/** What items of a list are told apart by: the first that is unique in it, of what Kubernetes and Flux call things. */
const identities: readonly (readonly string[])[] = [
  ['name'],
  ['signature'],
  ['kind', 'name'],
  ['kind', 'namespace', 'name'],
  ['apiVersion', 'kind', 'name'],
  ['apiVersion', 'kind'],
];

/** Where something that is absent in `edited` goes, by what stands around it in the new render. */
interface Neighbours {
  readonly after: readonly Step[];
  readonly before: readonly Step[];
}

const alone = (): Neighbours => ({ after: [], before: [] });

/** Finds out, field by field, what the new render changed since the last one, and what people changed at the same place. */
export function planMerge(sides: Sides): MergePlan {
  const plan = { operations: [], clashes: [] };
  mergeValue([], sides, plan);
  return plan;
}

interface Planning {
  readonly operations: Operation[];
  readonly clashes: Clash[];
}

function mergeValue(path: Path, sides: Sides, plan: Planning, neighbours = alone): void {
  const { base, rendered, edited } = sides;
  if (sameData(base, rendered) || sameData(edited, rendered) || mergeInside(path, sides, plan)) return;
  if (!sameData(edited, base) || path.length === 0) plan.clashes.push({ path, ...sides });
  else if (rendered === undefined) plan.operations.push({ kind: 'remove', path });
  else if (base === undefined) plan.operations.push({ kind: 'add', path, value: rendered, ...neighbours() });
  else plan.operations.push({ kind: 'set', path, value: rendered });
}

/** @returns Whether it could be looked into, so that what differs in it is told apart. */
function mergeInside(path: Path, sides: Sides, plan: Planning): boolean {
  const { base = isList(sides.rendered) ? [] : {}, rendered, edited } = sides;
  if (isMapping(rendered) && isMapping(edited) && isMapping(base)) {
    mergeMappings(path, { base, rendered, edited }, plan);
    return true;
  }
  if (!isList(rendered) || !isList(edited) || !isList(base)) return false;
  const lists = { base, rendered, edited };
  const fields = identities.find((it) => Object.values(lists).every((list) => areToldApart(list, it)));
  if (!fields || !keepsOrder(lists, fields)) return false;
  mergeItems(path, lists, { plan, fields });
  return true;
}

type Of<Kind> = { readonly [Side in keyof Sides]: Kind };

function mergeMappings(path: Path, { base, rendered, edited }: Of<Mapping>, plan: Planning): void {
  const at = (of: Mapping, key: string) => (Object.hasOwn(of, key) ? of[key] : undefined);
  const keys = Object.keys(rendered);
  const gone = Object.keys(base).filter((key) => !Object.hasOwn(rendered, key));
  // First what is there: a mapping that loses all it has becomes another text.
  for (const [index, key] of [...keys, ...gone].entries()) {
    const sides = { base: at(base, key), rendered: at(rendered, key), edited: at(edited, key) };
    mergeValue([...path, key], sides, plan, neighboursOf(keys, index));
  }
}

/** Lists may be long: each is gone through once. */
function mergeItems(
  path: Path,
  lists: Of<readonly unknown[]>,
  { plan, fields }: { readonly plan: Planning; readonly fields: readonly string[] },
): void {
  const base = itemsByKey(lists.base, fields);
  const rendered = itemsByKey(lists.rendered, fields);
  const edited = itemsByKey(lists.edited, fields);
  const names = [...rendered.values()].map(({ name }) => name);
  const gone = [...base].flatMap(([key, { name }]) => (rendered.has(key) ? [] : [name]));
  for (const [index, name] of [...names, ...gone].entries()) {
    const at = (of: ReadonlyMap<string, NamedItem>) => of.get(keyOf(name))?.item;
    const sides = { base: at(base), rendered: at(rendered), edited: at(edited) };
    mergeValue([...path, name], sides, plan, neighboursOf(names, index));
  }
}

/** Needed where something is added alone. */
function neighboursOf(steps: readonly Step[], index: number): () => Neighbours {
  return () => ({ after: steps.slice(0, index).toReversed(), before: steps.slice(index + 1) });
}

interface NamedItem {
  readonly name: ItemIdentity;
  readonly item: unknown;
}

function itemsByKey(items: readonly unknown[], fields: readonly string[]): ReadonlyMap<string, NamedItem> {
  return new Map(
    items.flatMap((item): [string, NamedItem][] => {
      const name = identifyItem(item, fields);
      return name ? [[keyOf(name), { name, item }]] : [];
    }),
  );
}

function areToldApart(items: readonly unknown[], fields: readonly string[]): boolean {
  return itemsByKey(items, fields).size === items.length;
}

/** A list that the new render brought into another order is a change of the whole list. */
function keepsOrder({ base, rendered }: Of<readonly unknown[]>, fields: readonly string[]): boolean {
  const [before, now] = [itemsByKey(base, fields), itemsByKey(rendered, fields)];
  const common = [...now.keys()].filter((key) => before.has(key));
  return [...before.keys()].filter((key) => now.has(key)).every((key, index) => common[index] === key);
}
