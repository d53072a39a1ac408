import { type Database, notifyRuns } from '../database/database.ts';

/** Removes what is older than the retention allows, by the clock of the database. */
export function createRetention({ database }: { database: Database }) {
  return {
    /**
     * Marks those of these runs that finished longer than `retentionMs` ago: their files count as removed, and their results have no
     * attachments. Returns their ids, ascending.
     */
    expire: (runIds: readonly number[], retentionMs: number): Promise<number[]> =>
      database.transaction(async (transaction) => {
        const rows = await transaction.query<{ id: number }>(
          `UPDATE run SET files_removed_at = coalesce(files_removed_at, now())
           WHERE id = ANY ($1::bigint[]) AND finished_at < now() - $2 * interval '1 millisecond' RETURNING id`,
          [runIds, retentionMs],
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

    /** Deletes at most `limit` entries of the audit trail that are older than `retentionMs`, and returns their number. */
    async removeAudit(retentionMs: number, limit: number): Promise<number> {
      const rows = await database.query(
        `DELETE FROM audit WHERE id IN (
           SELECT id FROM audit WHERE at < now() - $1 * interval '1 millisecond' ORDER BY id LIMIT $2
         ) RETURNING id`,
        [retentionMs, limit],
      );
      return rows.length;
    },

    /** Deletes at most `limit` notes of causes that were neither seen nor changed in the last `retentionMs`, and returns their number. */
    async removeNotes(retentionMs: number, limit: number): Promise<number> {
      const rows = await database.query(
        `DELETE FROM cause_note WHERE cause IN (
           SELECT cause FROM cause_note AS old
           WHERE updated_at < now() - $1 * interval '1 millisecond' AND NOT EXISTS (
             SELECT FROM result WHERE cause = old.cause AND recorded_at >= now() - $1 * interval '1 millisecond'
           ) ORDER BY updated_at LIMIT $2
         ) AND updated_at < now() - $1 * interval '1 millisecond' RETURNING cause`,
        [retentionMs, limit],
      );
      return rows.length;
    },
  };
}

export type Retention = ReturnType<typeof createRetention>;
