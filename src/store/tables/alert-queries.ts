import type { FiringOutcome } from '../../model/schedule.ts';
import type { Queryable } from '../database/database.ts';
import { headCanStart, queueHead } from '../queue-head.ts';

/** The last finished runs of an environment that were not cancelled. */
export interface RecentVerdicts {
  code: string;
  paused: boolean;
  /** The newest first; fewer than requested in a young environment. */
  verdicts: string[];
  lastRun: number;
  /** Why the last one is broken. */
  reason: { code: string; message: string } | undefined;
  /** When the oldest of them finished. */
  since: Date;
}

/** An environment that is free and whose next run does not start. */
export interface WaitingHead {
  code: string;
  /** The id of its next run. */
  head: number;
  queuedAt: Date;
  waitingMs: number;
}

/** The last firing of a schedule, when it was not one that fired. */
export interface FruitlessSchedule {
  name: string;
  outcome: Exclude<FiringOutcome, 'fired'>;
  reason: { code: string; message: string } | undefined;
  /** How many firings in a row submitted nothing. */
  times: number;
  /** Milliseconds from the last firing that fired to the last one; `undefined` when none ever fired. */
  idleMs: number | undefined;
}

/** The end of a shop's certificate. */
export interface ShopCertificate {
  environmentId: number;
  code: string;
  baseUrl: string;
  endsAt: Date;
}

export type AlertQueries = ReturnType<typeof createAlertQueries>;

/** What alerts are decided by, by the clock of the database. The queries read indexes of unfinished or newest rows. */
export function createAlertQueries({ database }: { database: Queryable }) {
  return {
    /** The last `count` finished runs of each environment that has any. */
    async recentVerdicts(count: number): Promise<RecentVerdicts[]> {
      const rows = await database.query<{
        code: string;
        paused: boolean;
        verdicts: string[];
        last_run: number;
        reason_code: string | null;
        reason_message: string | null;
        since: Date;
      }>(
        `SELECT code, paused_at IS NOT NULL AS paused, streak.*
         FROM environment CROSS JOIN LATERAL (
           SELECT max(id) AS last_run, min(finished_at) AS since, array_agg(verdict ORDER BY id DESC) AS verdicts,
             (array_agg(reason_code ORDER BY id DESC))[1] AS reason_code,
             (array_agg(reason_message ORDER BY id DESC))[1] AS reason_message
           FROM (
             SELECT id, verdict, finished_at, reason_code, reason_message FROM run
             WHERE environment_id = environment.id AND state = 'finished' AND verdict <> 'cancelled'
             ORDER BY id DESC LIMIT $1
           ) AS newest
         ) AS streak
         WHERE removed_at IS NULL AND last_run IS NOT NULL ORDER BY code`,
        [count],
      );
      return rows.map(({ last_run, reason_code, reason_message, ...row }) => ({
        ...row,
        lastRun: last_run,
        reason: reason_code === null ? undefined : { code: reason_code, message: reason_message ?? '' },
      }));
    },

    /**
     * The heads that could have started for this long, the longest waiting first. After a run that ended lately, the next one has not
     * waited long for its environment.
     */
    async waitingHeads(afterMs: number): Promise<WaitingHead[]> {
      const rows = await database.query<{ code: string; head: number; queued_at: Date; waiting_ms: number }>(
        `SELECT code, head_id AS head, queued_at,
           (extract(epoch FROM now() - coalesce(retry_at, queued_at)) * 1000)::float8 AS waiting_ms
         FROM environment
         ${queueHead}
         WHERE ${headCanStart} AND coalesce(retry_at, queued_at) <= now() - $1 * interval '1 millisecond'
           AND NOT EXISTS (
             SELECT FROM run WHERE environment_id = environment.id
               AND finished_at > now() - $1 * interval '1 millisecond'
           )
         ORDER BY waiting_ms DESC, head_id`,
        [afterMs],
      );
      return rows.map(({ queued_at, waiting_ms, ...row }) => ({
        ...row,
        queuedAt: queued_at,
        waitingMs: waiting_ms,
      }));
    },

    /** The schedules that are not paused and whose last firing submitted nothing, by name. */
    async fruitlessSchedules(): Promise<FruitlessSchedule[]> {
      const rows = await database.query<{
        name: string;
        outcome: FruitlessSchedule['outcome'];
        reason_code: string | null;
        reason_message: string | null;
        times: number;
        idle_ms: number | null;
      }>(
        `SELECT name, last.outcome, last.reason_code, last.reason_message,
           (SELECT count(*) FROM schedule_firing
            WHERE schedule_id = schedule.id AND id > coalesce(success.id, 0)) AS times,
           (extract(epoch FROM last.fired_at - success.fired_at) * 1000)::float8 AS idle_ms
         FROM schedule
         CROSS JOIN LATERAL (
           SELECT * FROM schedule_firing WHERE schedule_id = schedule.id ORDER BY id DESC LIMIT 1
         ) AS last
         LEFT JOIN LATERAL (
           SELECT id, fired_at FROM schedule_firing
           WHERE schedule_id = schedule.id AND outcome = 'fired' ORDER BY id DESC LIMIT 1
         ) AS success ON true
         WHERE next_at IS NOT NULL AND last.outcome <> 'fired' ORDER BY name`,
      );
      return rows.map(({ reason_code, reason_message, idle_ms, ...row }) => ({
        ...row,
        reason: reason_code === null ? undefined : { code: reason_code, message: reason_message ?? '' },
        idleMs: idle_ms ?? undefined,
      }));
    },

    /** The ends of certificates of the environments that are not removed, as they were asked last at their address of now. */
    async certificates(): Promise<ShopCertificate[]> {
      const rows = await database.query<{ id: number; code: string; base_url: string; ends_at: Date }>(
        `SELECT environment.id, code, environment.base_url, ends_at
         FROM shop_certificate JOIN environment
           ON environment.id = environment_id AND environment.base_url = shop_certificate.base_url
         WHERE removed_at IS NULL ORDER BY code`,
      );
      return rows.map(({ id, code, base_url, ends_at }) => ({
        environmentId: id,
        code,
        baseUrl: base_url,
        endsAt: ends_at,
      }));
    },

    /** Stores the end of the certificate that an address has now. */
    async saveCertificate(environmentId: number, baseUrl: string, endsAt: Date): Promise<void> {
      await database.query(
        `INSERT INTO shop_certificate (environment_id, base_url, ends_at)
         SELECT id, $2, $3 FROM environment WHERE id = $1
         ON CONFLICT (environment_id) DO UPDATE
         SET base_url = excluded.base_url, ends_at = excluded.ends_at, checked_at = now()`,
        [environmentId, baseUrl, endsAt],
      );
    },
  };
}
