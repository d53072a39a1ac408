import { delay } from './delay.ts';

/**
 * Repeats `work` until it succeeds, as long as `shouldRetry` accepts its error and `signal` is not aborted; then rejects with that
 * error. Waits `delayMs` milliseconds between tries; a function gets the number of failures, from 1.
 */
export async function retry<T>(
  work: () => Promise<T>,
  options: {
    shouldRetry(error: unknown): boolean;
    delayMs: number | ((failures: number) => number);
    signal?: AbortSignal;
  },
): Promise<T> {
  const { shouldRetry, delayMs, signal } = options;
  for (let failures = 1; ; failures++) {
    try {
      return await work();
    } catch (error) {
      if (signal?.aborted || !shouldRetry(error)) throw error;
      await delay(typeof delayMs === 'number' ? delayMs : delayMs(failures), signal);
      if (signal?.aborted) throw error;
    }
  }
}
