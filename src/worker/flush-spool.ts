import { isDatabaseOutage } from '../faults/fault.ts';
import type { Logger } from '../log.ts';
import type { Queue } from '../queue/queue.ts';
import type { ResultSpool } from '../queue/result-spool.ts';

/**
 * Writes the results that were spooled to disk by workers that have lost their runs since, or have died. See
 * `Queue.recordSpooled`. Errors: DATABASE_UNREACHABLE; then the results stay spooled.
 */
export async function flushSpool(deps: { queue: Queue; spool: ResultSpool; log: Logger }): Promise<void> {
  const { queue, spool, log } = deps;
  for (const claim of await spool.claims()) {
    try {
      await spool.take(claim, async (results) => {
        const outcome = await queue.recordSpooled(claim, results);
        if (outcome === 'held') throw new ClaimStillHeld();
        const fields = { run: claim.runId, results: results.length };
        if (outcome === 'written') log.info(fields, 'Spooled results were written');
        else log.warn(fields, 'Spooled results came too late: another worker has claimed the run');
      });
    } catch (error) {
      if (error instanceof ClaimStillHeld) continue;
      if (isDatabaseOutage(error)) throw error;
      log.error(
        { err: error, run: claim.runId },
        'Spooled results cannot be written; their file was set aside',
      );
      await spool.setAside(claim);
    }
  }
}

/** Thrown inside `take`, so that the results stay spooled. */
class ClaimStillHeld extends Error {}
