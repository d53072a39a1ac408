import type { RetentionLimits, StayReason } from '../../../model/retention.ts';
import type { Queryable } from '../../database/database.ts';
import { judgedRuns } from './judged-runs.ts';

/** What there is of one kind, and what of it is beyond its limits and would be removed. */
export interface KindPlan {
  total: number;
  removed: number;
}

/** A run that would be removed. */
interface RunToRemove {
  id: number;
  environment: string;
  finishedAt: Date;
  results: number;
  filesBytes: number;
}

/** What retention would remove now. Nothing is changed. */
interface RetentionPlan {
  runs: KindPlan & {
    results: KindPlan;
    /** Runs beyond the limits that stay, by the reason. */
    stays: { reason: StayReason; runs: number }[];
    /** Of those that go. */
    oldest: Date | undefined;
    newest: Date | undefined;
    /** The first that go, the oldest first. */
    first: RunToRemove[];
  };
  /** Of runs that stay. */
  files: KindPlan & { bytes: KindPlan /** Runs whose files were not measured yet. */; unmeasured: number };
  audit: KindPlan;
  notes: KindPlan;
  messages: KindPlan;
}

/** Of the runs that go, so many are listed. */
const listedRuns = 20;

/** What these limits would remove now. Reads no results, so that it takes seconds with ten million of them. */
export async function planRetention(database: Queryable, limits: RetentionLimits): Promise<RetentionPlan> {
  const parameters = [limits.runsMs, limits.maxResults];
  const groups = await database.query<GroupRow>(
    `WITH ${judgedRuns}
     SELECT stays, count(*) AS runs, coalesce(sum(results), 0)::bigint AS results, min(finished_at) AS oldest, max(finished_at) AS newest
     FROM judged GROUP BY stays`,
    parameters,
  );
  const first = await database.query<RunToRemoveRow>(
    `WITH ${judgedRuns}
     SELECT judged.id, code, finished_at, results, files_bytes FROM judged JOIN environment ON environment.id = environment_id
     WHERE stays IS NULL ORDER BY finished_at, judged.id LIMIT ${listedRuns}`,
    parameters,
  );
  const [totals] = await database.query<{ runs: number; results: number }>(
    `SELECT count(*) AS runs, coalesce(sum((counts ->> 'planned')::int), 0)::bigint AS results
     FROM run WHERE state = 'finished' AND removal_at IS NULL`,
  );
  const going = groups.find(({ stays }) => stays === null);
  return {
    runs: {
      total: totals?.runs ?? 0,
      removed: going?.runs ?? 0,
      results: { total: totals?.results ?? 0, removed: going?.results ?? 0 },
      stays: groups.flatMap(({ stays, runs }) => (stays === null ? [] : [{ reason: stays, runs }])),
      oldest: going?.oldest ?? undefined,
      newest: going?.newest ?? undefined,
      first: first.map((row) => ({
        ...{ id: row.id, environment: row.code, finishedAt: row.finished_at },
        ...{ results: row.results, filesBytes: row.files_bytes },
      })),
    },
    files: await planFiles(database, limits),
    audit: await planRows(database, 'audit', [`at < ${ageLimit}`, 'true'], limits.auditMs, limits.maxAudit),
    notes: await planNotes(database, limits),
    messages: await planRows(
      database,
      'message',
      [`ended_at < ${ageLimit} AND created_at < ${ageLimit}`, 'ended_at IS NOT NULL'],
      limits.messagesMs,
      limits.maxMessages,
    ),
  };
}

/** The runs that go, the oldest first, at most `max`. */
export async function runsToRemove(
  database: Queryable,
  { runsMs, maxResults }: RetentionLimits,
  max: number,
): Promise<number[]> {
  if (runsMs === 0 && maxResults === 0) return [];
  const rows = await database.query<{ id: number }>(
    `WITH ${judgedRuns} SELECT id FROM judged WHERE stays IS NULL ORDER BY finished_at, id LIMIT $3`,
    [runsMs, maxResults, max],
  );
  return rows.map(({ id }) => id);
}

/**
 * SQL of the runs whose files are beyond the limits, which are $1 (milliseconds) and $2 (bytes). The files of runs that were not measured
 * yet count for nothing.
 */
const runsWithFiles = `
  with_files AS (
    SELECT id, finished_at, files_bytes, pinned_at IS NOT NULL AS pinned,
      sum(coalesce(files_bytes, 0)) OVER (ORDER BY finished_at DESC, id DESC) AS newer
    FROM run WHERE state = 'finished' AND removal_at IS NULL AND files_removed_at IS NULL
  ), expired AS (
    SELECT id, files_bytes FROM with_files
    WHERE NOT pinned AND (($1::bigint > 0 AND finished_at < now() - $1 * interval '1 millisecond') OR ($2::bigint > 0 AND newer > $2))
  )`;

/** The runs whose files are beyond the limits, the oldest first. */
export async function runsWithOldFiles(
  database: Queryable,
  { filesMs, maxFilesBytes }: RetentionLimits,
): Promise<number[]> {
  const rows = await database.query<{ id: number }>(
    `WITH ${runsWithFiles} SELECT id FROM expired ORDER BY id`,
    [filesMs, maxFilesBytes],
  );
  return rows.map(({ id }) => id);
}

async function planFiles(
  database: Queryable,
  { filesMs, maxFilesBytes }: RetentionLimits,
): Promise<RetentionPlan['files']> {
  const [row] = await database.query<{
    total: number;
    unmeasured: number;
    bytes: number;
    removed: number;
    removed_bytes: number;
  }>(
    `WITH ${runsWithFiles}
     SELECT count(*) AS total, count(*) FILTER (WHERE files_bytes IS NULL) AS unmeasured, coalesce(sum(files_bytes), 0)::bigint AS bytes,
       (SELECT count(*) FROM expired) AS removed, (SELECT coalesce(sum(files_bytes), 0)::bigint FROM expired) AS removed_bytes
     FROM with_files`,
    [filesMs, maxFilesBytes],
  );
  return {
    total: row?.total ?? 0,
    removed: row?.removed ?? 0,
    bytes: { total: row?.bytes ?? 0, removed: row?.removed_bytes ?? 0 },
    unmeasured: row?.unmeasured ?? 0,
  };
}

/** SQL of the time before which something is older than $1 milliseconds. */
const ageLimit = `now() - $1::bigint * interval '1 millisecond'`;

/** `isOld`: SQL with `ageLimit`; `isCounted`: SQL of the rows that the other limit counts. */
async function planRows(
  database: Queryable,
  table: 'audit' | 'message',
  [isOld, isCounted]: [string, string],
  ageMs: number,
  max: number,
): Promise<KindPlan> {
  const [row] = await database.query<{ total: number; counted: number; old: number }>(
    `SELECT count(*) AS total, count(*) FILTER (WHERE ${isCounted}) AS counted,
       count(*) FILTER (WHERE ${isOld}) AS old
     FROM ${table}`,
    [ageMs],
  );
  const { total = 0, counted = 0, old = 0 } = row ?? {};
  return { total, removed: Math.max(ageMs > 0 ? old : 0, max > 0 ? counted - max : 0) };
}

async function planNotes(database: Queryable, { notesMs }: RetentionLimits): Promise<KindPlan> {
  const [row] = await database.query<{ total: number; old: number }>(
    `SELECT count(*) AS total, count(*) FILTER (WHERE ${isOldNote('old')}) AS old FROM cause_note AS old`,
    [notesMs],
  );
  return { total: row?.total ?? 0, removed: notesMs > 0 ? (row?.old ?? 0) : 0 };
}

/** SQL of a condition on a note: neither its cause was seen nor it was changed in the last $1 milliseconds. */
export function isOldNote(note: string): string {
  return `${note}.updated_at < ${ageLimit}
    AND NOT EXISTS (SELECT FROM result WHERE result.cause = ${note}.cause AND recorded_at >= ${ageLimit})
    AND NOT EXISTS (SELECT FROM cause_rollup WHERE cause_rollup.cause = ${note}.cause AND last_at >= ${ageLimit})`;
}

interface GroupRow {
  stays: StayReason | null;
  runs: number;
  results: number;
  oldest: Date | null;
  newest: Date | null;
}

interface RunToRemoveRow {
  id: number;
  code: string;
  finished_at: Date;
  results: number;
  files_bytes: number;
}
