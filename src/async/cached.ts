import { withTimeout } from './timeout.ts';

/**
 * Asks at most once in `everyMs`, also after an error, and never twice at the same time. `undefined` when there was an error,
 * or no answer within `patienceMs`. After `forget` the next one who asks gets a new answer.
 */
export function cachedWithTimeout<T>(
  work: () => Promise<T>,
  options: { everyMs: number; patienceMs: number; onError(error: unknown): void },
): { ask(): Promise<T | undefined>; forget(): void } {
  let answer: Promise<T | undefined> | undefined;
  let askedAt = 0;
  let asking = false;
  return {
    ask() {
      if (answer === undefined || (!asking && performance.now() - askedAt >= options.everyMs)) {
        askedAt = performance.now();
        asking = true;
        const own: Promise<T | undefined> = work()
          .catch((error: unknown) => {
            options.onError(error);
            return undefined;
          })
          .finally(() => {
            if (answer === own) asking = false;
          });
        answer = own;
      }
      const current = answer;
      return withTimeout(
        options.patienceMs,
        () => current,
        () => undefined,
      );
    },
    forget() {
      answer = undefined;
      asking = false;
    },
  };
}
