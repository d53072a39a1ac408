import { z } from 'zod';
import { type Attachment, attachmentKinds, type Result, type Status } from '../model/result.ts';
import type { Queryable } from './database.ts';
import { type ReasonColumns, toReason } from './reasons.ts';

export type Results = ReturnType<typeof createResults>;

export function createResults(deps: { database: Queryable }) {
  const { database } = deps;
  return {
    /** Every result of every attempt, in the order of the plan and, of a test, of the attempts. */
    async list(runId: number): Promise<Result[]> {
      const rows = await database.query<ResultRow>(
        `SELECT result.* FROM result JOIN planned_test USING (run_id, test, suite)
         WHERE run_id = $1 ORDER BY position, attempt`,
        [runId],
      );
      return rows.map(toResult);
    },

    /** The latest result of each test: what the run says. In the order of the plan. */
    async listLatest(runId: number): Promise<Result[]> {
      const rows = await database.query<ResultRow>(
        `SELECT DISTINCT ON (position) result.* FROM result JOIN planned_test USING (run_id, test, suite)
         WHERE run_id = $1 ORDER BY position, attempt DESC`,
        [runId],
      );
      return rows.map(toResult);
    },
  };
}

interface ResultRow extends ReasonColumns {
  run_id: number;
  test: string;
  suite: string;
  attempt: number;
  status: Status;
  message: string | null;
  started_at: Date;
  duration_ms: number;
  attachments: unknown;
}

const storedAttachments: z.ZodType<Attachment[]> = z.array(
  z.object({
    name: z.string(),
    kind: z.enum(attachmentKinds),
    path: z.string(),
  }),
);

function toResult(row: ResultRow): Result {
  return {
    runId: row.run_id,
    test: row.test,
    suite: row.suite || undefined,
    attempt: row.attempt,
    status: row.status,
    message: row.message ?? undefined,
    reason: toReason(row),
    startedAt: row.started_at,
    durationMs: row.duration_ms,
    attachments: storedAttachments.parse(row.attachments),
  };
}
