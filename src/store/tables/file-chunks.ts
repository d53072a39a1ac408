import type { BlobStore } from '../../artifacts/blob-store.ts';
import type { Database } from '../database/database.ts';

/** Files of runs in the database, which every host can reach and which is backed up. */
export function createBlobStore({ database }: { database: Database }): BlobStore {
  return {
    async arrived(runId, sender) {
      const [run] = await database.query('SELECT id FROM run WHERE id = $1', [runId]);
      if (!run) return undefined;
      const rows = await database.query<{ path: string; bytes: number }>(
        `SELECT path, max(start + size)::bigint AS bytes FROM file_piece WHERE run_id = $1 AND sender = $2 GROUP BY path`,
        [runId, sender],
      );
      return new Map(rows.map(({ path, bytes }) => [path, bytes]));
    },

    put: (runId, sender, chunks) =>
      database.transaction(async (transaction) => {
        // Two hosts may send to the same log, and each chunk needs its own offset.
        await transaction.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [
          `files of run ${runId}`,
        ]);
        for await (const { path, start, bytes } of chunks) {
          await transaction.query(
            `INSERT INTO file_piece (run_id, path, at, size, bytes, sender, start)
             SELECT $1, $2, coalesce(max(at + size), 0), $3::int, $4::bytea, $5::text, $6::bigint
             FROM file_piece WHERE run_id = $1 AND path = $2
             HAVING coalesce(max(start + size) FILTER (WHERE sender = $5), 0) = $6
             ON CONFLICT DO NOTHING`,
            [runId, path, bytes.length, bytes, sender, start],
          );
        }
      }),

    async finished(runIds) {
      const rows = await database.query<{ id: number }>(
        `SELECT id FROM run WHERE id = ANY ($1::bigint[]) AND state = 'finished'`,
        [runIds],
      );
      return rows.map(({ id }) => id);
    },

    async runs() {
      // Steps through the index from run to run: each may have thousands of chunks.
      const rows = await database.query<{ run_id: number }>(
        `WITH RECURSIVE found AS (
           SELECT min(run_id) AS run_id FROM file_piece
           UNION ALL SELECT (SELECT min(run_id) FROM file_piece WHERE file_piece.run_id > found.run_id) FROM found
           WHERE found.run_id IS NOT NULL
         ) SELECT run_id FROM found WHERE run_id IS NOT NULL`,
      );
      return rows.map(({ run_id }) => run_id);
    },

    async list(runId) {
      const files = await database.query<{ path: string; size: number }>(
        `SELECT path, sum(size)::bigint AS size FROM file_piece WHERE run_id = $1 GROUP BY path ORDER BY path COLLATE "C"`,
        [runId],
      );
      return files.map(({ path, size }) => ({ path, size }));
    },

    async size(runId, path) {
      const [last] = await database.query<{ size: number }>(
        `SELECT at + size AS size FROM file_piece WHERE run_id = $1 AND path = $2 ORDER BY at DESC LIMIT 1`,
        [runId, path],
      );
      return last?.size;
    },

    async read(runId, path, from, limit) {
      const rows = await database.query<{ at: number; bytes: Uint8Array }>(
        `SELECT at, bytes FROM file_piece
         WHERE run_id = $1 AND path = $2 AND at < $3::bigint + $4::bigint AND at >= (
           SELECT coalesce(max(at), 0) FROM file_piece WHERE run_id = $1 AND path = $2 AND at <= $3
         ) ORDER BY at`,
        [runId, path, from, limit],
      );
      const first = rows[0]?.at ?? 0;
      const content = Buffer.concat(rows.map(({ bytes }) => bytes));
      return content.subarray(Math.max(0, from - first), from - first + limit);
    },

    async remove(runId) {
      const rows = await database.query('DELETE FROM file_piece WHERE run_id = $1 RETURNING at', [runId]);
      return rows.length > 0;
    },
  };
}
