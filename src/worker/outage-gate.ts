import { createOutageLog, type OutageLog } from '../async/outage-log.ts';
import { retry } from '../async/retry.ts';
import { toFault } from '../faults/fault.ts';
import type { Logger } from '../log.ts';
import type { Reason } from '../model/run.ts';

/** What every run needs. The names appear in the log. */
export type Dependency = 'Queue' | 'Lock store' | 'Container engine';

/** The longest pause between tries while a dependency is unavailable. */
const maxDelayMs = 5000;

/** Keeps new runs from starting while something that every run needs is unavailable. */
export interface OutageGate {
  /** Resolves when no dependency is closed, or when the workers stop. */
  whenOpen(): Promise<void>;
  /** Closes the gate until `check` succeeds; no effect while it is closed for this dependency. */
  closeUntil(dependency: Dependency, check: () => Promise<unknown>): void;
  /**
   * Repeats `work` until it succeeds; `undefined` when the workers stop before. Logs when the outage begins and when it ends, not
   * each failure.
   */
  retryUntilStopped<T>(dependency: Dependency, work: () => Promise<T>): Promise<T | undefined>;
  /** Why no run starts, if any dependency is unavailable. */
  reason(): Reason | undefined;
}

/** Creates an open gate; `stop` ends all waiting and retrying. */
export function createOutageGate({ log, stop }: { log: Logger; stop: AbortSignal }): OutageGate {
  const reasons = new Map<Dependency, Reason>();
  const outages = new Map<Dependency, OutageLog>();
  const recoveries = new Map<Dependency, Promise<void>>();

  function outageOf(dependency: Dependency): OutageLog {
    const existing = outages.get(dependency);
    if (existing) return existing;
    const outage = createOutageLog({
      onBegin: (error) =>
        log.error({ err: error, code: toFault(error).code }, `${dependency}: no new run starts`),
      onEnd: () => log.info(`${dependency}: recovered`),
    });
    outages.set(dependency, outage);
    return outage;
  }

  async function retryUntilStopped<T>(
    dependency: Dependency,
    work: () => Promise<T>,
  ): Promise<T | undefined> {
    if (stop.aborted) return undefined;
    const outage = outageOf(dependency);
    try {
      const result = await retry(work, {
        shouldRetry(error) {
          const { code, message } = toFault(error);
          reasons.set(dependency, { code, message });
          outage.failed(error);
          return true;
        },
        delayMs: (failures) => Math.min(maxDelayMs, 250 * 2 ** (failures - 1)),
        signal: stop,
      });
      reasons.delete(dependency);
      outage.succeeded();
      return result;
    } catch {
      // The workers stop: the last error concerns no run.
      return undefined;
    }
  }

  return {
    retryUntilStopped,

    async whenOpen() {
      await Promise.all(recoveries.values());
    },

    closeUntil(dependency, check) {
      if (recoveries.has(dependency)) return;
      const recovery = retryUntilStopped(dependency, check).then(() => {
        recoveries.delete(dependency);
      });
      recoveries.set(dependency, recovery);
    },

    reason: () => [...reasons.values()][0],
  };
}
