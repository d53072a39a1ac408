import { type HeldLock, type LockStore, lockPrefixes } from './lock.ts';

export type LockKind = keyof typeof lockPrefixes;

/** Since the process started, by the kind of lock. */
export interface LockCounts {
  /** Somebody else held it when it was tried. */
  refused: Record<LockKind, number>;
  /** It was ours and ended before it was released. */
  lost: Record<LockKind, number>;
}

/** The same store, and how often it refused a lock or lost one. */
export function instrumentLocks(store: LockStore): { locks: LockStore; counts: LockCounts } {
  const none = { environment: 0, execution: 0, container: 0 };
  const counts: LockCounts = { refused: { ...none }, lost: { ...none } };

  function watch(held: HeldLock): HeldLock {
    held.lost.addEventListener('abort', () => add(counts.lost, held.name), { once: true });
    return held;
  }

  const locks: LockStore = {
    ...store,
    async tryAcquire(name, options) {
      const held = await store.tryAcquire(name, options);
      if (held) return watch(held);
      add(counts.refused, name);
      return undefined;
    },
    acquire: async (name, options) => watch(await store.acquire(name, options)),
  };
  return { locks, counts };
}

function add(counts: Record<LockKind, number>, name: string): void {
  const kinds = Object.keys(lockPrefixes) as LockKind[];
  const kind = kinds.find((each) => name.startsWith(lockPrefixes[each]));
  if (kind) counts[kind] += 1;
}
