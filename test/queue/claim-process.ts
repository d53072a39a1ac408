// A worker process for tests: claims runs, records their tests, finishes them, until no run is left. It appends its
// actions on an environment to a file of that environment; a process that appends is active at that moment, so the file
// proves overlaps.
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isFault } from '../../src/faults/fault.ts';
import { createLog } from '../../src/log.ts';
import { type Claim, createQueue } from '../../src/queue/queue.ts';
import { openPostgres } from '../../src/store/database/postgres.ts';
import { claimOne } from '../support/claim.ts';
import { newResult } from '../support/samples.ts';

const [url = '', folder = '', workerId = ''] = process.argv.slice(2);
const log = createLog({ level: 'silent' });
const database = await openPostgres({ url, log });
// No lease expires while its process lives, however busy the machine is: the test expires those of killed processes.
const queue = createQueue({ database, log, leaseMs: 3_600_000 });
const plan = ['A', 'B', 'C'].map((name) => ({ name, suite: undefined }));

console.log('ready');
for (;;) {
  const claim = await claimOne(queue, workerId);
  if (claim) await execute(claim);
  else {
    await queue.requeueExpired({ maxAttempts: 100 });
    const [openRuns] = await database.query<{ count: number }>(
      `SELECT count(*) FROM run WHERE state <> 'finished'`,
    );
    if (openRuns?.count === 0) break;
    await delay(20);
  }
}
await database.close();

async function execute({ run, environment, fence }: Claim) {
  const note = (action: string) =>
    appendFileSync(
      join(folder, environment.code),
      `${JSON.stringify({ action, fence, run: run.id, pid: process.pid })}\n`,
    );
  note('start');
  const renewal = setInterval(() => void queue.renew(run.id, fence).catch(() => undefined), 500);
  try {
    const record = queue.recorder(run.id, fence);
    await record.plan(plan);
    for (const { test, done } of await record.planned()) {
      if (done) continue;
      await record.testStarted(test);
      await delay(Math.random() * 10);
      note(`test ${test.name}`);
      await record.result(newResult(test.name, 'passed'));
    }
    // Written before the run is released: after that, another worker may start.
    note('end');
    await queue.finish(run.id, fence, 'passed');
  } catch (error) {
    if (!isFault(error, 'STALE_FENCE')) throw error;
  } finally {
    clearInterval(renewal);
  }
}
