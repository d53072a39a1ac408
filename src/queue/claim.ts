import type { Environment } from '../model/environment.ts';
import type { Run } from '../model/run.ts';
import { advisoryLocks } from '../store/database/advisory-locks.ts';
import { channels, type Database, type Queryable } from '../store/database/database.ts';
import { headCanStart, isHeldFromOlder, queueHead } from '../store/queue-head.ts';
import { holdingReservation, runMayStart } from '../store/reservation-in-force.ts';
import { type EnvironmentRow, environmentColumns, toEnvironment } from '../store/tables/environments.ts';
import { type RunRow, toRuns } from '../store/tables/runs.ts';

export interface Claim {
  run: Run;
  environment: Environment;
  fence: number;
  /** Random: identifies the claim in files, see `LastingClaimKey`. */
  identity: string;
}

export interface ClaimRequest {
  /** Each gets at most one run. */
  workerIds: readonly string[];
  leaseMs: number;
  /** Ids of environments that are left out. */
  exclude: readonly number[];
  /** The host of the workers, see `Engine.identity`. Without it no container counts as theirs. */
  host?: string | undefined;
  /** How many tests may be under way at a time over all workers, each slot of an environment counted; see `withinCapacity`. */
  sessionCapacity?: number | undefined;
}

/**
 * What a worker gets: a claim, or `undefined` when no run can start. `contended`: the chosen run was claimed or cancelled
 * concurrently; claim again, because other environments may be free. `no-capacity`: a run waits, and there is no browser session
 * for it.
 */
export type ClaimResult = Claim | 'contended' | 'no-capacity' | undefined;

/**
 * Claims the heads of the queues of free environments, one for each worker as far as there are any, and returns them in the order
 * of the workers. Two statements in one READ COMMITTED transaction: the first locks the rows of environments, the second sees
 * what is true while those locks are held. One statement alone judges by a snapshot from before the lock, and starts two runs on
 * one environment.
 *
 * A claim opens an attempt, unless it is undone: nothing more has to be written before the run starts. Its start is the time under
 * the lock, not that of the transaction, which may have begun before the end of a reservation that the claim then saw ended.
 */
export function claimHeads(database: Database, request: ClaimRequest): Promise<ClaimResult[]> {
  return database.transaction(async (transaction) => {
    const candidates = await lockEnvironments(transaction, request);
    const environments = await withinCapacity(transaction, candidates, request.sessionCapacity);
    const claims = environments.length === 0 ? [] : await takeHeads(transaction, environments, request);
    return request.workerIds.map((_, index) => {
      if (index < environments.length) return claims[index] ?? 'contended';
      return index < candidates.length ? 'no-capacity' : undefined;
    });
  });
}

/**
 * The first of the environments, as far as there are browser sessions for their slots. Claims check the sessions one after the
 * other, or two of them would take the last one. An environment with more slots than there are sessions has to wait until nothing
 * runs, and then uses fewer sessions at a time.
 */
async function withinCapacity(
  transaction: Queryable,
  environments: Environment[],
  sessionCapacity: number | undefined,
): Promise<Environment[]> {
  if (sessionCapacity === undefined || environments.length === 0) return environments;
  await transaction.query('SELECT pg_advisory_xact_lock($1)', [advisoryLocks.sessionCapacity]);
  const [used] = await transaction.query<{ slots: number }>(
    `SELECT coalesce(sum(least(slots, $1)), 0)::int AS slots
     FROM run JOIN environment ON environment.id = environment_id WHERE state = 'running'`,
    [sessionCapacity],
  );
  let free = sessionCapacity - (used?.slots ?? 0);
  const firstWithout = environments.findIndex(({ slots }) => {
    free -= Math.max(1, Math.min(slots, sessionCapacity));
    return free < 0;
  });
  return firstWithout < 0 ? environments : environments.slice(0, firstWithout);
}

/**
 * How long a run is reserved for the host that has the container of its environment; then any host may claim it. To create a
 * container and fill it takes 1.1 s (0.3 and 0.8, measured); a free worker of that host claims within 10 ms. A run that was
 * requeued or lost is not reserved: it has waited already.
 */
export const reservedForHostMs = 1_500;

/** Queues of at least this length count as equally long, so that a claim need not read all of them. */
const maxMeasuredLength = 25;
/** The length is read only of so many queues, those with the oldest heads. */
const maxMeasuredQueues = 50;

/**
 * The environment comes first whose head waits longest. Heads of the same minute wait equally long, and among those the
 * longest queue comes first: its runs execute one after the other, so if it came last, one worker would be busy and the
 * others idle at the end. As the minute comes first, no environment is passed over indefinitely.
 *
 * FOR NO KEY UPDATE excludes other claims but not the foreign keys of runs that are being inserted: with FOR UPDATE an
 * environment would be skipped while a run is submitted for it, and if that rolls back no notification wakes the worker again.
 *
 * With 1,000 environments and 100,000 queued runs, NOT IN (a hash of the running) takes an eighth of the time of NOT EXISTS (a
 * loop over the running for each environment).
 */
async function lockEnvironments(
  transaction: Queryable,
  { workerIds, exclude, host }: ClaimRequest,
): Promise<Environment[]> {
  const rows = await transaction.query<EnvironmentRow>(
    `WITH candidate AS (
       SELECT environment.id AS environment_id, head_id, date_trunc('minute', queued_at) AS since,
         row_number() OVER (ORDER BY date_trunc('minute', queued_at), head_id) AS place
       FROM environment
       ${queueHead}
       WHERE ${headCanStart} AND id <> ALL ($1::int[])
         AND CASE WHEN host IS NULL OR host = $3::text THEN true ELSE now() >= ${reservedForHostMs} * interval '1 millisecond'
           + greatest(queued_at, retry_at, (
             SELECT max(finished_at) FROM run WHERE environment_id = environment.id AND finished_at IS NOT NULL)) END
     ), measured AS (
       SELECT candidate.*, CASE WHEN place <= ${maxMeasuredQueues} THEN (
         SELECT count(*) FROM (
           SELECT FROM run WHERE run.environment_id = candidate.environment_id AND state = 'queued'
           ORDER BY priority DESC, id LIMIT ${maxMeasuredLength}
         ) AS first
       ) ELSE 0 END AS waiting
       FROM candidate
     )
     SELECT ${environmentColumns} FROM environment JOIN measured ON environment_id = id
     WHERE removed_at IS NULL AND paused_at IS NULL
     ORDER BY since, waiting DESC, head_id LIMIT $2
     FOR NO KEY UPDATE OF environment SKIP LOCKED`,
    [exclude, workerIds.length, host ?? null],
  );
  return rows.map(toEnvironment);
}

/** Claims in the order of the environments; those whose queue is empty by now, or that are busy or reserved, are left out. */
async function takeHeads(
  transaction: Queryable,
  environments: Environment[],
  { workerIds, leaseMs, host }: ClaimRequest,
): Promise<Claim[]> {
  const rows = await transaction.query<RunRow & { claim_identity: string }>(
    `WITH head AS (
       SELECT environment_id, first.id FROM unnest($1::int[]) AS locked (environment_id)
       ${holdingReservation('locked.environment_id')}
       CROSS JOIN LATERAL (
         SELECT id, retry_at, held_until, playwright_held_until FROM run
         WHERE run.environment_id = locked.environment_id AND state = 'queued' AND ${runMayStart}
           AND NOT EXISTS (
             SELECT FROM run WHERE run.environment_id = locked.environment_id AND state = 'running'
           )
         ORDER BY priority DESC, id LIMIT 1
         FOR NO KEY UPDATE
       ) AS first
       WHERE retry_at IS NULL OR retry_at <= now() OR ${isHeldFromOlder}
     ), bumped AS (
       UPDATE environment SET fence = fence + 1, host = coalesce($4, host) FROM head
       WHERE environment.id = environment_id
       RETURNING head.id AS run_id, fence
     ), numbered AS (
       SELECT *, row_number() OVER (ORDER BY run_id) AS number FROM bumped
     ), clock AS MATERIALIZED (
       SELECT clock_timestamp() AS moment
     ), taken AS (
       UPDATE run SET state = 'running', phase = 'preparing', fence = numbered.fence, attempt = attempt + 1,
         worker_id = ($2::text[])[number], started_at = coalesce(started_at, moment),
         retry_at = NULL, held_until = NULL, playwright_held_until = NULL,
         lease_until = now() + $3 * interval '1 millisecond'
       FROM numbered, environment, clock WHERE run.id = run_id AND environment.id = run.environment_id
       RETURNING run.*, code AS environment_code, moment
     ), opened AS (
       INSERT INTO attempt (run_id, attempt, fence, worker_id, started_at) SELECT id, attempt, fence, worker_id, moment FROM taken
       RETURNING run_id, identity AS claim_identity
     )
     SELECT *, pg_notify('${channels.run}', id::text) FROM taken JOIN opened ON run_id = id`,
    [environments.map(({ id }) => id), workerIds, leaseMs, host ?? null],
  );
  // A first attempt has no plan yet. Sorted by id, as the statement numbers the workers.
  const runs = (await toRuns(transaction, rows, 2)).sort((one, other) => one.id - other.id);
  return runs.flatMap((run) => {
    const fence = run.fence ?? 0;
    const environment = environments.find(({ id }) => id === run.environmentId);
    const identity = rows.find(({ id }) => id === run.id)?.claim_identity ?? '';
    return environment ? [{ run, environment: { ...environment, fence }, fence, identity }] : [];
  });
}
