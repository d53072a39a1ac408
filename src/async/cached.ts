import { withTimeout } from './timeout.ts';

/**
 * Caches the result of `work`: runs it at most once in `everyMs`, also after an error, and never twice at the same time. `get`
 * resolves with `undefined` after an error, or when there is no result within `timeoutMs`, which each call may set. After `forget` the next call of `get`
 * runs `work` again. `runningMs` is for how long `work` has been running; 0 when it is not.
 */
export function cachedWithTimeout<T>(
  work: () => Promise<T>,
  options: { everyMs: number; timeoutMs: number; onError(error: unknown): void },
): { get(timeoutMs?: number): Promise<T | undefined>; runningMs(): number; forget(): void } {
  let latest: Promise<T | undefined> | undefined;
  let startedAt = 0;
  let isRunning = false;
  return {
    get(timeoutMs = options.timeoutMs) {
      if (latest === undefined || (!isRunning && performance.now() - startedAt >= options.everyMs)) {
        startedAt = performance.now();
        isRunning = true;
        const execution: Promise<T | undefined> = work()
          .catch((error: unknown) => {
            options.onError(error);
            return undefined;
          })
          .finally(() => {
            if (latest === execution) isRunning = false;
          });
        latest = execution;
      }
      const current = latest;
      return withTimeout(
        timeoutMs,
        () => current,
        () => undefined,
      );
    },
    runningMs: () => (isRunning ? performance.now() - startedAt : 0),
    forget() {
      latest = undefined;
      isRunning = false;
    },
  };
}
