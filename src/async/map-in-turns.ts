import { createTurns } from './turns.ts';

/** The results of `work` for all items, in their order. However many there are, the event loop turns meanwhile. */
export async function mapInTurns<Item, Result>(
  items: Iterable<Item>,
  work: (item: Item) => Result,
): Promise<Result[]> {
  const turns = createTurns();
  const results: Result[] = [];
  for (const item of items) {
    results.push(work(item));
    await turns();
  }
  return results;
}
