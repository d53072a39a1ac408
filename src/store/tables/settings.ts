import { randomUUID } from 'node:crypto';
import { Fault } from '../../faults/fault.ts';
import type { Queryable } from '../database/database.ts';

/** A fact about the installation; `undefined` when it was never written. */
export async function readSetting(database: Queryable, name: string): Promise<string | undefined> {
  const [row] = await database.query<{ value: string }>('SELECT value FROM setting WHERE name = $1', [name]);
  return row?.value;
}

/** Stores a fact about the installation. */
export async function writeSetting(database: Queryable, name: string, value: string): Promise<void> {
  await database.query(
    'INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
    [name, value],
  );
}

/**
 * The fact that is stored, which is `value` if there was none. The database decides: of processes that call this at the same time, all
 * return what the first one stored.
 */
async function ensureSetting(database: Queryable, name: string, value: string): Promise<string> {
  // Waits for a concurrent insertion of the same name, and then inserts nothing.
  const [inserted] = await database.query<{ value: string }>(
    'INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING RETURNING value',
    [name, value],
  );
  const stored = inserted?.value ?? (await readSetting(database, name));
  if (stored === undefined) throw new Fault('INTERNAL', `The setting ${name} was removed while it was read.`);
  return stored;
}

/** The id of this installation, created at the first call: marks its containers, browser sessions and traces. */
export async function readInstallation(database: Queryable): Promise<string> {
  return (
    (await readSetting(database, 'installation')) ?? ensureSetting(database, 'installation', randomUUID())
  );
}
