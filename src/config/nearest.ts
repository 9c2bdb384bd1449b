/** @returns The known word that `written` is most likely a slip of; `undefined` when none is near. */
export function nearest(written: string, known: readonly string[]): string | undefined {
  const far = Math.max(1, Math.floor(written.length / 3));
  let best: { readonly word: string; readonly distance: number } | undefined;
  for (const word of known) {
    const distance = editDistance(written.toLowerCase(), word.toLowerCase(), far);
    if (distance <= far && (best === undefined || distance < best.distance)) best = { word, distance };
  }
  return best?.word;
}

/** @returns How many insertions, deletions, replacements and swaps of neighbours lead from `a` to `b`; beyond `limit` only that. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let beforeLast: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row.push(
        Math.min(
          at(last, j - 1) + Number(a[i - 1] !== b[j - 1]),
          at(last, j) + 1,
          at(row, j - 1) + 1,
          swapped ? at(beforeLast, j - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
    beforeLast = last;
    last = row;
  }
  return at(last, b.length);
}

const at = (row: readonly number[], index: number) => row[index] ?? Number.POSITIVE_INFINITY;
