import { durationText } from '../../model/duration.ts';
import { type Database, notifyRuns } from '../database/database.ts';
import { addEvent } from './events.ts';
import { insertRunFinished } from './notices.ts';
import { afterHooksDue } from './run-hooks.ts';

/**
 * Cancels the queued runs that did not start within their limits of waiting, with a reason, and returns their ids. Any process may call
 * it at any time. No worker claims such a run in the meantime: see `runMayStart`. A run with hooks after its tests has started, and
 * ends only when they have ended.
 */
export function cancelOverdueRuns(database: Database): Promise<number[]> {
  return database.transaction(async (transaction) => {
    const rows = await transaction.query<{ id: number; limit_ms: number }>(
      `SELECT id, (extract(epoch FROM start_by - queued_at) * 1000)::float8 AS limit_ms FROM run
       WHERE state = 'queued' AND start_by <= now() AND started_at IS NULL AND NOT ${afterHooksDue}
       ORDER BY id FOR NO KEY UPDATE SKIP LOCKED`,
    );
    for (const { id, limit_ms } of rows) {
      const message = `The run did not start within ${durationText(limit_ms)}, the limit of waiting that it was submitted with.`;
      await transaction.query(
        `UPDATE run SET state = 'finished', verdict = 'cancelled', finished_at = now(), cancel_requested = true,
           retry_at = NULL, reason_code = 'WAITED_TOO_LONG', reason_message = $2
         WHERE id = $1`,
        [id, message],
      );
      await addEvent(transaction, id, { code: 'WAITED_TOO_LONG', message });
    }
    const ids = rows.map(({ id }) => id);
    if (ids.length === 0) return ids;
    await insertRunFinished(transaction, ids);
    await notifyRuns(transaction, ids);
    return ids;
  });
}
