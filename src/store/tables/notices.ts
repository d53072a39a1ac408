import type { Notice, NoticeKind, NotSent } from '../../model/message.ts';
import { channels, type Queryable } from '../database/database.ts';

/** A notice before it is stored. */
export interface NewNotice {
  kind: NoticeKind;
  submissionId?: number | undefined;
  runId?: number | undefined;
  alertId?: number | undefined;
  details?: unknown;
}

/** SQL: messages can be sent somewhere. Without a channel nothing is written that only a channel would need. */
const someChannelEnabled = 'EXISTS (SELECT FROM channel WHERE disabled_at IS NULL)';

/** Writes a notice, in the transaction of what happens, and wakes the planners. Writes nothing while no channel is enabled. */
export async function insertNotice(transaction: Queryable, notice: NewNotice): Promise<void> {
  const { kind, submissionId, runId, alertId, details } = notice;
  await transaction.query(
    `WITH inserted AS (
       INSERT INTO notice (kind, submission_id, run_id, alert_id, details)
       SELECT $1::text, $2::bigint, $3::bigint, $4::bigint, $5::jsonb WHERE ${someChannelEnabled} RETURNING id
     )
     SELECT pg_notify('${channels.message}', 'notice') FROM inserted`,
    [
      kind,
      submissionId ?? null,
      runId ?? null,
      alertId ?? null,
      details === undefined ? null : JSON.stringify(details),
    ],
  );
}

/** As `insertNotice`, that these runs are finished; those that are not are left out. */
export async function insertRunFinished(transaction: Queryable, runIds: readonly number[]): Promise<void> {
  await transaction.query(
    `WITH finished AS (SELECT id, submission_id FROM run WHERE id = ANY ($1::bigint[]) AND state = 'finished'),
     ${runFinishedNotices}
     SELECT pg_notify('${channels.message}', 'notice') FROM noticed`,
    [runIds],
  );
}

/** Part of a statement: writes the notices of the runs in `finished`. */
export const runFinishedNotices = `noticed AS (
    INSERT INTO notice (kind, submission_id, run_id)
    SELECT 'run-finished', submission_id, id FROM finished WHERE ${someChannelEnabled} RETURNING id
  )`;

/** The oldest notices for which no messages were planned, at most `limit`, the oldest first. */
export async function readUnplanned(database: Queryable, limit: number): Promise<Notice[]> {
  const rows = await database.query<NoticeRow>(
    'SELECT * FROM notice WHERE planned_at IS NULL ORDER BY id LIMIT $1',
    [limit],
  );
  return rows.map(toNotice);
}

/**
 * Marks a notice as planned, in the transaction that inserts its messages. False when another process was faster, or still is in its
 * transaction: this waits for its end.
 */
export async function markPlanned(
  transaction: Queryable,
  id: number,
  notSent: readonly NotSent[],
): Promise<boolean> {
  const rows = await transaction.query(
    'UPDATE notice SET planned_at = now(), not_sent = $2::jsonb WHERE id = $1 AND planned_at IS NULL RETURNING id',
    [id, notSent.length === 0 ? null : JSON.stringify(notSent)],
  );
  return rows.length > 0;
}

/** Which rules sent no message about the end of a submission, and why; as of its newest end. */
export async function readNotSent(database: Queryable, submissionId: number): Promise<NotSent[]> {
  const [row] = await database.query<{ not_sent: NotSent[] | null }>(
    `SELECT not_sent FROM notice WHERE kind = 'submission-finished' AND submission_id = $1 AND planned_at IS NOT NULL
     ORDER BY id DESC LIMIT 1`,
    [submissionId],
  );
  return row?.not_sent ?? [];
}

interface NoticeRow {
  id: number;
  kind: NoticeKind;
  submission_id: number | null;
  run_id: number | null;
  alert_id: number | null;
  details: unknown;
  at: Date;
}

const toNotice = (row: NoticeRow): Notice => ({
  id: row.id,
  kind: row.kind,
  submissionId: row.submission_id ?? undefined,
  runId: row.run_id ?? undefined,
  alertId: row.alert_id ?? undefined,
  details: row.details ?? undefined,
  at: row.at,
});
