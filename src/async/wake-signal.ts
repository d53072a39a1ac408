/** Wakes all waiters. Its version counts notifications, so that one between a check and the wait after it is not missed. */
export interface WakeSignal {
  /** Grows with each notification. Read it before the check for work. */
  version(): number;
  /** Wakes all waiters. */
  notify(): void;
  /** Resolves when there was a notification after `version`, after `ms` milliseconds, or when `signal` aborts. */
  wait(version: number, ms: number, signal: AbortSignal): Promise<void>;
}

export function createWakeSignal(): WakeSignal {
  let current = 0;
  const waiting = new Set<() => void>();
  return {
    version: () => current,
    notify() {
      current++;
      for (const wake of waiting) wake();
    },
    wait(version, ms, signal) {
      if (current !== version || signal.aborted) return Promise.resolve();
      return new Promise((resolve) => {
        const wake = () => {
          clearTimeout(timer);
          waiting.delete(wake);
          signal.removeEventListener('abort', wake);
          resolve();
        };
        const timer = setTimeout(wake, ms);
        waiting.add(wake);
        signal.addEventListener('abort', wake, { once: true });
      });
    },
  };
}
