import { runPeriodically, type Service } from '../async/interval.ts';
import type { Logger } from '../log.ts';
import type { Queue } from '../queue/queue.ts';
import type { ResultSpool } from '../queue/result-spool.ts';
import { flushSpool } from './flush-spool.ts';

/** The longest interval between checks. */
export const maxReapMs = 1_000;

/**
 * Requeues the runs of workers that stopped renewing their leases. Every process may run a reaper; each run is requeued once. The
 * queue logs each of them. Before that, results that such workers spooled to disk during an outage of the database are written.
 */
export function startReaper(deps: {
  queue: Queue;
  spool: ResultSpool;
  log: Logger;
  /** Between checks. A run that lost its worker waits until its lease expires and at most this long. */
  everyMs: number;
  maxAttempts: number;
}): Service {
  const { queue, spool, log, everyMs, maxAttempts } = deps;
  return runPeriodically(async () => {
    try {
      await flushSpool({ queue, spool, log });
      await queue.requeueExpired({ maxAttempts });
    } catch (error) {
      log.warn({ err: error }, 'Expired runs could not be requeued');
    }
  }, everyMs);
}
