import { Fault } from '../../faults/fault.ts';
import type { Quarantine } from '../../model/quarantine.ts';
import type { Status } from '../../model/result.ts';
import { type Database, type Queryable, storable } from '../database/database.ts';

export interface NewQuarantine {
  test: string;
  suite: string | undefined;
  /** `undefined`: all environments. */
  environmentId: number | undefined;
  causes: string[];
  owner: string;
  reason: string;
  endsAt: Date;
  createdBy: string;
}

/** What was recorded of a test: its newest status, and its causes with the statuses that they had. */
export interface TestRecord {
  newest: Status | undefined;
  causes: ReadonlyMap<string, ReadonlySet<Status>>;
}

export type Quarantines = ReturnType<typeof createQuarantines>;

/** Results of a test that are read to find its causes: with one each night on 8 environments, those of four months. */
const maxResults = 1_000;

export function createQuarantines({ database }: { database: Database }) {
  return {
    /** Those that cover failures now, the first to end first; or at most `limit` that have ended, the newest first. */
    list(state: 'active' | 'ended', limit: number): Promise<Quarantine[]> {
      return state === 'active'
        ? select(database, `${isActive} ORDER BY ends_at, quarantine.id LIMIT $1`, [limit])
        : select(database, `NOT (${isActive}) ORDER BY quarantine.id DESC LIMIT $1`, [limit]);
    },

    /** Errors: QUARANTINE_EXISTS when the test has an active one there. */
    create(quarantine: NewQuarantine): Promise<Quarantine> {
      const { test, suite, environmentId, causes, owner, reason, endsAt, createdBy } = quarantine;
      return database.transaction(async (transaction) => {
        const place = [test, suite ?? '', environmentId ?? 0];
        const samePlace = 'test = $1 AND suite = $2 AND coalesce(environment_id, 0) = $3';
        await transaction.query(
          `UPDATE quarantine SET ended_at = ends_at
           WHERE ${samePlace} AND ended_at IS NULL AND ends_at <= now()`,
          place,
        );
        const [row] = await transaction.query<{ id: number }>(
          `INSERT INTO quarantine (test, suite, environment_id, causes, owner, reason, ends_at, created_by)
           VALUES ($1, $2, nullif($3, 0), $4, $5, $6, $7, $8)
           ON CONFLICT DO NOTHING RETURNING id`,
          [...place, causes, storable(owner), storable(reason), endsAt, createdBy],
        );
        if (row) return readQuarantine(transaction, row.id);
        const [other] = await select(transaction, `${samePlace} AND ended_at IS NULL`, place);
        throw new Fault(
          'QUARANTINE_EXISTS',
          other
            ? `Quarantine ${other.id} of ${other.owner} covers the test there until ${other.endsAt.toISOString().slice(0, 10)}.`
            : 'Another quarantine of the test was added there at the same time.',
        );
      });
    },

    /** Changes an active one; absent fields stay. Errors: QUARANTINE_UNKNOWN, QUARANTINE_ENDED. */
    change(
      id: number,
      { owner, reason, endsAt }: Partial<Pick<NewQuarantine, 'owner' | 'reason' | 'endsAt'>>,
    ): Promise<Quarantine> {
      return changeActive(
        id,
        'owner = coalesce($2, owner), reason = coalesce($3, reason), ends_at = coalesce($4, ends_at)',
        [
          owner === undefined ? null : storable(owner),
          reason === undefined ? null : storable(reason),
          endsAt ?? null,
        ],
      );
    },

    /** Ends an active one now. Errors: QUARANTINE_UNKNOWN, QUARANTINE_ENDED. */
    end: (id: number, endedBy: string): Promise<Quarantine> =>
      changeActive(id, 'ended_at = now(), ended_by = $2', [endedBy]),

    /** What the newest results of a test say, on one environment or on all. */
    async recorded(test: {
      name: string;
      suite: string | undefined;
      environmentId: number | undefined;
    }): Promise<TestRecord> {
      const rows = await database.query<{ status: Status; cause: string | null }>(
        `SELECT status, cause FROM result JOIN run ON run.id = run_id
         WHERE test = $1 AND suite = $2 AND ($3::int IS NULL OR environment_id = $3)
         ORDER BY recorded_at DESC LIMIT ${maxResults}`,
        [test.name, test.suite ?? '', test.environmentId ?? null],
      );
      const causes = new Map<string, Set<Status>>();
      for (const { cause, status } of rows) {
        if (cause !== null) causes.set(cause, (causes.get(cause) ?? new Set()).add(status));
      }
      return { newest: rows[0]?.status, causes };
    },

    /** The suites in which a test has newest results, `undefined` for outside of suites. */
    async suitesOf(test: string): Promise<(string | undefined)[]> {
      const rows = await database.query<{ suite: string }>(
        `SELECT DISTINCT suite FROM (
           SELECT suite FROM result WHERE test = $1 ORDER BY recorded_at DESC LIMIT ${maxResults}
         ) AS newest ORDER BY suite`,
        [test],
      );
      return rows.map(({ suite }) => suite || undefined);
    },
  };

  /** `assignments`: SQL with `parameters` from $2 on. */
  function changeActive(id: number, assignments: string, parameters: unknown[]): Promise<Quarantine> {
    return database.transaction(async (transaction) => {
      const rows = await transaction.query(
        `UPDATE quarantine SET ${assignments} WHERE id = $1 AND ${isActive} RETURNING id`,
        [id, ...parameters],
      );
      const quarantine = await readQuarantine(transaction, id);
      if (rows.length > 0) return quarantine;
      const at = (quarantine.endedAt ?? quarantine.endsAt).toISOString().slice(0, 10);
      throw new Fault('QUARANTINE_ENDED', `Quarantine ${id} ended on ${at}.`);
    });
  }
}

/** SQL: whether a quarantine covers failures now. */
export const isActive = 'ended_at IS NULL AND ends_at > now()';

/** Errors: QUARANTINE_UNKNOWN. */
async function readQuarantine(database: Queryable, id: number): Promise<Quarantine> {
  const [quarantine] = await select(database, 'quarantine.id = $1', [id]);
  if (!quarantine) throw new Fault('QUARANTINE_UNKNOWN', `There is no quarantine ${id}.`);
  return quarantine;
}

interface QuarantineRow {
  id: number;
  test: string;
  suite: string;
  code: string | null;
  causes: string[];
  owner: string;
  reason: string;
  created_by: string;
  created_at: Date;
  ends_at: Date;
  ended_at: Date | null;
  ended_by: string | null;
  active: boolean;
}

/** `condition` may end in its own order and limit. */
async function select(database: Queryable, condition: string, parameters: unknown[]): Promise<Quarantine[]> {
  const rows = await database.query<QuarantineRow>(
    `SELECT quarantine.*, code, ${isActive} AS active
     FROM quarantine LEFT JOIN environment ON environment.id = environment_id WHERE ${condition}`,
    parameters,
  );
  return rows.map((row) => ({
    id: row.id,
    test: row.test,
    suite: row.suite || undefined,
    environment: row.code ?? undefined,
    causes: row.causes,
    owner: row.owner,
    reason: row.reason,
    createdBy: row.created_by,
    createdAt: row.created_at,
    endsAt: row.ends_at,
    endedAt: row.ended_at ?? undefined,
    endedBy: row.ended_by ?? undefined,
    active: row.active,
  }));
}
