import type { Logger } from '../log.ts';
import type { Queue } from '../queue/queue.ts';
import { repeat } from './repeat.ts';

/**
 * Takes back the runs of workers that stopped renewing. Every process may have one; who comes second finds nothing. The
 * queue logs what it takes back.
 */
export function startReaper(deps: {
  queue: Queue;
  log: Logger;
  /** Between looks. A run that lost its worker waits for its lease and at most this long. */
  everyMs: number;
  maxAttempts: number;
}): { stop(): Promise<void> } {
  const { queue, log, everyMs, maxAttempts } = deps;
  return repeat(async () => {
    try {
      await queue.requeueExpired({ maxAttempts });
    } catch (error) {
      log.warn({ err: error }, 'Expired runs could not be looked for');
    }
  }, everyMs);
}
