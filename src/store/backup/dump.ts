import type { Database, Queryable } from '../database/database.ts';
import { type AppliedMigration, readApplied } from '../database/migrate.ts';
import { readSetting } from '../tables/settings.ts';
import { countObjects, type ObjectCount } from './stored-objects.ts';
import { identifier, listTables, migrationTable, readSequences } from './tables.ts';

/** Rows of a table, as lines of JSON. */
export interface RowChunk {
  table: string;
  /** From 1, in each table. */
  number: number;
  rows: number;
  lines: Buffer;
}

/** A consistent state of a database, which lasts as long as `work` of `withSnapshot`. */
export interface Snapshot {
  migrations: AppliedMigration[];
  installation: string | undefined;
  /** The newest run; 0 without one. */
  newestRun: number;
  sequences: Map<string, number | undefined>;
  /** Of files of runs in S3. */
  objects: ObjectCount;
  /** All rows of all tables, each table after those that it refers to. At most some chunks are in memory. */
  rows(): AsyncGenerator<RowChunk>;
}

const targetBytes = 4 * 1024 * 1024;
/** Rows have up to half a megabyte (a chunk of a file, as hexadecimal digits), so a chunk of rows has 100 MB at most. */
const maxRows = 200;

/**
 * Passes the state of the database at this moment to `work`, while others continue to use it. The schema may be older or newer than this
 * program. Errors: DATABASE_UNREACHABLE; those of `work`.
 */
export function withSnapshot<T>(database: Database, work: (snapshot: Snapshot) => Promise<T>): Promise<T> {
  return database.transaction(async (transaction) => {
    await transaction.script(`
      SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;
      SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0`);
    const tables = await listTables(transaction);
    const hasTable = (table: string) => tables.some(({ name }) => name === table);
    const [newest] = hasTable('run')
      ? await transaction.query<{ id: number }>('SELECT id FROM run ORDER BY id DESC LIMIT 1')
      : [];
    return work({
      migrations: hasTable(migrationTable) ? await readApplied(transaction) : [],
      installation: hasTable('setting') ? await readSetting(transaction, 'installation') : undefined,
      newestRun: newest?.id ?? 0,
      sequences: await readSequences(transaction),
      objects: await countObjects(transaction),
      async *rows() {
        for (const { name, orderBy } of tables) {
          if (name !== migrationTable) yield* rowsOf(transaction, name, orderBy);
        }
      },
    });
  });
}

async function* rowsOf(
  transaction: Queryable,
  table: string,
  orderBy: string | undefined,
): AsyncGenerator<RowChunk> {
  const order = orderBy === undefined ? '' : ` ORDER BY ${identifier(orderBy)}`;
  // As JSON text that the database writes and reads: no driver converts a value in between.
  await transaction.script(
    `DECLARE matre_backup NO SCROLL CURSOR FOR SELECT row_to_json(row)::text AS line FROM ${identifier(table)} AS row${order}`,
  );
  let limit = 16;
  for (let number = 1; ; number++) {
    const rows = await transaction.query<{ line: string }>(`FETCH ${limit} FROM matre_backup`);
    if (rows.length === 0) break;
    const lines = Buffer.from(rows.map(({ line }) => `${line}\n`).join(''));
    yield { table, number, rows: rows.length, lines };
    const bytesOfRow = lines.length / rows.length;
    limit = Math.max(1, Math.min(maxRows, 2 * limit, Math.floor(targetBytes / bytesOfRow)));
  }
  await transaction.script('CLOSE matre_backup');
}
