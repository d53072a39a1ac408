import type { Queryable } from '../database/database.ts';

/** The tables with the environments of a schedule and of a saved selection, each with its column for these. */
const tables = {
  schedule: { table: 'schedule_environment', owner: 'schedule_id' },
  savedSelection: { table: 'saved_selection_environment', owner: 'saved_selection_id' },
} as const;

/** Makes these the environments of a schedule or saved selection. Rows of those that stay are not written. */
export async function setEnvironments(
  transaction: Queryable,
  { of, id }: { of: keyof typeof tables; id: number },
  environmentIds: number[],
): Promise<void> {
  const { table, owner } = tables[of];
  await transaction.query(`DELETE FROM ${table} WHERE ${owner} = $1 AND environment_id <> ALL($2::int[])`, [
    id,
    environmentIds,
  ]);
  await transaction.query(
    `INSERT INTO ${table} (${owner}, environment_id) SELECT $1, unnest($2::int[])
     ON CONFLICT (${owner}, environment_id) DO NOTHING`,
    [id, environmentIds],
  );
}
