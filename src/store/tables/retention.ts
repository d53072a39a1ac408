import { type Database, notifyRuns } from '../database/database.ts';

/** What of the past is given up. Times are the database's. */
export function createRetention({ database }: { database: Database }) {
  return {
    /**
     * Of these runs, those that were finished longer ago than `keptMs`. From now on they say that their files were removed, and
     * their results name none.
     */
    expire: (runIds: readonly number[], keptMs: number): Promise<number[]> =>
      database.transaction(async (transaction) => {
        const rows = await transaction.query<{ id: number }>(
          `UPDATE run SET files_removed_at = coalesce(files_removed_at, now())
           WHERE id = ANY ($1::bigint[]) AND finished_at < now() - $2 * interval '1 millisecond' RETURNING id`,
          [runIds, keptMs],
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

    /** Removes at most `limit` entries of the audit trail that are older than `keptMs`; how many it were. */
    async removeAudit(keptMs: number, limit: number): Promise<number> {
      const rows = await database.query(
        `DELETE FROM audit WHERE id IN (
           SELECT id FROM audit WHERE at < now() - $1 * interval '1 millisecond' ORDER BY id LIMIT $2
         ) RETURNING id`,
        [keptMs, limit],
      );
      return rows.length;
    },
  };
}

export type Retention = ReturnType<typeof createRetention>;
