import type { Queryable } from '../database/database.ts';

/** A table of the current schema. */
export interface StoredTable {
  name: string;
  /** Columns of its primary key by which its rows are ordered; `undefined` when rows refer to no other row of the table. */
  orderBy: string | undefined;
}

/** The table that says which migrations were applied; a restore creates it, so a backup has none of its rows. */
export const migrationTable = 'schema_migration';

/** All tables of the current schema, each after those that it refers to. */
export async function listTables(database: Queryable): Promise<StoredTable[]> {
  const names = await database.query<{ name: string }>(
    `SELECT relname::text AS name FROM pg_class
     WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p') ORDER BY relname`,
  );
  const references = await database.query<{ name: string; target: string }>(
    `SELECT DISTINCT own.relname::text AS name, other.relname::text AS target FROM pg_constraint
     JOIN pg_class AS own ON own.oid = conrelid JOIN pg_class AS other ON other.oid = confrelid
     WHERE contype = 'f' AND own.relnamespace = current_schema()::regnamespace`,
  );
  const isSelfReferring = (table: string) =>
    references.some(({ name, target }) => name === table && target === table);
  const ordered: StoredTable[] = [];
  let rest = names.map(({ name }) => name);
  while (rest.length > 0) {
    const isReady = (table: string) =>
      !references.some(({ name, target }) => name === table && target !== table && rest.includes(target));
    const ready = rest.filter(isReady);
    // Our tables refer to each other in no circle.
    if (ready.length === 0) throw new Error(`The tables ${rest.join(', ')} refer to each other in a circle.`);
    ordered.push(...ready.map((name) => ({ name, orderBy: isSelfReferring(name) ? 'id' : undefined })));
    rest = rest.filter((table) => !ready.includes(table));
  }
  return ordered;
}

/** The last value of each sequence of the current schema; `undefined` for one that was never used. */
export async function readSequences(database: Queryable): Promise<Map<string, number | undefined>> {
  const rows = await database.query<{ name: string; last_value: number | null }>(
    `SELECT sequencename::text AS name, last_value FROM pg_sequences WHERE schemaname = current_schema() ORDER BY 1`,
  );
  return new Map(rows.map(({ name, last_value }) => [name, last_value ?? undefined]));
}

/** A name as SQL. */
export const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;
