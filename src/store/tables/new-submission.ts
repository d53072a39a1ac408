import type { Selection } from '../../model/selection.ts';
import type { Queryable } from '../database/database.ts';

/** What is stored of a submission besides its runs. */
export interface SubmissionFields {
  /** Of the schedule that submits it. */
  name?: string;
}

/** Adds a submission, in the transaction that inserts its runs. Returns its id. */
export async function insertSubmission(
  transaction: Queryable,
  { name }: SubmissionFields,
  runs: readonly {
    environmentId: number;
    selection: Selection;
    requestedBy: string;
    scheduleId?: number;
  }[],
): Promise<number> {
  const [first] = runs;
  const [row] = await transaction.query<{ id: number }>(
    `INSERT INTO submission (name, schedule_id, selection, requested_by, environment_ids)
     SELECT $1, $2, $3::jsonb, $4, array_agg(DISTINCT id ORDER BY id) FROM unnest($5::int[]) AS id RETURNING id`,
    [
      name ?? null,
      first?.scheduleId ?? null,
      JSON.stringify(first?.selection),
      first?.requestedBy,
      runs.map(({ environmentId }) => environmentId),
    ],
  );
  return (row as { id: number }).id;
}
