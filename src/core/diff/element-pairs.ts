/** What became of one element. */
export type Difference<Element, Word extends string> =
  | { readonly change: 'added'; readonly after: Element }
  | { readonly change: 'removed'; readonly before: Element }
  | {
      readonly change: 'changed';
      readonly before: Element;
      readonly after: Element;
      /** What of it, never empty. */
      readonly what: readonly Word[];
    };

/** Elements of two lists that belong together; `none`: nothing that is compared differs. */
export type Pair<Element, Word extends string> =
  | Difference<Element, Word>
  | { readonly change: 'none'; readonly before: Element; readonly after: Element };

/** An element, and all that is compared of it. */
export interface Comparable<Element, Word extends string> {
  readonly element: Element;
  /** What makes it the same element, whatever else has changed. */
  readonly identity: string;
  /** Tells apart the elements of one identity. */
  readonly version: string;
  /** The same words in the same order for every element of a list. */
  readonly traits: readonly (readonly [Word, string])[];
}

/**
 * Finds out which elements of two lists belong together, each in one pair: those that are equal, then those that have identity and
 * version in common, then those that have the identity in common, the lower version with the lower one. The order of the lists has
 * no part in it. The work grows with the length of the lists, not with its square.
 *
 * @returns In the order of `after`; those that were removed last.
 */
export function pairElements<Element, Word extends string>(
  before: readonly Comparable<Element, Word>[],
  after: readonly Comparable<Element, Word>[],
): readonly Pair<Element, Word>[] {
  const partners = new Map<Comparable<Element, Word>, Comparable<Element, Word>>();
  for (const keyOf of [printWhole, printVersioned, ({ identity }: Comparable<Element, Word>) => identity]) {
    const taken = new Set(partners.values());
    const left = before.filter((it) => !taken.has(it));
    const wanting = after.filter((it) => !partners.has(it));
    for (const [now, old] of matchBy(left, wanting, keyOf)) partners.set(now, old);
  }
  const kept = new Set(partners.values());
  const removed = before.filter((it) => !kept.has(it));
  return [
    ...after.map((it) => judgePair(partners.get(it), it)),
    ...removed.map(({ element }) => ({ change: 'removed', before: element }) as const),
  ];
}

/** @returns What differs of each pair, in terms of `Facts`. */
export function mapDifference<Element, Facts, Word extends string>(
  difference: Difference<Element, Word>,
  factsOf: (element: Element) => Facts,
): Difference<Facts, Word> {
  switch (difference.change) {
    case 'added':
      return { change: 'added', after: factsOf(difference.after) };
    case 'removed':
      return { change: 'removed', before: factsOf(difference.before) };
    case 'changed': {
      const { change, before, after, what } = difference;
      return { change, before: factsOf(before), after: factsOf(after), what };
    }
  }
}

type AnyComparable = Comparable<unknown, string>;

const printWhole = ({ identity, version, traits }: AnyComparable) => JSON.stringify([identity, version, traits]);
const printVersioned = ({ identity, version }: AnyComparable) => JSON.stringify([identity, version]);

/** @returns Pairs of those that share a key: first of `after`, then of `before`. */
function matchBy<Item extends AnyComparable>(
  before: readonly Item[],
  after: readonly Item[],
  keyOf: (item: Item) => string,
): readonly (readonly [Item, Item])[] {
  const offered = Map.groupBy(before, keyOf);
  return [...Map.groupBy(after, keyOf)].flatMap(([key, items]) => {
    const partners = sortItems(offered.get(key) ?? []);
    return sortItems(items).flatMap((item, index) => {
      const partner = partners[index];
      return partner ? [[item, partner] as const] : [];
    });
  });
}

/** Versions of elements need not be of any grammar: numbers in them count as numbers. */
const collator = new Intl.Collator('en', { numeric: true });

/** By version; those of one version in any order that does not depend on where they stood. */
function sortItems<Item extends AnyComparable>(items: readonly Item[]): readonly Item[] {
  if (items.length < 2) return items;
  return items
    .map((item) => ({ item, text: printWhole(item) }))
    .toSorted(
      (one, other) => collator.compare(one.item.version, other.item.version) || (one.text < other.text ? -1 : 1),
    )
    .map(({ item }) => item);
}

function judgePair<Element, Word extends string>(
  before: Comparable<Element, Word> | undefined,
  after: Comparable<Element, Word>,
): Pair<Element, Word> {
  if (!before) return { change: 'added', after: after.element };
  const what = after.traits.filter(([, text], index) => before.traits[index]?.[1] !== text).map(([word]) => word);
  const both = { before: before.element, after: after.element };
  return what.length === 0 ? { change: 'none', ...both } : { change: 'changed', ...both, what };
}
