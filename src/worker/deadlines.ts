import { runPeriodically, type Service } from '../async/interval.ts';
import { createOutageLog } from '../async/outage-log.ts';
import { toFault } from '../faults/fault.ts';
import type { Logger } from '../log.ts';
import type { Database } from '../store/database/database.ts';
import { cancelOverdueRuns } from '../store/tables/overdue-runs.ts';
import type { Reservations } from '../store/tables/reservations.ts';

/** The longest time after which the begin or end of a reservation, or the end of a wait, is noticed. */
const everyMs = 1_000;

/**
 * Begins and ends reservations, and cancels the runs that did not start within their limits of waiting. Every long-lived process does
 * so, each change happens once. No run depends on it: claims compare the times with the clock of the database.
 */
export function startDeadlines(deps: {
  database: Database;
  reservations: Pick<Reservations, 'advance'>;
  log: Logger;
}): Service {
  const { database, reservations, log } = deps;
  const outageLog = createOutageLog({
    onBegin: (error) =>
      log.warn({ code: toFault(error).code, err: error }, 'Reservations cannot begin or end; retrying'),
    onEnd: () => log.info('Reservations begin and end again'),
  });
  return runPeriodically(async () => {
    try {
      for (const { id, change } of await reservations.advance())
        log.info({ reservation: id, change }, 'A reservation began or ended');
      for (const id of await cancelOverdueRuns(database))
        log.info({ run: id }, 'A run was cancelled: it did not start within its limit of waiting');
      outageLog.succeeded();
    } catch (error) {
      outageLog.failed(error);
    }
  }, everyMs);
}
