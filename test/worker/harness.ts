import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { createInProcessLocks } from '../../src/locks/in-process.ts';
import type { LockStore } from '../../src/locks/lock.ts';
import type { Environment } from '../../src/model/environment.ts';
import type { Run } from '../../src/model/run.ts';
import { emptySelection } from '../../src/model/selection.ts';
import { createQueue } from '../../src/queue/queue.ts';
import { createResultSpool } from '../../src/queue/result-spool.ts';
import type { Database } from '../../src/store/database/database.ts';
import { createResults } from '../../src/store/tables/results.ts';
import { createRuns } from '../../src/store/tables/runs.ts';
import { startReaper } from '../../src/worker/reaper.ts';
import type { Runner } from '../../src/worker/runner.ts';
import { createWorkers, type Workers, type WorkersOptions } from '../../src/worker/worker.ts';
import { waitFor } from '../support/wait-for.ts';
import { passed } from './results.ts';

let hosts = 0;
let environments = 0;

/** A harness for tests of workers, on a database that tests share. */
export function createHarness(database: Database, settings: { leaseMs?: number; locks?: LockStore } = {}) {
  // Far longer than a busy machine suspends a process.
  const leaseMs = settings.leaseMs ?? 60_000;
  const lines: Record<string, unknown>[] = [];
  const log = pino({ level: 'debug', base: {} }, { write: (line) => lines.push(JSON.parse(line)) });
  const queue = createQueue({ database, log, leaseMs });
  const runs = createRuns({ database });
  const locks = settings.locks ?? createInProcessLocks();
  const folder = mkdtempSync(join(tmpdir(), 'matre-waiting-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const waiting = createResultSpool({ folder, log });
  // After the workers of the test have ended; no later test should find its runs.
  onTestFinished(async () => {
    await database.query('TRUNCATE run CASCADE');
  });

  return {
    queue,
    runs,
    locks,
    waiting,
    /** The logged records of pino. */
    lines,

    async environment(): Promise<Pick<Environment, 'id' | 'code'>> {
      const code = `env-${process.pid}-${++environments}`;
      const [row] = await database.query<{ id: number }>(
        `INSERT INTO environment (code, name, base_url, backend_name, admin_username)
         VALUES ($1, $1, 'http://127.0.0.1/', 'admin', 'admin') RETURNING id`,
        [code],
      );
      if (!row) throw new Error('no row');
      return { id: row.id, code };
    },

    async submit(environment: { id: number }, options: { priority?: number } = {}): Promise<number> {
      const selection = { ...emptySelection, all: true };
      const [run] = await runs.insert([
        { environmentId: environment.id, selection, requestedBy: 'test', ...options },
      ]);
      if (!run) throw new Error('no run');
      return run.id;
    },

    /** Workers that stop at once when the test ends. */
    async workers(
      runner: Runner,
      options: { slots?: number } & Pick<WorkersOptions, 'engineAnswers'> &
        Partial<WorkersOptions['settings']> = {},
    ): Promise<Workers> {
      const { slots = 4, engineAnswers, ...more } = options;
      const workers = createWorkers({
        queue,
        results: createResults({ database }),
        locks,
        spool: waiting,
        runner,
        ...(engineAnswers && { engineAnswers }),
        log,
        slots,
        host: `host${++hosts}`,
        settings: {
          leaseMs,
          maxAttempts: 3,
          retries: 0,
          retryPauseMs: 0,
          pollMs: 500,
          lockedMs: 200,
          ...more,
        },
      });
      onTestFinished(() => workers.stopNow());
      await workers.start();
      return workers;
    },

    reaper(maxAttempts = 3): void {
      const reaper = startReaper({ queue, spool: waiting, log, everyMs: 100, maxAttempts });
      onTestFinished(() => reaper.stop());
    },

    finished: (runId: number): Promise<Run> =>
      waitFor(async () => {
        const run = await runs.get(runId);
        return run.state === 'finished' ? run : undefined;
      }),

    waitForLog: (message: string): Promise<Record<string, unknown>> =>
      waitFor(() => lines.find((line) => line.msg === message)),
  };
}

/** A runner that calls `executeTest` for each test and records it as passed; it obeys `abort` and `stop`. */
export function scriptedRunner(
  tests: string[],
  executeTest: (
    test: string,
    context: { runId: number; attempt: number; abort: AbortSignal },
  ) => Promise<void> = async () => {},
): Runner {
  return async ({ run, record, exclusively, stop }) => {
    await record.plan(tests.map((name) => ({ name, suite: undefined })));
    return exclusively(async (signal) => {
      for (const { test, done } of await record.planned()) {
        if (done) continue;
        if (stop.aborted) return { kind: 'requeue' };
        await record.testStarted(test);
        await executeTest(test.name, { runId: run.id, attempt: run.attempt, abort: signal });
        signal.throwIfAborted();
        await record.result(passed(test.name));
      }
      return { kind: 'finished' };
    });
  };
}

/** A gate where runs stop until the test releases them. */
export function createGate() {
  const open = new Map<number, () => void>();
  const arrived: number[] = [];
  return {
    /** The runs that have arrived, in order. */
    arrived,
    /** Those that wait at the gate now. */
    waiting: () => [...open.keys()],
    /** Resolves when the run may continue; rejects with the reason of `abort`. */
    pass(runId: number, abort: AbortSignal): Promise<void> {
      abort.throwIfAborted();
      arrived.push(runId);
      return new Promise<void>((resolve, reject) => {
        open.set(runId, resolve);
        abort.addEventListener('abort', () => reject(abort.reason), { once: true });
      }).finally(() => open.delete(runId));
    },
    release: (runId: number) => open.get(runId)?.(),
    at: (runId: number) => waitFor(() => open.has(runId)),
  };
}
