import { setTimeout as delay } from 'node:timers/promises';

/**
 * Asks at most once in `everyMs`, also after an error, and never twice at the same time. `undefined` when there was an error,
 * or no answer within `patienceMs`.
 */
export function remembered<T>(
  ask: () => Promise<T>,
  options: { everyMs: number; patienceMs: number; onError(error: unknown): void },
): () => Promise<T | undefined> {
  let answer: Promise<T | undefined> | undefined;
  let askedAt = 0;
  let asking = false;
  return () => {
    if (answer === undefined || (!asking && performance.now() - askedAt >= options.everyMs)) {
      askedAt = performance.now();
      asking = true;
      answer = ask()
        .catch((error: unknown) => {
          options.onError(error);
          return undefined;
        })
        .finally(() => {
          asking = false;
        });
    }
    const patience = new AbortController();
    const enough = delay(options.patienceMs, undefined, { signal: patience.signal, ref: false });
    return Promise.race([answer, enough.catch(() => undefined)]).finally(() => patience.abort());
  };
}
