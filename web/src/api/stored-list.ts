import { storageKeyOf } from '../base-path.ts';

/** A list in the storage of the browser, which all tabs of this installation share. */
export interface StoredList<T> {
  /** Empty when the storage has no list, or what is no list. */
  read(): T[];
  /** Stores a list, of which the first entries are forgotten when there are too many. */
  write(all: readonly T[]): void;
  /** Calls `listener` after each change, also by another tab. Returns a function that unsubscribes. */
  watch(listener: () => void): () => void;
  /** The stored text, which changes with the list: for `useSyncExternalStore`. */
  text(): string;
}

export function createStoredList<T>(options: {
  name: string;
  maxEntries: number;
  isEntry: (value: unknown) => value is T;
}): StoredList<T> {
  const key = storageKeyOf(options.name);
  const listeners = new Set<() => void>();
  return {
    read() {
      try {
        const all: unknown = JSON.parse(localStorage.getItem(key) ?? '[]');
        return Array.isArray(all) ? all.filter(options.isEntry) : [];
      } catch {
        return [];
      }
    },

    write(all) {
      localStorage.setItem(key, JSON.stringify(all.slice(-options.maxEntries)));
      for (const listener of listeners) listener();
    },

    watch(listener) {
      const onStorage = (event: StorageEvent) => event.key === key && listener();
      listeners.add(listener);
      window.addEventListener('storage', onStorage);
      return () => {
        listeners.delete(listener);
        window.removeEventListener('storage', onStorage);
      };
    },

    text: () => localStorage.getItem(key) ?? '',
  };
}
