import { canonicalText, type Data, type DataMap, isDataMap } from './manifest-data.ts';

/** An item of a list before and after, with how it is shown in a path; one side may be absent. */
export interface ListStep {
  readonly label: string;
  readonly before: Data | undefined;
  readonly after: Data | undefined;
}

type Items = readonly Data[];

/** Beyond this many pairs of items that differ, items are compared by position: a table of all pairs would grow with the square. */
const maxPairs = 40_000;

/** @returns The maps of `items` by their `name`, or `undefined` when not all are maps with a name of their own. */
export function byName(items: Items): ReadonlyMap<string, DataMap> | undefined {
  const named = new Map<string, DataMap>();
  for (const item of items) {
    const name = isDataMap(item) ? item.get('name') : undefined;
    if (!isDataMap(item) || typeof name !== 'string' || named.has(name)) return undefined;
    named.set(name, item);
  }
  return named;
}

/** Matches items by position such that an insertion does not move all that follows: what is alike on both sides is left out. */
export function alignByPosition(before: Items, after: Items): readonly ListStep[] {
  const one = before.map(canonicalText);
  const other = after.map(canonicalText);
  const steps: ListStep[] = [];
  let [from, to] = [0, 0];
  for (const [left, right] of [...findAlike(one, other), [one.length, other.length] as const]) {
    for (const step of gapSteps({ before, after, from, to, left, right })) steps.push(step);
    [from, to] = [left + 1, right + 1];
  }
  return steps;
}

interface Gap {
  readonly before: Items;
  readonly after: Items;
  /** Where the gap begins, and where it ends, on both sides. */
  readonly from: number;
  readonly to: number;
  readonly left: number;
  readonly right: number;
}

/** Between two items that are alike, the others are paired in their order. */
function gapSteps({ before, after, from, to, left, right }: Gap): readonly ListStep[] {
  return Array.from({ length: Math.max(left - from, right - to) }, (_, index) => {
    const inBefore = from + index < left;
    const inAfter = to + index < right;
    return {
      label: `[${inAfter ? to + index : from + index}]`,
      before: inBefore ? before[from + index] : undefined,
      after: inAfter ? after[to + index] : undefined,
    };
  });
}

type Positions = readonly (readonly [number, number])[];

/** @returns The positions of a longest common subsequence; the same one when the sides are exchanged. */
function findAlike(one: readonly string[], other: readonly string[]): Positions {
  let start = 0;
  while (start < one.length && start < other.length && one[start] === other[start]) start++;
  let end = 0;
  while (end < Math.min(one.length, other.length) - start && one.at(-1 - end) === other.at(-1 - end)) end++;
  const middle = findMiddle(one.slice(start, one.length - end), other.slice(start, other.length - end));
  return [
    ...Array.from({ length: start }, (_, index) => [index, index] as const),
    ...middle.map(([left, right]) => [left + start, right + start] as const),
    ...Array.from({ length: end }, (_, index) => [one.length - end + index, other.length - end + index] as const),
  ];
}

function findMiddle(one: readonly string[], other: readonly string[]): Positions {
  if (one.length === 0 || other.length === 0) return [];
  if (one.length * other.length > maxPairs) {
    return one.flatMap((it, index) => (it === other[index] ? [[index, index] as const] : []));
  }
  const exchanged = one.length === other.length ? one.join('\n') > other.join('\n') : one.length > other.length;
  if (!exchanged) return longestCommon(one, other);
  return longestCommon(other, one).map(([left, right]) => [right, left] as const);
}

function longestCommon(one: readonly string[], other: readonly string[]): Positions {
  const lengths = lengthTable(one, other);
  const found: [number, number][] = [];
  let [left, right] = [0, 0];
  while (left < one.length && right < other.length) {
    const below = lengths[left + 1]?.[right] ?? 0;
    const beside = lengths[left]?.[right + 1] ?? 0;
    if (one[left] === other[right]) found.push([left++, right++]);
    else if (below >= beside) left++;
    else right++;
  }
  return found;
}

/** For each pair of positions, how many items the rests have in common. */
function lengthTable(one: readonly string[], other: readonly string[]): readonly (readonly number[])[] {
  const rows: number[][] = [new Array<number>(other.length + 1).fill(0)];
  for (const item of one.toReversed()) {
    const below = rows.at(-1) ?? [];
    const row = new Array<number>(other.length + 1).fill(0);
    for (let index = other.length - 1; index >= 0; index--) {
      row[index] =
        item === other[index] ? (below[index + 1] ?? 0) + 1 : Math.max(below[index] ?? 0, row[index + 1] ?? 0);
    }
    rows.push(row);
  }
  return rows.toReversed();
}
