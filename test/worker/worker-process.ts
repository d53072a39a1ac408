/**
 * A separate worker process. Arguments: database, Redis, host, lease and TTL in milliseconds, and the folder of the
 * result spool. For each run it prints `start <run> <attempt> <test>` when a test begins and continues after a line of
 * standard input. It does not obey an abort, like a stopped process, and prints the response to its write of the
 * result, and when the run was finished.
 */
import { createInterface } from 'node:readline';
import { isFault } from '../../src/faults/fault.ts';
import { createRedisLocks } from '../../src/locks/redis/redis-locks.ts';
import { createLog } from '../../src/log.ts';
import { createQueue } from '../../src/queue/queue.ts';
import { createResultSpool } from '../../src/queue/result-spool.ts';
import { openPostgres } from '../../src/store/database/postgres.ts';
import { createResults } from '../../src/store/tables/results.ts';
import { createWorkers } from '../../src/worker/worker.ts';
import { passed } from './results.ts';

const [url = '', redis = '', host = '', lease = '', ttl = '', folder = ''] = process.argv.slice(2);
const log = createLog({ level: 'silent' });
const leaseMs = Number(lease);
const database = await openPostgres({ url, log });
const queue = createQueue({ database, log, leaseMs });
const locks = createRedisLocks({ url: redis, ttlMs: Number(ttl), log });
const lines = createInterface(process.stdin)[Symbol.asyncIterator]();

const workers = createWorkers({
  queue,
  results: createResults({ database }),
  locks,
  spool: createResultSpool({ folder, log }),
  log,
  host,
  slots: 1,
  settings: { leaseMs, maxAttempts: 3, retries: 0, retryPauseMs: 0, pollMs: 500 },
  async runner({ run, record }) {
    await record.plan(['A', 'B'].map((name) => ({ name, suite: undefined })));
    for (const { test, done } of await record.planned()) {
      if (done) continue;
      await record.testStarted(test);
      console.log(`start ${run.id} ${run.attempt} ${test.name}`);
      await lines.next();
      try {
        await record.result(passed(test.name));
        console.log('written');
      } catch (error) {
        console.log(isFault(error) ? error.code : String(error));
        throw error;
      }
    }
    return { kind: 'finished' };
  },
});
await workers.start();
process.once('SIGTERM', async () => {
  await workers.stopNow();
  await locks.close();
  await database.close();
  process.exit(0);
});
