import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecretBox } from '../../src/crypto/secret-box.ts';
import { createRedisLocks } from '../../src/locks/redis/redis-locks.ts';
import { createLog } from '../../src/log.ts';
import { emptySelection } from '../../src/model/selection.ts';
import { createQueue } from '../../src/queue/queue.ts';
import { createResultSpool } from '../../src/queue/result-spool.ts';
import { migrate } from '../../src/store/database/migrate.ts';
import { openPostgres } from '../../src/store/database/postgres.ts';
import { createEnvironments } from '../../src/store/tables/environments.ts';
import { createResults } from '../../src/store/tables/results.ts';
import { createRuns } from '../../src/store/tables/runs.ts';
import type { Job, Outcome } from '../../src/worker/runner.ts';
import { createWorkers } from '../../src/worker/worker.ts';
import { newEnvironment } from '../../test/support/samples.ts';
import { waitFor } from '../../test/support/wait-for.ts';
import { type Contender, countStarts } from './contender.ts';

const log = createLog({ level: 'silent' });
const leaseMs = 20_000;

export type Installation = Awaited<ReturnType<typeof openInstallation>>;

/** A queue, locks and workers as in a process of matre, on a PostgreSQL database and a Redis. */
export async function openInstallation(databaseUrl: string, redisUrl: string) {
  const folder = await mkdtemp(join(tmpdir(), 'matre-bench-'));
  const database = await openPostgres({ url: databaseUrl, log, timeoutMs: leaseMs / 5 });
  await migrate(database, { log });
  const locks = createRedisLocks({ url: redisUrl, ttlMs: leaseMs, log });
  const queue = createQueue({ database, log, leaseMs });
  const waiting = createResultSpool({ folder, log });
  const environments = createEnvironments({ database, secrets: createSecretBox(randomBytes(32)) });
  const runs = createRuns({ database });
  return {
    database,
    queue,
    runs,
    async environmentIds(count: number, prefix = 'e'): Promise<number[]> {
      const ids: number[] = [];
      for (let index = 0; index < count; index++)
        ids.push((await environments.create(newEnvironment(`${prefix}${index}`))).id);
      return ids;
    },
    /** Runs of environments, in this order. */
    submit: (submissions: { id: number; tests?: string[] }[]) =>
      runs.insert(
        submissions.map(({ id, tests = [] }) => ({
          environmentId: id,
          selection: { ...emptySelection, tests },
          requestedBy: 'bench',
        })),
      ),
    finished: () =>
      waitFor(async () => {
        const [row] = await database.query<{ open: boolean }>(
          `SELECT EXISTS (SELECT FROM run WHERE state <> 'finished') AS open`,
        );
        return row?.open === false;
      }),
    workers: (slots: number, runner: (job: Job) => Promise<Outcome>) =>
      createWorkers({
        queue,
        results: createResults({ database }),
        locks,
        spool: waiting,
        runner,
        log,
        slots,
        host: 'bench',
        settings: { leaseMs, maxAttempts: 3, retries: 0, retryPauseMs: 0 },
      }),
    async close() {
      await locks.close();
      await database.close();
      await rm(folder, { recursive: true });
    },
  };
}

/**
 * matre: each run is claimed as an attempt in one transaction, locked in Redis, and finished, all of this durable and
 * fenced, with its history kept and its watchers notified. The verdict is `broken`, because no test is planned; that
 * makes no difference here.
 */
export function ours(databaseUrl: () => Promise<string>, redisUrl: string): Contender {
  return {
    name: 'matre',
    async throughput(load) {
      const installation = await openInstallation(await databaseUrl(), redisUrl);
      const ids = await installation.environmentIds(load.environments);
      for (let round = 0; round < load.runsOfEach; round++)
        await installation.submit(ids.map((id) => ({ id })));
      const starts = countStarts(load);
      const workers = installation.workers(load.workers, async () => {
        starts.started();
        return { kind: 'finished' };
      });
      await workers.start();
      const perSecond = await starts.all;
      await installation.finished();
      await workers.stop();
      await installation.close();
      return perSecond;
    },
  };
}
