import { runPeriodically } from '../async/interval.ts';
import type { Logger } from '../log.ts';
import type { Queue } from '../queue/queue.ts';
import type { ResultSpool } from '../queue/result-spool.ts';
import { flushSpool } from './flush-spool.ts';

/**
 * Takes back the runs of workers that stopped renewing. Every process may have one; who comes second finds nothing. The
 * queue logs what it takes back. Before that, what such workers left on disk while the database was away is written down.
 */
export function startReaper(deps: {
  queue: Queue;
  spool: ResultSpool;
  log: Logger;
  /** Between looks. A run that lost its worker waits for its lease and at most this long. */
  everyMs: number;
  maxAttempts: number;
}): { stop(): Promise<void> } {
  const { queue, spool: waiting, log, everyMs, maxAttempts } = deps;
  return runPeriodically(async () => {
    try {
      await flushSpool({ queue, spool: waiting, log });
      await queue.requeueExpired({ maxAttempts });
    } catch (error) {
      log.warn({ err: error }, 'Expired runs could not be looked for');
    }
  }, everyMs);
}
