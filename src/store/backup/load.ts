import { Fault } from '../../faults/fault.ts';
import { advisoryLocks } from '../database/advisory-locks.ts';
import type { Database, Queryable } from '../database/database.ts';
import { type AppliedMigration, applyMigrations, type Migration, tablesOf } from '../database/migrate.ts';
import { hasLiveWorker } from '../tables/workers.ts';
import type { RowChunk } from './dump.ts';
import { identifier, listTables, readSequences } from './tables.ts';

/** What a backup has of a database. */
export interface StoredDatabase {
  /** The migrations that made its schema, in order. */
  migrations: AppliedMigration[];
  sequences: Map<string, number | undefined>;
  /** All rows, each table after those that it refers to. */
  rows(): AsyncIterable<Pick<RowChunk, 'table' | 'lines'>>;
}

/** Rows of processes and sign-ins of another time. */
const temporaryTables = ['worker', 'session', 'welcome'];

/** Claims after a restore have fences above those of any claim that was lost by it: a claim a second lasts for eleven days. */
const fenceStep = 1_000_000;

/**
 * Replaces everything in a database, in one transaction: drops all tables, creates those of the backup, inserts its rows, and migrates
 * them to the schema of this program, unless `keepSchema`. Processes that start meanwhile wait until it has ended.
 *
 * Numbers are not used again: new runs and environments continue after those of the replaced database. Workers and browser sessions of
 * users are left out, because their processes and sign-ins are of another time. Messages that wait are dropped.
 *
 * Errors: SCHEMA_NEWER, SCHEMA_DIFFERENT; DATABASE_IN_USE; DATABASE_NOT_EMPTY unless `replace`; DATABASE_UNREACHABLE. Nothing is changed
 * then.
 */
export function loadDatabase(
  database: Database,
  stored: StoredDatabase,
  options: {
    migrations: Migration[];
    /** Replace a database that is not empty. */
    replace: boolean;
    /** Leave the schema of the backup, for an earlier version of matre. */
    keepSchema: boolean;
  },
): Promise<void> {
  const { migrations, replace, keepSchema } = options;
  return database.transaction(async (transaction) => {
    await transaction.script(
      `SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0;
       SELECT pg_advisory_xact_lock(${advisoryLocks.schema})`,
    );
    await assertUnused(transaction, database.kind);
    const tables = (await listTables(transaction)).map(({ name }) => name);
    await assertOurs(transaction, tables, migrations);
    if (!replace && (await hasContent(transaction, tables))) {
      throw new Fault('DATABASE_NOT_EMPTY', 'The database has environments or runs, and they would be lost.');
    }
    const earlier = await readSequences(transaction);
    const fence = tables.includes('environment') ? await highestFence(transaction) : 0;
    if (tables.length > 0)
      await transaction.script(`DROP TABLE ${tables.map(identifier).join(', ')} CASCADE`);
    await applyMigrations(transaction, migrations, stored.migrations);
    for await (const { table, lines } of stored.rows()) await insertRows(transaction, table, lines);
    await setSequences(transaction, stored.sequences, earlier);
    if (!keepSchema) await applyMigrations(transaction, migrations);
    await transaction.query('UPDATE environment SET fence = greatest(fence, $1::bigint) + $2::bigint', [
      fence,
      fenceStep,
    ]);
    for (const { name } of await listTables(transaction)) {
      if (temporaryTables.includes(name)) await transaction.script(`DELETE FROM ${identifier(name)}`);
      if (name === 'message') await dropWaiting(transaction);
    }
    await transaction.script('ANALYZE');
  });
}

/** Sends nothing that waited when the backup was made: it may have been sent since. Notices without a plan announce nothing either. */
async function dropWaiting(transaction: Queryable): Promise<void> {
  await transaction.query(
    `UPDATE message SET state = 'dropped', ended_at = now(), claimed_by = NULL, claimed_until = NULL, error_code = 'MESSAGE_RESTORED',
       error_message = 'It waited when the backup was made, and may have been sent before the restore.'
     WHERE state = 'waiting'`,
  );
  await transaction.query('UPDATE notice SET planned_at = now() WHERE planned_at IS NULL');
}

/** Errors: DATABASE_IN_USE. */
async function assertUnused(transaction: Queryable, kind: Database['kind']): Promise<void> {
  // The embedded database is in a folder that only this process has.
  if (kind === 'embedded') return;
  const others = await transaction.query<{ address: string }>(
    `SELECT DISTINCT coalesce(host(client_addr), 'this host') AS address FROM pg_stat_activity
     WHERE datname = current_database() AND application_name LIKE 'matre%' AND pid <> pg_backend_pid() ORDER BY 1`,
  );
  if (others.length > 0) {
    const addresses = others.map(({ address }) => address).join(', ');
    throw new Fault(
      'DATABASE_IN_USE',
      `Processes of matre are connected to the database, from ${addresses}.`,
    );
  }
  // A worker that is cut off from the database has no connection, but its tests are running.
  if (await hasLiveWorker(transaction)) {
    throw new Fault('DATABASE_IN_USE', 'A worker has sent a heartbeat within the last half minute.');
  }
}

/** Errors: DATABASE_NOT_OURS when there are tables that matre did not create. A newer matre may have created any. */
async function assertOurs(transaction: Queryable, tables: string[], migrations: Migration[]): Promise<void> {
  if (tables.includes('schema_migration')) {
    const [newer] = await transaction.query('SELECT FROM schema_migration WHERE number <> ALL ($1::int[])', [
      migrations.map(({ number }) => number),
    ]);
    if (newer) return;
  }
  const own = new Set(['schema_migration', ...migrations.flatMap(tablesOf)]);
  const foreign = tables.filter((table) => !own.has(table));
  if (foreign.length === 0) return;
  throw new Fault(
    'DATABASE_NOT_OURS',
    `The database has tables of another program: ${foreign.slice(0, 10).join(', ')}.`,
  );
}

async function hasContent(transaction: Queryable, tables: string[]): Promise<boolean> {
  if (!tables.includes('environment')) return false;
  return (await transaction.query('SELECT FROM environment LIMIT 1')).length > 0;
}

async function highestFence(transaction: Queryable): Promise<number> {
  const [row] = await transaction.query<{ fence: number | null }>(
    'SELECT max(fence) AS fence FROM environment',
  );
  return row?.fence ?? 0;
}

async function insertRows(transaction: Queryable, table: string, lines: Buffer): Promise<void> {
  const rows = `[${lines.toString().trimEnd().replaceAll('\n', ',')}]`;
  await transaction.query(
    `INSERT INTO ${identifier(table)} OVERRIDING SYSTEM VALUE
     SELECT * FROM json_populate_recordset(NULL::${identifier(table)}, $1::json)`,
    [rows],
  );
}

async function setSequences(
  transaction: Queryable,
  stored: StoredDatabase['sequences'],
  earlier: ReadonlyMap<string, number | undefined>,
): Promise<void> {
  for (const [name, value = 0] of stored) {
    const next = Math.max(value, earlier.get(name) ?? 0);
    if (next > 0)
      await transaction.query('SELECT setval(quote_ident($1)::regclass, $2::bigint)', [name, next]);
  }
}
