import { isFault } from '../faults/fault.ts';
import type { Logger } from '../log.ts';
import type { Queue } from '../queue/queue.ts';
import type { ResultSpool } from '../queue/result-spool.ts';

/**
 * Writes the results that were put on disk by workers that have lost their runs since, or have died. See `recordLate`.
 * Errors: DATABASE_UNREACHABLE; then they stay where they are.
 */
export async function flushSpool(deps: { queue: Queue; spool: ResultSpool; log: Logger }): Promise<void> {
  const { queue, spool: waiting, log } = deps;
  for (const claim of await waiting.claims()) {
    try {
      await waiting.take(claim, async (results) => {
        const done = await queue.recordLate(claim, results);
        if (done === 'held') throw new LockStillHeld();
        const about = { run: claim.runId, results: results.length };
        if (done === 'written') log.info(about, 'Results that waited on disk were written');
        else log.warn(about, 'Results that waited on disk came too late: another worker was given the run');
      });
    } catch (error) {
      if (error instanceof LockStillHeld) continue;
      if (isFault(error, 'DATABASE_UNREACHABLE')) throw error;
      log.error(
        { err: error, run: claim.runId },
        'Results that waited on disk cannot be written; they were put aside',
      );
      await waiting.setAside(claim);
    }
  }
}

class LockStillHeld extends Error {}
