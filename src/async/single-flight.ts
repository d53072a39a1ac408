/**
 * Calls for the same key share one execution while it is under way; later calls start a new one. Rejects as `work` does, for all
 * of them.
 */
export function createSingleFlight<Key, T>(): (key: Key, work: () => Promise<T>) => Promise<T> {
  const running = new Map<Key, Promise<T>>();
  return (key, work) => {
    const current = running.get(key);
    if (current) return current;
    const started = work().finally(() => running.delete(key));
    running.set(key, started);
    return started;
  };
}

/**
 * The first successful result for each key, kept for good; an error is not kept, so that the next call tries again. With `maxKeys`
 * the key that was used least recently makes room.
 */
export function createMemo<Key, T>({
  maxKeys = Number.POSITIVE_INFINITY,
} = {}): (key: Key, work: () => Promise<T>) => Promise<T> {
  const results = new Map<Key, Promise<T>>();
  return (key, work) => {
    const result = results.get(key) ?? work();
    // Put last, so that the first key is the one used least recently.
    results.delete(key);
    results.set(key, result);
    result.catch(() => {
      if (results.get(key) === result) results.delete(key);
    });
    const oldest = results.keys().next();
    if (results.size > maxKeys && !oldest.done) results.delete(oldest.value);
    return result;
  };
}

/** As `createMemo`, for one value. */
export function memoize<T>(work: () => Promise<T>): () => Promise<T> {
  const memo = createMemo<'value', T>();
  return () => memo('value', work);
}
