/**
 * Applies `change` to all items, at most `limit` of them at a time. After the first that fails no further one is begun.
 *
 * @returns The results in the order of the items.
 */
export async function mapLimited<Item, Result>(
  items: readonly Item[],
  limit: number,
  change: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  const queue = items.entries();
  let failed = false;
  async function work(): Promise<void> {
    for (const [index, item] of queue) {
      if (failed) return;
      try {
        results[index] = await change(item);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, work));
  return results;
}
