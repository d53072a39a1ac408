import { setImmediate as nextTurn } from 'node:timers/promises';

/** Work of so long, in milliseconds, is followed by a turn of the event loop. */
const sliceMs = 10;

/** The results of `work` for all items, in their order. However many there are, the event loop turns meanwhile. */
export async function mapInTurns<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Result,
): Promise<Result[]> {
  const results: Result[] = [];
  let startedMs = performance.now();
  for (const item of items) {
    results.push(work(item));
    if (performance.now() - startedMs < sliceMs) continue;
    await nextTurn();
    startedMs = performance.now();
  }
  return results;
}
