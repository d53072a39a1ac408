import type { TestResultView } from '../../operations/results/results-view.ts';
import type { ProgressView } from '../../operations/runs/progress.ts';
import type { Caller } from './caller.ts';
import { type RunFailures, readFailures } from './read-failures.ts';

/** A failure that was not reported before. */
export type OnFailure = (run: ProgressView['run'], test: TestResultView, failures: RunFailures) => void;

/** Reports the failures of runs that are watched, each once, as their counts grow. */
export interface FailureFeed {
  /** Reads the failures of a run if it has new ones. */
  update(progress: ProgressView): void;
  /** Reads the failures of finished runs, reports those that were not, and returns all by run. Errors: those of the caller. */
  finish(finished: readonly ProgressView[]): Promise<Map<number, RunFailures>>;
}

export function createFailureFeed(caller: Caller, onFailure: OnFailure): FailureFeed {
  const reported = new Set<string>();
  /** The number of failures of each run that were read, or are being read. */
  const readCounts = new Map<number, number>();
  const latest = new Map<number, ProgressView>();
  const reading = new Map<number, Promise<unknown>>();

  const read = async ({ run }: ProgressView): Promise<RunFailures> => {
    const failures = await readFailures(caller, run.id);
    for (const test of failures.tests) {
      const key = [run.id, test.suite, test.test, test.attempt].join(' ');
      if (reported.has(key)) continue;
      reported.add(key);
      onFailure(run, test, failures);
    }
    return failures;
  };

  const update = (progress: ProgressView): void => {
    const { id, counts } = progress.run;
    latest.set(id, progress);
    const count = counts.failed + counts.broken;
    if (count <= (readCounts.get(id) ?? 0) || reading.has(id)) return;
    readCounts.set(id, count);
    const current = read(progress).then(
      () => {
        reading.delete(id);
        // There may be more by now.
        update(latest.get(id) ?? progress);
      },
      () => {
        // For example while the server restarts: the next update reads them, or `finish`.
        readCounts.delete(id);
        reading.delete(id);
      },
    );
    reading.set(id, current);
  };

  return {
    update,

    async finish(finished) {
      while (reading.size > 0) await Promise.all(reading.values());
      const failures = new Map<number, RunFailures>();
      for (const progress of finished) {
        const { id, counts } = progress.run;
        if (counts.failed + counts.broken > 0) failures.set(id, await read(progress));
      }
      return failures;
    },
  };
}
