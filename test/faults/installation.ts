import { noRunOptions } from '../../src/model/run-options.ts';
import { emptySelection } from '../../src/model/selection.ts';
import type { Database } from '../../src/store/database/database.ts';
import { createRuns } from '../../src/store/tables/runs.ts';
import { type Delays, shakyTest, someTests } from './module.ts';
import { somePlaywrightTests } from './playwright.ts';
import type { Random } from './random.ts';
import type { HarnessEnvironment } from './stores.ts';
import type { Workers } from './workers.ts';

/** A run that a worker executes now. */
export interface RunningRun {
  id: number;
  environmentId: number;
  /** The id of the process that executes it. */
  pid: number;
}

/** A retry of a run after its attempt with this number. */
export interface UserRetry {
  runId: number;
  after: number;
}

/** An installation that accepts and executes runs. */
export interface Installation {
  environments: HarnessEnvironment[];
  workers: Workers;
  /** Acknowledged runs, in the order of their submission. */
  acknowledged: number[];
  /** Retries by a user that took effect, in their order; see `retryOne`. */
  retries: UserRetry[];
  /** Queues a run, which may start in a reservation; resolves when it is acknowledged. */
  submit(environment: HarnessEnvironment, random: Random, reservationId?: number): Promise<void>;
  /** The environments of queued runs. */
  queued(): Promise<number[]>;
  running(): Promise<RunningRun[]>;
  /** Whether every run has its verdict. */
  atRest(): Promise<boolean>;
}

/** An installation whose processes share a PostgreSQL; `database` is the harness's own connection to it. */
export function onPostgres({
  database,
  environments,
  workers,
  delays,
  withFailures = false,
  playwright = false,
}: Pick<Installation, 'environments' | 'workers'> & {
  database: Database;
  delays?: Delays;
  /** Each run has a test that fails often; half of the runs retry it automatically. */
  withFailures?: boolean;
  /** Most runs have tests of Playwright, too. */
  playwright?: boolean;
}): Installation {
  const runs = createRuns({ database });
  const acknowledged: number[] = [];
  return {
    environments,
    workers,
    acknowledged,
    retries: [],

    async submit({ id }, random, reservationId) {
      const tests = [
        ...(withFailures ? [shakyTest] : []),
        ...someTests(random, delays),
        ...(playwright && random.between(1, 4) > 1 ? somePlaywrightTests(random) : []),
      ];
      const options = { ...noRunOptions, retryFailed: withFailures ? random.between(0, 1) : 0 };
      const selection = { ...emptySelection, tests };
      const [run] = await runs.insert([
        { environmentId: id, selection, options, requestedBy: 'faults', reservationId },
      ]);
      if (run) acknowledged.push(run.id);
    },

    async queued() {
      const rows = await database.query<{ environment_id: number }>(
        `SELECT environment_id FROM run WHERE state = 'queued'`,
      );
      return rows.map(({ environment_id }) => environment_id);
    },

    async running() {
      const rows = await database.query<{ id: number; environment_id: number; worker_id: string }>(
        `SELECT id, environment_id, worker_id FROM run WHERE state = 'running'`,
      );
      return rows.map((row) => ({
        id: row.id,
        environmentId: row.environment_id,
        pid: processOf(row.worker_id),
      }));
    },

    async atRest() {
      const open = await database.query(`SELECT id FROM run WHERE state <> 'finished' LIMIT 1`);
      return open.length === 0;
    },
  };
}

/** The pid in the id of a worker: `host/pid/slot`. */
export function processOf(workerId: string): number {
  return Number(workerId.split('/').at(-2));
}
