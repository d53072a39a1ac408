import { randomUUID } from 'node:crypto';
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
 * The id of this installation, created at the first call: marks its containers, browser sessions and traces. Processes that start at
 * the same time get the same one.
 */
export async function readInstallation(database: Queryable): Promise<string> {
  const existing = await readSetting(database, 'installation');
  if (existing !== undefined) return existing;
  // Another process may create it now: the first one counts, and both read that.
  await database.query('INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING', [
    'installation',
    randomUUID(),
  ]);
  return (await readSetting(database, 'installation')) as string;
}
