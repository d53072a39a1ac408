import { type Database, notifyRuns } from '../../database/database.ts';
import { isOldNote } from './plan.ts';

/** Removes what is beyond the limits of retention, by the clock of the database. Runs with their results: see remove-runs.ts. */
export function createRetention({ database }: { database: Database }) {
  return {
    /**
     * Marks those of these runs whose files are beyond the limits: their files count as removed, and their results have no attachments.
     * These are the finished ones of `expired`, and those whose files were removed before and came back late. Returns their ids,
     * ascending.
     */
    expire: (runIds: readonly number[], expired: ReadonlySet<number>): Promise<number[]> =>
      database.transaction(async (transaction) => {
        const rows = await transaction.query<{ id: number }>(
          `UPDATE run SET files_removed_at = coalesce(files_removed_at, now()), files_bytes = NULL
           WHERE id = ANY ($1::bigint[]) AND state = 'finished' AND pinned_at IS NULL
             AND (files_removed_at IS NOT NULL OR id = ANY ($2::bigint[])) RETURNING id`,
          [runIds, runIds.filter((id) => expired.has(id))],
        );
        const ids = rows.map(({ id }) => id).sort((one, other) => one - other);
        if (ids.length === 0) return ids;
        await transaction.query(
          `UPDATE result SET attachments = '[]' WHERE run_id = ANY ($1::bigint[]) AND attachments <> '[]'`,
          [ids],
        );
        await notifyRuns(transaction, ids);
        return ids;
      }),

    /** Those of these runs that are finished, and whose files were not measured yet. */
    async unmeasured(runIds: readonly number[]): Promise<number[]> {
      const rows = await database.query<{ id: number }>(
        `SELECT id FROM run WHERE id = ANY ($1::bigint[]) AND state = 'finished' AND finished_at < now() - interval '1 minute'
           AND files_bytes IS NULL AND files_removed_at IS NULL AND removal_at IS NULL ORDER BY id`,
        [runIds],
      );
      return rows.map(({ id }) => id);
    },

    /** Writes the size of all files of a finished run. */
    async setFilesBytes(runId: number, bytes: number): Promise<void> {
      await database.query(
        `UPDATE run SET files_bytes = $2 WHERE id = $1 AND state = 'finished' AND files_removed_at IS NULL`,
        [runId, bytes],
      );
    },

    /**
     * Deletes at most `limit` entries of the audit trail that are older than `ageMs` or not among the newest `max`, and returns their
     * number. 0: no limit.
     */
    async removeAudit({ ageMs, max }: { ageMs: number; max: number }, limit: number): Promise<number> {
      const rows = await database.query(
        `DELETE FROM audit WHERE id IN (
           SELECT id FROM audit WHERE ($1::bigint > 0 AND at < now() - $1 * interval '1 millisecond')
             OR ($2::bigint > 0 AND id <= (SELECT id FROM audit ORDER BY id DESC OFFSET $2 LIMIT 1))
           ORDER BY id LIMIT $3
         ) RETURNING id`,
        [ageMs, max, limit],
      );
      return rows.length;
    },

    /** Deletes at most `limit` notes of causes that were neither seen nor changed in the last `retentionMs`, and returns their number. */
    async removeNotes(retentionMs: number, limit: number): Promise<number> {
      const rows = await database.query(
        `DELETE FROM cause_note WHERE cause IN (
           SELECT cause FROM cause_note AS old WHERE ${isOldNote('old')} ORDER BY updated_at LIMIT $2
         ) AND updated_at < now() - $1::bigint * interval '1 millisecond' RETURNING cause`,
        [retentionMs, limit],
      );
      return rows.length;
    },
  };
}

export type Retention = ReturnType<typeof createRetention>;
