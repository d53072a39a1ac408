import { Fault } from '../faults/fault.ts';
import type { AcquireOptions, HeldLock, LockStore } from './lock.ts';

/** A caller that waits for a lock. */
interface Waiter {
  /** Resolves with the lock. */
  grant(): void;
  /** Rejects with `reason`. */
  refuse(reason: unknown): void;
}

interface Entry {
  owner: string;
  since: Date;
  lose(fault: Fault): void;
  waiters: Waiter[];
}

/**
 * Locks among the parts of one process, first come first served. They suffice only where a single process does everything: on the
 * embedded database, which a second process cannot open (`openLocks` enforces that).
 */
export function createInProcessLocks(): LockStore {
  const entries = new Map<string, Entry>();
  let closed = false;

  function lease(name: string, owner: string, waiters: Waiter[]): HeldLock {
    const lost = new AbortController();
    const entry: Entry = { owner, since: new Date(), lose: (fault) => lost.abort(fault), waiters };
    entries.set(name, entry);
    return {
      name,
      lost: lost.signal,
      assertHeld: () => lost.signal.throwIfAborted(),
      release: async () => {
        if (entries.get(name) === entry) passOn(name, entry);
      },
    };
  }

  /** Grants the lock to the next waiter, or removes it. */
  function passOn(name: string, entry: Entry): void {
    const next = entry.waiters.shift();
    if (next) next.grant();
    else entries.delete(name);
  }

  function assertOpen(): void {
    if (closed) throw closedFault();
  }

  return {
    kind: 'in-process',

    check: async () => assertOpen(),

    memory: async () => undefined,

    async tryAcquire(name, options) {
      assertOpen();
      return entries.has(name) ? undefined : lease(name, options.owner, []);
    },

    async acquire(name, { owner, signal }: AcquireOptions & { signal?: AbortSignal }) {
      assertOpen();
      signal?.throwIfAborted();
      const entry = entries.get(name);
      if (!entry) return lease(name, owner, []);
      // Successive holders of a lock share the array.
      const { waiters } = entry;
      return new Promise<HeldLock>((resolve, reject) => {
        const leave = () => {
          waiters.splice(waiters.indexOf(waiter), 1);
          reject(signal?.reason);
        };
        const waiter: Waiter = {
          grant() {
            signal?.removeEventListener('abort', leave);
            resolve(lease(name, owner, waiters));
          },
          refuse(reason) {
            signal?.removeEventListener('abort', leave);
            reject(reason);
          },
        };
        waiters.push(waiter);
        signal?.addEventListener('abort', leave, { once: true });
      });
    },

    async list() {
      return [...entries].map(([name, { owner, since }]) => ({ name, owner, since, expiresInMs: undefined }));
    },

    foreign: async () => [],

    setAside: async () => undefined,

    async forceRelease(name) {
      const entry = entries.get(name);
      if (!entry) return false;
      entry.lose(new Fault('LOCK_LOST', `The lock ${name} was taken from ${entry.owner} by an admin.`));
      passOn(name, entry);
      return true;
    },

    async close() {
      closed = true;
      for (const entry of entries.values()) {
        entry.lose(new Fault('LOCK_LOST', 'The lock store of this process was closed.'));
        for (const waiter of entry.waiters.splice(0)) waiter.refuse(closedFault());
      }
      entries.clear();
    },
  };
}

function closedFault(): Fault {
  return new Fault('LOCK_STORE_UNREACHABLE', 'The lock store of this process was closed.');
}
