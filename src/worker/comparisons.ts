import { runPeriodically, type Service } from '../async/interval.ts';
import type { Logger } from '../log.ts';
import type { Comparisons } from '../store/tables/comparisons.ts';

/** Between passes. */
const everyMs = 5_000;

/** Finishes the submissions whose runs are finished. Any number of processes may do so. */
export function startComparisons(deps: { comparisons: Comparisons; log: Logger }): Service {
  const { comparisons, log } = deps;
  return runPeriodically(async () => {
    try {
      await comparisons.finishSubmissions();
    } catch (error) {
      log.warn({ err: error }, 'Submissions could not be finished; retrying');
    }
  }, everyMs);
}
