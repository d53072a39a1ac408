/**
 * A worker process whose tests take a moment and need no container. Arguments: database, Redis, name, lease in milliseconds, folder of
 * the result spool, folder of the journals. It writes what it executes as the processes in containers do, see `lifetimesIn`.
 */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { delay } from '../../../src/async/delay.ts';
import { createRedisLocks } from '../../../src/locks/redis/redis-locks.ts';
import { createLog } from '../../../src/log.ts';
import { createQueue } from '../../../src/queue/queue.ts';
import { createResultSpool } from '../../../src/queue/result-spool.ts';
import { openPostgres } from '../../../src/store/database/postgres.ts';
import { createResults } from '../../../src/store/tables/results.ts';
import { startReaper } from '../../../src/worker/reaper.ts';
import type { Runner } from '../../../src/worker/runner.ts';
import { createWorkers } from '../../../src/worker/worker.ts';
import { waitFor } from '../../support/wait-for.ts';
import { passed } from '../../worker/results.ts';
import { monotonicMs } from '../clock.ts';
import { shakyTest } from '../module.ts';

const [url = '', redis = '', name = '', lease = '', folder = '', journals = ''] = process.argv.slice(2);
const log = createLog({ level: 'silent' });
const leaseMs = Number(lease);
const maxAttempts = 20;
const database = await waitFor(() => openPostgres({ url, log }));
const queue = createQueue({ database, log, leaseMs });
const spool = createResultSpool({ folder, log });
const locks = createRedisLocks({ url: redis, ttlMs: leaseMs, log });

const runner: Runner = async ({ run, environment, fence, record, exclusively, stop, assertHeld }) => {
  const token = `run-${run.id}-${fence}`;
  const write = (event: string, test: string, code?: number) =>
    appendFileSync(
      join(journals, `${environment.code}.jsonl`),
      `${JSON.stringify({ event, command: 'codecept', pid: process.pid, token, test, monotonic: monotonicMs(), code })}\n`,
    );
  const { retryFailed = 0 } = run.options;
  await record.plan(run.selection.tests.map((test) => ({ name: test, suite: undefined, retryFailed })));
  return exclusively(async (signal) => {
    for (const { test, done } of await record.planned()) {
      if (done) continue;
      if (stop.aborted) return { kind: 'requeue' };
      await record.testStarted(test);
      assertHeld();
      write('start', test.name);
      await delay(20 + Math.random() * 80, signal);
      signal.throwIfAborted();
      const status = test.name === shakyTest && Math.random() < 0.7 ? 'failed' : 'passed';
      write('end', test.name, status === 'passed' ? 0 : 1);
      await record.result({ ...passed(test.name), status });
    }
    return { kind: 'finished' };
  });
};

const workers = createWorkers({
  queue,
  results: createResults({ database }),
  locks,
  spool,
  log,
  host: name,
  slots: 3,
  runner,
  settings: { leaseMs, maxAttempts, retries: 2, retryPauseMs: 0, pollMs: 300, lockedMs: 200 },
});
const reaper = startReaper({ queue, spool, log, everyMs: 300, maxAttempts });
await workers.start();
process.once('SIGTERM', async () => {
  await workers.stop();
  await reaper.stop();
  await locks.close();
  await database.close();
  process.exit(0);
});
