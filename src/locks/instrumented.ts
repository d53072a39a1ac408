import { type HeldLock, type LockStore, lockPrefixes } from './lock.ts';

export type LockKind = keyof typeof lockPrefixes;

/** Counts since the process started, by the kind of lock. */
export interface LockCounts {
  /** Another holder had the lock when it was tried. */
  refused: Record<LockKind, number>;
  /** A lock of this process was lost before it was released. */
  lost: Record<LockKind, number>;
}

/** The same store, with counts of the locks that were refused or lost. */
export function instrumentLocks(store: LockStore): { locks: LockStore; counts: LockCounts } {
  const zero = { environment: 0, execution: 0, container: 0 };
  const counts: LockCounts = { refused: { ...zero }, lost: { ...zero } };

  function countLoss(lock: HeldLock): HeldLock {
    lock.lost.addEventListener('abort', () => add(counts.lost, lock.name), { once: true });
    return lock;
  }

  const locks: LockStore = {
    ...store,
    async tryAcquire(name, options) {
      const lock = await store.tryAcquire(name, options);
      if (lock) return countLoss(lock);
      add(counts.refused, name);
      return undefined;
    },
    acquire: async (name, options) => countLoss(await store.acquire(name, options)),
  };
  return { locks, counts };
}

function add(counts: Record<LockKind, number>, name: string): void {
  const kinds = Object.keys(lockPrefixes) as LockKind[];
  const kind = kinds.find((each) => name.startsWith(lockPrefixes[each]));
  if (kind) counts[kind] += 1;
}
