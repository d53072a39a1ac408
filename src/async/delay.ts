/**
 * Waits for `ms` milliseconds, or until `signal` aborts; never rejects. With `ref: false` the wait alone does not keep the process
 * alive.
 */
export function delay(ms: number, signal?: AbortSignal, { ref = true } = {}): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    if (!ref) timer.unref();
    signal?.addEventListener('abort', end, { once: true });
  });
}
