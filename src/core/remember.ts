/** In characters: what is longer is rare, and would keep much in memory. */
const longest = 64 * 1024;

/**
 * @param work A pure function whose results nobody changes.
 * @param limit How many results are kept.
 * @returns The same function, which does not do its work again for the texts of before: all installations are rendered from the same ones.
 */
export function remember<Result>(work: (text: string) => Result, limit = 200): (text: string) => Result {
  const known = new Map<string, Result>();
  return (text) => {
    const there = known.get(text);
    if (there !== undefined) return there;
    const result = work(text);
    if (text.length > longest) return result;
    if (known.size >= limit) known.clear();
    known.set(text, result);
    return result;
  };
}
