import type { Database } from '../../../src/store/database/database.ts';

/** Inserts rows that all have the same columns, ids included; the sequence of the ids continues after them. */
export async function insertRows(
  database: Database,
  table: string,
  rows: readonly Record<string, unknown>[],
): Promise<void> {
  const columns = Object.keys(rows[0] ?? {}).join(', ');
  await database.query(
    `INSERT INTO ${table} (${columns}) OVERRIDING SYSTEM VALUE
     SELECT ${columns} FROM jsonb_populate_recordset(NULL::${table}, $1::jsonb)`,
    [JSON.stringify(rows)],
  );
  if (rows[0]?.['id'] === undefined || typeof rows[0]['id'] !== 'number') return;
  await database.script(`ALTER SEQUENCE ${table}_id_seq RESTART WITH ${rows.length + 1}`);
}

const minuteMs = 60_000;

/** A time some minutes ago, as text. */
export const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * minuteMs).toISOString();
