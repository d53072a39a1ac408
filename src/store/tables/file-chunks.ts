import { randomUUID } from 'node:crypto';
import type { BlobStore, FileChunk } from '../../artifacts/blob-store.ts';
import type { ObjectStore } from '../../artifacts/object-store.ts';
import { Fault } from '../../faults/fault.ts';
import type { Database, Queryable } from '../database/database.ts';

/** Of an object store. Smaller pieces, such as the new lines of a log, stay in the database: a request for each costs more. */
const minObjectBytes = 16 * 1024;
/** The largest object: it is in memory while it is sent. */
const maxObjectBytes = 8 * 1024 * 1024;
/** Of a list of objects, in one removal of the files of a run: 100,000 objects, or what a service repeats. */
const maxPages = 100;

/** A chunk, or the key of the object with its bytes. */
interface Piece {
  path: string;
  start: number;
  size: number;
  bytes: Buffer | null;
  object: string | null;
}

/**
 * Files of runs in the database, which every host can reach and which is backed up. With an object store (S3) it has the bytes of all but
 * small pieces, and the database the list of pieces: so files appear as a whole, and nothing is listed that is not stored.
 */
export function createBlobStore(deps: { database: Database; objects?: ObjectStore | undefined }): BlobStore {
  const { database, objects } = deps;
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

    async put(runId, sender, chunks) {
      if (!objects) {
        const pieces = mapChunks(chunks, toPiece);
        await database.transaction((transaction) => insertPieces(transaction, { runId, sender }, pieces));
        return;
      }
      const prefix = await prefixOf(database, runId);
      const stored: Piece[] = [];
      const unused = new Set<string>();
      try {
        for await (const chunk of mergeChunks(chunks)) {
          const piece = toPiece(chunk);
          if (chunk.bytes.length >= minObjectBytes) {
            const object = `${prefix}${randomUUID()}`;
            unused.add(object);
            await objects.put(object, chunk.bytes);
            Object.assign(piece, { object, bytes: null });
          }
          stored.push(piece);
        }
        const inserted = await database.transaction((transaction) =>
          insertPieces(transaction, { runId, sender }, stored),
        );
        for (const object of inserted) unused.delete(object);
      } finally {
        // Of another process that was faster, or of a failure. What cannot be removed now goes with the files of the run.
        if (unused.size > 0) await objects.remove([...unused]).catch(() => {});
      }
    },

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
      const rows = await database.query<StoredPiece>(
        `SELECT at, size, bytes, object FROM file_piece
         WHERE run_id = $1 AND path = $2 AND at < $3::bigint + $4::bigint AND at >= (
           SELECT coalesce(max(at), 0) FROM file_piece WHERE run_id = $1 AND path = $2 AND at <= $3
         ) ORDER BY at`,
        [runId, path, from, limit],
      );
      const parts: Uint8Array[] = [];
      for (const { at, size, bytes, object } of rows) {
        const start = Math.max(0, from - at);
        const end = Math.min(size, from + limit - at);
        if (end <= start) continue;
        if (bytes) parts.push(bytes.subarray(start, end));
        else if (object && objects) parts.push(await objects.get(object, start, end - start));
        else
          throw new Fault(
            'FILES_APART',
            `${path} of run ${runId} is in S3, and this process does not use it.`,
          );
      }
      return Buffer.concat(parts);
    },

    async remove(runId) {
      // The list stays until all objects are removed, so that the next pass of retention continues.
      if (objects) await removeObjects(objects, await prefixOf(database, runId));
      const rows = await database.query('DELETE FROM file_piece WHERE run_id = $1 RETURNING at', [runId]);
      return rows.length > 0;
    },
  };
}

/** Removes the objects with a prefix. Errors: also S3_UNREACHABLE when there are more than it lists at a time. */
async function removeObjects(objects: ObjectStore, prefix: string): Promise<void> {
  let next: string | undefined;
  for (let page = 0; page < maxPages; page += 1) {
    const listed = await objects.list(prefix, next);
    await objects.remove(listed.keys);
    next = listed.next;
    if (next === undefined) return;
  }
  throw new Fault(
    'S3_UNREACHABLE',
    `S3 lists more objects below ${prefix} than ${maxPages} pages. The rest is removed by the next pass.`,
  );
}

interface StoredPiece {
  at: number;
  size: number;
  bytes: Uint8Array | null;
  object: string | null;
}

/** Appends pieces, all or none, and returns the keys of those that are objects. */
async function insertPieces(
  transaction: Queryable,
  { runId, sender }: { runId: number; sender: string },
  pieces: AsyncIterable<Piece> | Iterable<Piece>,
): Promise<string[]> {
  // Two hosts may send to the same log, and each chunk needs its own offset.
  await transaction.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`files of run ${runId}`]);
  const objects: string[] = [];
  for await (const { path, start, size, bytes, object } of pieces) {
    const rows = await transaction.query<{ object: string | null }>(
      `INSERT INTO file_piece (run_id, path, at, size, bytes, sender, start, object)
       SELECT $1, $2, coalesce(max(at + size), 0), $3::int, $4::bytea, $5::text, $6::bigint, $7::text
       FROM file_piece WHERE run_id = $1 AND path = $2
       HAVING coalesce(max(start + size) FILTER (WHERE sender = $5), 0) = $6
       ON CONFLICT DO NOTHING RETURNING object`,
      [runId, path, size, bytes, sender, start, object],
    );
    for (const row of rows) if (row.object !== null) objects.push(row.object);
  }
  return objects;
}

/** Where the objects of a run are. Its identity, because numbers are used again after a restore. */
async function prefixOf(database: Queryable, runId: number): Promise<string> {
  const [run] = await database.query<{ identity: string | null }>(
    'SELECT identity::text AS identity FROM run WHERE id = $1',
    [runId],
  );
  return `runs/${runId}-${run?.identity ?? 'unknown'}/`;
}

const toPiece = ({ path, start, bytes }: FileChunk): Piece => ({
  ...{ path, start, size: bytes.length, bytes, object: null },
});

async function* mapChunks<T>(chunks: AsyncIterable<FileChunk>, map: (chunk: FileChunk) => T) {
  for await (const chunk of chunks) yield map(chunk);
}

/** Joins chunks that follow each other in one file, up to the size of the largest object. */
async function* mergeChunks(chunks: AsyncIterable<FileChunk>): AsyncGenerator<FileChunk> {
  let path: string | undefined;
  let start = 0;
  let size = 0;
  let parts: Buffer[] = [];
  for await (const chunk of chunks) {
    const follows = chunk.path === path && chunk.start === start + size;
    if (follows && size + chunk.bytes.length <= maxObjectBytes) {
      parts.push(chunk.bytes);
      size += chunk.bytes.length;
      continue;
    }
    if (path !== undefined) yield { path, start, bytes: Buffer.concat(parts) };
    ({ path, start } = chunk);
    parts = [chunk.bytes];
    size = chunk.bytes.length;
  }
  if (path !== undefined) yield { path, start, bytes: Buffer.concat(parts) };
}
