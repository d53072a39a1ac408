import type { Environment } from '../model/environment.ts';
import type { Run } from '../model/run.ts';
import { channels, type Database, type Queryable } from '../store/database/database.ts';
import { headCanStart, queueHead } from '../store/queue-head.ts';
import { type EnvironmentRow, environmentColumns, toEnvironment } from '../store/tables/environments.ts';
import { type RunRow, toRuns } from '../store/tables/runs.ts';

export interface Claim {
  run: Run;
  environment: Environment;
  fence: number;
}

export interface ClaimRequest {
  /** Each gets a run at most. */
  workerIds: readonly string[];
  leaseMs: number;
  /** Environments that are left alone. */
  exclude: readonly number[];
  /** The host of the workers: see `Engine.identity`. Without it they are strangers to every container. */
  host?: string | undefined;
  /** How many tests may be under way at a time over all workers, each slot of an environment counted; see `withinSeats`. */
  sessionCapacity?: number | undefined;
}

/**
 * What a worker is given. Overtaken: another took or cancelled what was chosen for it, before it could be locked. It should
 * look again, because other environments may be free. Full: a run waits, and there is no seat for it.
 */
export type ClaimResult = Claim | 'contended' | 'no-capacity' | undefined;

/**
 * Takes the heads of the queues of free environments, one for each worker as far as there are any. Two statements in one
 * READ COMMITTED transaction: the first locks the rows of environments, the second sees what is true while those locks are
 * held. One statement alone judges by a snapshot from before the lock, and starts two runs on one environment.
 *
 * Each claim is an attempt from then on, unless it is given back: nothing more has to be written before the run starts.
 */
export function claimHeads(database: Database, request: ClaimRequest): Promise<ClaimResult[]> {
  return database.transaction(async (transaction) => {
    const chosen = await lockEnvironments(transaction, request);
    const environments = await withinCapacity(transaction, chosen, request.sessionCapacity);
    const claims = environments.length === 0 ? [] : await takeHeads(transaction, environments, request);
    return request.workerIds.map((_, index) => {
      if (index < environments.length) return claims[index] ?? 'contended';
      return index < chosen.length ? 'no-capacity' : undefined;
    });
  });
}

/** Any number that nothing else in the database is likely to use. */
const capacityLock = 7_236_187_002;

/**
 * The first of the environments, as far as there are seats for their slots. Claims that look at the seats do it one after the
 * other, or two of them would take the last one. An environment with more slots than there are seats has to wait until nothing
 * runs, and goes on with fewer sessions at a time.
 */
async function withinCapacity(
  transaction: Queryable,
  environments: Environment[],
  sessionCapacity: number | undefined,
): Promise<Environment[]> {
  if (sessionCapacity === undefined || environments.length === 0) return environments;
  await transaction.query('SELECT pg_advisory_xact_lock($1)', [capacityLock]);
  const [taken] = await transaction.query<{ slots: number }>(
    `SELECT coalesce(sum(least(slots, $1)), 0)::int AS slots
     FROM run JOIN environment ON environment.id = environment_id WHERE state = 'running'`,
    [sessionCapacity],
  );
  let free = sessionCapacity - (taken?.slots ?? 0);
  const fitting = environments.findIndex(({ slots }) => {
    free -= Math.max(1, Math.min(slots, sessionCapacity));
    return free < 0;
  });
  return fitting < 0 ? environments : environments.slice(0, fitting);
}

/**
 * How long a run is kept for the host that has the container of its environment; then any host may have it. To make a container
 * and fill it takes 1.1 s (0.3 and 0.8, measured); a worker of that host that is free claims within 10 ms. Handed back or lost, a
 * run is kept for nobody: it has waited already.
 */
export const keptForHostMs = 1_500;

/** From so many on, queues count as equally long: a claim would have to read all of them. */
const manyWaiting = 25;
/** Only so many queues are measured, those with the oldest heads. */
const manyQueues = 50;

/**
 * The environment comes first whose head waits longest. Heads of the same minute wait equally long, and among those the
 * longest queue comes first: its runs follow each other, so whoever leaves it to the end has one worker busy and the
 * others idle. As the minute comes first, no environment is passed over for ever.
 *
 * FOR NO KEY UPDATE excludes other claims but not the foreign keys of runs that are being inserted: with FOR UPDATE an
 * environment would be skipped while somebody submits a run for it, and if that rolls back nobody wakes the worker again.
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
         AND CASE WHEN host IS NULL OR host = $3::text THEN true ELSE now() >= ${keptForHostMs} * interval '1 millisecond'
           + greatest(queued_at, retry_at, (
             SELECT max(finished_at) FROM run WHERE environment_id = environment.id AND finished_at IS NOT NULL)) END
     ), measured AS (
       SELECT candidate.*, CASE WHEN place <= ${manyQueues} THEN (
         SELECT count(*) FROM (
           SELECT FROM run WHERE run.environment_id = candidate.environment_id AND state = 'queued'
           ORDER BY priority DESC, id LIMIT ${manyWaiting}
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

/** In the order of the environments; those whose queue is empty by now, or busy, are left out. */
async function takeHeads(
  transaction: Queryable,
  environments: Environment[],
  { workerIds, leaseMs, host }: ClaimRequest,
): Promise<Claim[]> {
  const rows = await transaction.query<RunRow>(
    `WITH head AS (
       SELECT environment_id, first.id FROM unnest($1::int[]) AS locked (environment_id)
       CROSS JOIN LATERAL (
         SELECT id, retry_at FROM run
         WHERE run.environment_id = locked.environment_id AND state = 'queued'
           AND NOT EXISTS (
             SELECT FROM run WHERE run.environment_id = locked.environment_id AND state = 'running'
           )
         ORDER BY priority DESC, id LIMIT 1
         FOR NO KEY UPDATE
       ) AS first
       WHERE retry_at IS NULL OR retry_at <= now()
     ), bumped AS (
       UPDATE environment SET fence = fence + 1, host = coalesce($4, host) FROM head
       WHERE environment.id = environment_id
       RETURNING head.id AS run_id, fence
     ), numbered AS (
       SELECT *, row_number() OVER (ORDER BY run_id) AS number FROM bumped
     ), taken AS (
       UPDATE run SET state = 'running', phase = 'preparing', fence = numbered.fence, attempt = attempt + 1,
         worker_id = ($2::text[])[number], started_at = coalesce(started_at, now()), retry_at = NULL,
         lease_until = now() + $3 * interval '1 millisecond'
       FROM numbered, environment WHERE run.id = run_id AND environment.id = run.environment_id
       RETURNING run.*, code AS environment_code
     ), opened AS (
       INSERT INTO attempt (run_id, attempt, fence, worker_id) SELECT id, attempt, fence, worker_id FROM taken
     )
     SELECT *, pg_notify('${channels.run}', id::text) FROM taken`,
    [environments.map(({ id }) => id), workerIds, leaseMs, host ?? null],
  );
  // In a first attempt there is no plan yet. As the workers were numbered.
  const runs = (await toRuns(transaction, rows, 2)).sort((one, other) => one.id - other.id);
  return runs.flatMap((run) => {
    const fence = run.fence ?? 0;
    const environment = environments.find(({ id }) => id === run.environmentId);
    return environment ? [{ run, environment: { ...environment, fence }, fence }] : [];
  });
}
