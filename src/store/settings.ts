import type { Queryable } from './database.ts';

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
