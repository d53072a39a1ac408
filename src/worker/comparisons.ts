import type { Service } from '../async/interval.ts';
import { createWakeSignal } from '../async/wake-signal.ts';
import { isDatabaseOutage } from '../faults/fault.ts';
import type { Logger } from '../log.ts';
import type { Comparisons } from '../store/tables/comparisons.ts';
import { runComparer } from '../store/tables/run-comparer.ts';

/** Between passes when no run finishes in this process: a process that was killed leaves runs that were not compared. */
const defaultEveryMs = 5_000;
/** A run that cannot be compared must not keep those after it from being compared. */
const maxTries = 3;

/** Compares finished runs with the history of their environments, and then finishes their submissions. */
export interface ComparisonLoop {
  /** Begins a pass now, because a run has finished in this process. */
  notify(): void;
  /** Any number of processes may do so; each run is compared once. */
  start(): Service;
}

export function createComparisonLoop(deps: {
  comparisons: Comparisons;
  addMissingSubmissions(): Promise<unknown>;
  finishSubmissions(): Promise<unknown>;
  log: Logger;
  everyMs?: number;
}): ComparisonLoop {
  const { comparisons, addMissingSubmissions, finishSubmissions, log, everyMs = defaultEveryMs } = deps;
  const wakeSignal = createWakeSignal();
  /** Failures in a row, by environment. */
  const failures = new Map<number, number>();

  async function compareAll(environmentId: number, signal: AbortSignal): Promise<void> {
    try {
      while (!signal.aborted && (await comparisons.compareNext(environmentId, runComparer)) !== undefined)
        failures.delete(environmentId);
    } catch (error) {
      if (isDatabaseOutage(error)) throw error;
      const count = (failures.get(environmentId) ?? 0) + 1;
      failures.set(environmentId, count);
      log.error({ err: error, environmentId, tries: count }, 'A run could not be compared with its history');
      if (count < maxTries) return;
      failures.delete(environmentId);
      await comparisons.skipNext(environmentId);
    }
  }

  async function pass(signal: AbortSignal): Promise<void> {
    try {
      await addMissingSubmissions();
      for (const environmentId of await comparisons.pendingEnvironments())
        await compareAll(environmentId, signal);
      await finishSubmissions();
    } catch (error) {
      log.warn({ err: error }, 'Finished runs could not be compared; retrying');
    }
  }

  return {
    notify: wakeSignal.notify,
    start() {
      const stopping = new AbortController();
      const { signal } = stopping;
      const running = (async () => {
        while (!signal.aborted) {
          const version = wakeSignal.version();
          await pass(signal);
          await wakeSignal.wait(version, everyMs, signal);
        }
      })();
      return {
        async stop() {
          stopping.abort();
          await running;
        },
      };
    },
  };
}
