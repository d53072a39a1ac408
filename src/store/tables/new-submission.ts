import type { CommitLink } from '../../model/commit-link.ts';
import type { Selection } from '../../model/selection.ts';
import type { Queryable } from '../database/database.ts';

/** What is stored of a submission besides its runs. */
export interface SubmissionFields {
  /** Of the schedule or the saved selection that submits it. */
  name?: string;
  savedSelectionId?: number | undefined;
  commitLink?: CommitLink | undefined;
}

/** Adds a submission, in the transaction that inserts its runs. Returns its id. */
export async function insertSubmission(
  transaction: Queryable,
  { name, savedSelectionId, commitLink }: SubmissionFields,
  runs: readonly {
    environmentId: number;
    selection: Selection;
    requestedBy: string;
    scheduleId?: number;
  }[],
): Promise<number> {
  const [first] = runs;
  const [row] = await transaction.query<{ id: number }>(
    // Null when the saved selection was removed meanwhile.
    `INSERT INTO submission (name, schedule_id, selection, requested_by, saved_selection_id, commit_link,
       environment_ids)
     SELECT $1, $2, $3::jsonb, $4, (SELECT id FROM saved_selection WHERE id = $6::int FOR KEY SHARE), $7::jsonb,
       array_agg(DISTINCT id ORDER BY id) FROM unnest($5::int[]) AS id RETURNING id`,
    [
      name ?? null,
      first?.scheduleId ?? null,
      JSON.stringify(first?.selection),
      first?.requestedBy,
      runs.map(({ environmentId }) => environmentId),
      savedSelectionId ?? null,
      commitLink ? JSON.stringify(commitLink) : null,
    ],
  );
  return (row as { id: number }).id;
}
