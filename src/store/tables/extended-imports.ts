import type { Counts, Verdict } from '../../model/run.ts';
import type { Queryable } from '../database/database.ts';
import { addEvent } from './events.ts';
import { type ImportedResult, insertResults } from './imported-runs.ts';

/** An imported run as it is, for what is added to it. */
export interface ExtensibleRun {
  counts: Counts;
  /** Its tests, by `keyOfImported`. */
  tests: ReadonlySet<string>;
}

export const keyOfImported = ({ test, suite = '' }: { test: string; suite?: string | undefined }) =>
  JSON.stringify([suite, test]);

/** Locks an imported run; `undefined` when it does not exist any more. */
export async function lockImported(
  transaction: Queryable,
  runId: number,
): Promise<ExtensibleRun | undefined> {
  const [run] = await transaction.query<{ counts: Counts }>(
    'SELECT counts FROM run WHERE id = $1 AND removal_at IS NULL FOR UPDATE',
    [runId],
  );
  if (run === undefined) return undefined;
  const tests = await transaction.query<{ test: string; suite: string }>(
    'SELECT test, suite FROM planned_test WHERE run_id = $1',
    [runId],
  );
  return { counts: run.counts, tests: new Set(tests.map(keyOfImported)) };
}

/** Adds results of tests that an imported run does not have. The history of its environment is to be made anew then. */
export async function extendImported(
  transaction: Queryable,
  runId: number,
  addition: {
    results: readonly ImportedResult[];
    /** Of all its results. */
    counts: Counts;
    verdict: Verdict;
    startedAt: Date;
    finishedAt: Date;
    event: string;
  },
): Promise<void> {
  const { results, counts, verdict, startedAt, finishedAt, event } = addition;
  await insertResults(transaction, runId, results, counts.planned - results.length);
  await transaction.query(
    `WITH attempt AS (
       UPDATE attempt SET started_at = least(started_at, $4::timestamptz), ended_at = greatest(ended_at, $5::timestamptz)
       WHERE run_id = $1
     )
     UPDATE run SET counts = $2::jsonb, verdict = $3, queued_at = least(queued_at, $4::timestamptz),
       started_at = least(started_at, $4::timestamptz), finished_at = greatest(finished_at, $5::timestamptz)
     WHERE id = $1`,
    [runId, JSON.stringify(counts), verdict, startedAt, finishedAt],
  );
  await addEvent(transaction, runId, { code: 'IMPORTED', message: event });
}

/** Records that a run has what several sources have. A source that another run has stays there. */
export async function addSources(
  transaction: Queryable,
  runId: number,
  { sources, sourceId, by }: { sources: readonly string[]; sourceId: number; by: string },
): Promise<void> {
  await transaction.query(
    `INSERT INTO import_source (source, kind, source_id, target, imported_by)
     SELECT source, 'run', $2, $3, $4 FROM unnest($1::text[]) AS source ON CONFLICT DO NOTHING`,
    [sources, String(sourceId), String(runId), by],
  );
}
