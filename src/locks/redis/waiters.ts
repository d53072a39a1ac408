import { delay } from '../../async/delay.ts';

/** Polling interval besides the messages: a lock whose holder died ends without a message. */
const pollMs = 1000;

/** The callers of a process that wait for locks. */
export interface LockWaiters {
  /** Wakes those that wait for a lock; without a name, all. */
  wake(name: string | undefined): void;
  /**
   * `passed` resolves at the next wake-up, after a second, or when `signal` aborts. Call it before the attempt that it follows, and
   * `cancel` when the attempt succeeded.
   */
  next(name: string, signal: AbortSignal): { passed: Promise<void>; cancel(): void };
}

export function createLockWaiters(): LockWaiters {
  /** The callbacks of waiters, by the name of the lock. */
  const callbacks = new Map<string, Set<() => void>>();
  return {
    wake(name) {
      const sets = name === undefined ? [...callbacks.values()] : [callbacks.get(name) ?? []];
      for (const set of sets) for (const wake of set) wake();
    },

    next(name, signal) {
      const done = new AbortController();
      const wake = () => done.abort();
      const set = callbacks.get(name) ?? new Set();
      callbacks.set(name, set.add(wake));
      const passed = delay(pollMs, AbortSignal.any([done.signal, signal])).finally(() => {
        set.delete(wake);
        if (set.size === 0 && callbacks.get(name) === set) callbacks.delete(name);
      });
      return { passed, cancel: wake };
    },
  };
}
