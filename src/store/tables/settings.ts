import { randomUUID } from 'node:crypto';
import type { Database, Queryable } from '../database/database.ts';

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

/** The id of this installation, created at the first call: marks its containers, browser sessions and traces. */
export async function readInstallation(database: Database): Promise<string> {
  return database.transaction(async (transaction) => {
    const existing = await readSetting(transaction, 'installation');
    if (existing !== undefined) return existing;
    const created = randomUUID();
    await writeSetting(transaction, 'installation', created);
    return created;
  });
}
