import { delay } from './delay.ts';

/**
 * The result of `work`, or of `onTimeout` when `work` takes longer than `ms` milliseconds. The work is not stopped: it gets a
 * signal that aborts at the timeout, and what it does after that is ignored. Rejects as `work` or `onTimeout` does.
 */
export async function withTimeout<T, U = T>(
  ms: number,
  work: (signal: AbortSignal) => Promise<T>,
  onTimeout: () => U | Promise<U>,
): Promise<T | U> {
  const over = new AbortController();
  const done = new AbortController();
  const late = Symbol('late');
  const result = work(over.signal);
  // A rejection after the timeout is ignored.
  result.catch(() => undefined);
  try {
    const first = await Promise.race([result, delay(ms, done.signal).then((): typeof late => late)]);
    if (first !== late) return first as T;
    over.abort(new Error(`No result within ${ms} ms.`));
    return await onTimeout();
  } finally {
    done.abort();
  }
}
