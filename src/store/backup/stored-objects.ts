import type { ObjectStore } from '../../artifacts/object-store.ts';
import { Fault } from '../../faults/fault.ts';
import type { Database, Queryable } from '../database/database.ts';

/** Files of runs in S3, which a backup lists and does not have. */
export interface ObjectCount {
  count: number;
  bytes: number;
}

/** What of the objects that a database lists is in S3. */
export interface ObjectCheck {
  count: number;
  missing: number;
  /** The number of runs with missing objects, and the first of these runs. */
  runCount: number;
  runs: number[];
}

const maxListedRuns = 20;
const rowsAtOnce = 5_000;

/** The objects that the database lists; none in a schema of before. */
export async function countObjects(database: Queryable): Promise<ObjectCount> {
  const [column] = await database.query(
    `SELECT FROM pg_attribute WHERE attrelid = to_regclass('file_piece') AND attname = 'object' AND NOT attisdropped`,
  );
  if (!column) return { count: 0, bytes: 0 };
  const [row] = await database.query<ObjectCount>(
    'SELECT count(*) AS count, coalesce(sum(size), 0)::bigint AS bytes FROM file_piece WHERE object IS NOT NULL',
  );
  return row ?? { count: 0, bytes: 0 };
}

/** Looks for the objects that the database lists, by a list of all objects there. Errors: S3_UNREACHABLE, S3_REFUSED. */
export function checkObjects(database: Database, objects: ObjectStore): Promise<ObjectCheck> {
  return database.transaction(async (transaction) => {
    await transaction.script(
      'SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0',
    );
    const stored = keysOf(objects);
    let key = await stored.next();
    const check: ObjectCheck = { count: 0, missing: 0, runCount: 0, runs: [] };
    const runs = new Set<number>();
    for await (const { object, run_id } of listedObjects(transaction)) {
      check.count += 1;
      // Both are in the order of their characters, which are of ASCII.
      while (!key.done && key.value < object) key = await stored.next();
      if (!key.done && key.value === object) continue;
      check.missing += 1;
      runs.add(run_id);
    }
    return { ...check, runCount: runs.size, runs: [...runs].slice(0, maxListedRuns) };
  });
}

async function* keysOf(objects: ObjectStore): AsyncGenerator<string> {
  let next: string | undefined;
  do {
    const page = await objects.list('runs/', next);
    yield* page.keys;
    if (page.next !== undefined && page.next === next) {
      throw new Fault('S3_UNREACHABLE', 'S3 lists the same page of objects again and again.');
    }
    next = page.next;
  } while (next !== undefined);
}

async function* listedObjects(transaction: Queryable): AsyncGenerator<{ object: string; run_id: number }> {
  await transaction.script(
    `DECLARE matre_objects NO SCROLL CURSOR FOR
     SELECT object, run_id FROM file_piece WHERE object IS NOT NULL ORDER BY object COLLATE "C"`,
  );
  for (;;) {
    const rows = await transaction.query<{ object: string; run_id: number }>(
      `FETCH ${rowsAtOnce} FROM matre_objects`,
    );
    if (rows.length === 0) return;
    yield* rows;
  }
}
