import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Fault } from '../../faults/fault.ts';
import type { Logger } from '../../log.ts';
import { advisoryLocks } from './advisory-locks.ts';
import type { Database, Queryable } from './database.ts';

/** The content of a file `migrations/NNNN_name.sql`. */
export interface Migration {
  number: number;
  name: string;
  sql: string;
}

/**
 * Applies the missing migrations in order, each in its own transaction. Processes that start at the same time wait for each other.
 *
 * Errors: SCHEMA_NEWER when the database has migrations that this program does not; SCHEMA_DIFFERENT when a migration was changed after
 * it was applied.
 */
export async function migrate(
  database: Database,
  options: { log: Logger; migrations?: Migration[] },
): Promise<void> {
  const migrations = options.migrations ?? (await readMigrations());
  for (;;) {
    // The lock ends with the transaction, so each turn reads again what other processes have applied.
    const applied = await database.transaction(async (transaction) => {
      // As a script, which has a long timeout: the migration of another process may take long.
      await transaction.script(
        `SET LOCAL statement_timeout = 0; SELECT pg_advisory_xact_lock(${advisoryLocks.schema})`,
      );
      return applyNext(transaction, migrations);
    });
    if (!applied) return;
    options.log.info({ migration: applied.name }, 'Applied a migration of the database schema');
  }
}

/** A migration that was applied to a database. */
export interface AppliedMigration {
  number: number;
  name: string;
  /** See `checksumOf`. */
  checksum: string;
}

/** The migrations that were applied, in order. The database must have the table of migrations. */
export function readApplied(database: Queryable): Promise<AppliedMigration[]> {
  return database.query<AppliedMigration & Record<string, unknown>>(
    'SELECT number, name, checksum FROM schema_migration ORDER BY number',
  );
}

/**
 * Applies missing migrations in the transaction of the caller: all of them, or those of `upTo`. Errors: SCHEMA_NEWER, SCHEMA_DIFFERENT,
 * also when `upTo` has migrations that this program does not.
 */
export async function applyMigrations(
  transaction: Queryable,
  migrations: Migration[],
  upTo?: readonly AppliedMigration[],
): Promise<void> {
  if (upTo) assertKnown(upTo, migrations);
  const included = upTo
    ? migrations.filter(({ number }) => upTo.some((applied) => applied.number === number))
    : migrations;
  while (await applyNext(transaction, included));
}

async function applyNext(transaction: Queryable, migrations: Migration[]): Promise<Migration | undefined> {
  await transaction.script(`
    CREATE TABLE IF NOT EXISTS schema_migration (
      number     integer PRIMARY KEY,
      name       text NOT NULL,
      checksum   text NOT NULL,
      applied_at timestamptz NOT NULL DEFAULT now()
    )`);
  const applied = await readApplied(transaction);
  assertKnown(applied, migrations);
  const next = migrations.find(({ number }) => !applied.some((row) => row.number === number));
  if (!next) return undefined;
  await transaction.script(next.sql);
  await transaction.query('INSERT INTO schema_migration (number, name, checksum) VALUES ($1, $2, $3)', [
    next.number,
    next.name,
    checksumOf(next),
  ]);
  return next;
}

/** Errors: SCHEMA_NEWER, SCHEMA_DIFFERENT. */
export function assertKnown(applied: readonly AppliedMigration[], migrations: readonly Migration[]): void {
  for (const { number, name, checksum } of applied) {
    const own = migrations.find((migration) => migration.number === number);
    if (!own)
      throw new Fault(
        'SCHEMA_NEWER',
        `The database has the migration ${name}, which this version does not know.`,
      );
    if (checksum !== checksumOf(own))
      throw new Fault('SCHEMA_DIFFERENT', `The migration ${name} was applied with different content.`);
  }
}

/** The tables that a migration creates. */
export function tablesOf({ sql }: Migration): string[] {
  return [...sql.matchAll(/^CREATE TABLE (\w+)/gm)].map(([, name = '']) => name);
}

/** The migrations of this program, in order. */
export async function readMigrations(): Promise<Migration[]> {
  const folder = new URL('./migrations/', import.meta.url);
  const files = (await readdir(folder)).filter((file) => /^\d{4}_\w+\.sql$/.test(file)).sort();
  return Promise.all(
    files.map(async (file) => ({
      number: Number(file.slice(0, 4)),
      name: file.replace(/\.sql$/, ''),
      sql: await readFile(fileURLToPath(new URL(file, folder)), 'utf8'),
    })),
  );
}

/** A hash of the content, independent of line ends (git may change those). */
function checksumOf({ sql }: Migration): string {
  return createHash('sha256').update(sql.replaceAll('\r\n', '\n')).digest('hex');
}
