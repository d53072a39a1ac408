import { randomUUID } from 'node:crypto';
import type { Database, Queryable } from '../database/database.ts';

/** Facts about the installation, by name. */
export async function readSetting(database: Queryable, name: string): Promise<string | undefined> {
  const [row] = await database.query<{ value: string }>('SELECT value FROM setting WHERE name = $1', [name]);
  return row?.value;
}

export async function writeSetting(database: Queryable, name: string, value: string): Promise<void> {
  await database.query(
    'INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
    [name, value],
  );
}

/** Names this installation, to tell its containers, sessions and traces from those of another. */
export async function readInstallation(database: Database): Promise<string> {
  return database.transaction(async (transaction) => {
    const known = await readSetting(transaction, 'installation');
    if (known !== undefined) return known;
    const made = randomUUID();
    await writeSetting(transaction, 'installation', made);
    return made;
  });
}
