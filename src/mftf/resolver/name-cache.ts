/** Returns a function that calls `define` once for each name, also when that returns `undefined`, and keeps the result. */
export function cacheByName<T>(define: (name: string) => T): (name: string) => T {
  const cache = new Map<string, T>();
  return (name) => {
    const cached = cache.get(name);
    if (cached !== undefined || cache.has(name)) return cached as T;
    const definition = define(name);
    cache.set(name, definition);
    return definition;
  };
}
