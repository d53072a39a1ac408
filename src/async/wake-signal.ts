/** Wakes those who wait. It counts, so that a ring between looking and waiting is not missed. */
export interface WakeSignal {
  /** How often it rang. To be read before looking for work. */
  count(): number;
  notify(): void;
  /** Resolves when it rang since `heard`, after `ms` milliseconds, or when `signal` aborts. */
  wait(version: number, ms: number, signal: AbortSignal): Promise<void>;
}

export function createWakeSignal(): WakeSignal {
  let count = 0;
  const waiting = new Set<() => void>();
  return {
    count: () => count,
    notify() {
      count++;
      for (const wake of waiting) wake();
    },
    wait(version, ms, signal) {
      if (count !== version || signal.aborted) return Promise.resolve();
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

/** Waits for `ms` milliseconds, or until `signal` aborts. */
export function delay(ms: number, signal: AbortSignal): Promise<void> {
  return createWakeSignal().wait(0, ms, signal);
}
