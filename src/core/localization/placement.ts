/** A value that the cluster puts into a file of the manifests. */
export interface Placement {
  readonly file: string;
  /** Keys with dots between them. */
  readonly path: string;
  readonly outcome: Outcome;
}

export type Outcome =
  | { readonly kind: 'value'; readonly value: unknown }
  /** Only the cluster can tell. */
  | { readonly kind: 'computed'; readonly by: 'CUE' | 'spiff' | 'CEL' }
  /** The resource lies inside the component version, where nothing else can address it. */
  | { readonly kind: 'no-address'; readonly why: string }
  /** The controller would stop here. */
  | { readonly kind: 'fails'; readonly why: string };

/** A placement in the installed and in the proposed version; one of them may be missing. */
export interface PlacementChange<Kind extends Placement> {
  readonly change: 'added' | 'removed' | 'changed' | 'same';
  readonly before?: Kind;
  readonly after?: Kind;
}

/**
 * Pairs what goes to the same place. Of several that go there, the first is paired with the first: they are made in their order.
 *
 * @param isSame Whether nothing of what people look at differs.
 */
export function pairPlacements<Kind extends Placement>(
  before: readonly Kind[],
  after: readonly Kind[],
  isSame: (before: Kind, after: Kind) => boolean,
): readonly PlacementChange<Kind>[] {
  const left = new Map([...Map.groupBy(before, placeOf)].map(([place, all]) => [place, [...all]]));
  const paired = after.map((it): PlacementChange<Kind> => {
    const old = left.get(placeOf(it))?.shift();
    if (!old) return { change: 'added', after: it };
    return { change: isSame(old, it) ? 'same' : 'changed', before: old, after: it };
  });
  const removed = [...left.values()].flat().map((it): PlacementChange<Kind> => ({ change: 'removed', before: it }));
  return [...paired, ...removed];
}

const placeOf = ({ file, path }: Placement): string => JSON.stringify([file, path]);

/** What is known of the files that rules write to; `undefined` when nothing is. */
export type FileNames = ReadonlySet<string> | undefined;

/** @returns The outcome, unless the controller finds no such file. */
export function inFile(file: string, files: FileNames, outcome: Outcome): Outcome {
  const name = file.replace(/^(?:\.?\/)+/, '');
  return !files || files.has(name) ? outcome : { kind: 'fails', why: 'the manifests have no such file' };
}

/** @returns What of an outcome can be said in a few words, without markup. */
export function outcomeText(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'value':
      return typeof outcome.value === 'string' ? outcome.value : JSON.stringify(outcome.value);
    case 'computed':
      return `computed in the cluster (${outcome.by})`;
    case 'no-address':
      return `no address: ${outcome.why}`;
    case 'fails':
      return `the controller would fail: ${outcome.why}`;
  }
}
