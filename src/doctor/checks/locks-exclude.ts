import { randomUUID } from 'node:crypto';
import { type LockAnswer, type ProbeAnswer, probeLockPrefix } from '../../store/tables/probes.ts';
import type { WorkerProcess } from '../../store/tables/workers.ts';
import { type Check, type Finding, ok, problem, unknown } from '../check.ts';
import type { CheckContext } from '../check-context.ts';
import { limitsOf } from '../limits.ts';
import { askWorkers, type WorkerReplies } from '../probes/ask-workers.ts';
import { probeContention } from '../probes/contention-probe.ts';

/** Proves exclusion: this process acquires a lock, and every other process that executes runs tries to acquire it too. */
export const locksExclude: Check = {
  name: 'locks-exclude',
  labels: { subject: 'the locks', ok: 'locks work', problem: 'locks are not proven to work' },
  description:
    'a lock that this process holds, and that a second process and each live worker try to acquire',
  symptoms: [
    'several runs at once on one environment',
    'Redis is configured, but its client is not installed, and locks fall back to files',
    'LOCK_DSN is not set, or is flock or semaphore: no lock store that all containers share',
  ],
  codes: ['LOCK_STORE_UNREACHABLE', 'LOCK_STORE_NOT_SHARED', 'WORKER_LOST'],

  async run(context) {
    const { locks, workers } = context;
    await locks.check();
    const lock = `${probeLockPrefix}${randomUUID()}`;
    const lease = await locks.acquire(lock, { owner: `doctor, process ${process.pid}` });
    try {
      const live = (await workers.list()).filter(({ alive }) => alive);
      const [processFinding, replies] = await Promise.all([
        probeProcess(context, lock),
        askWorkers(
          context,
          live,
          { lock },
          (answer: ProbeAnswer): answer is LockAnswer => 'lock' in answer && answer.lock === lock,
        ),
      ]);
      lease.assertHeld();
      return [processFinding, ...live.map((worker) => judge(worker, replies))];
    } finally {
      await lease.release();
    }
  },
};

async function probeProcess({ config, locks, database }: CheckContext, lock: string): Promise<Finding> {
  const { dsn } = config.locks;
  const redis = locks.kind === 'redis' && dsn !== undefined;
  if (!redis && database.kind !== 'embedded') {
    return unknown('Locks are in the memory of this process, so a second process cannot try them.');
  }
  const timeoutMs = limitsOf(config).processMs;
  const target = redis ? { dsn, lock, timeoutMs } : { folder: config.store.dataFolder };
  const outcome = await probeContention(target, { timeoutMs });
  const subject = redis ? `the lock ${lock} in Redis` : `the data folder ${config.store.dataFolder}`;
  if (outcome === 'too-slow') {
    return unknown(
      `A second process had not tried ${subject} after ${timeoutMs / 1000} s: this machine is busy.`,
    );
  }
  if (outcome === 'refused') {
    return ok(
      `A second process was refused ${subject}${redis ? '' : '; within one process, locks in memory are enough'}.`,
    );
  }
  return problem(
    'LOCK_STORE_NOT_SHARED',
    `A second process acquired ${subject}, although this one holds it.`,
  );
}

function judge({ id }: WorkerProcess, { byWorker, waitedMs, alive }: WorkerReplies<LockAnswer>): Finding {
  const answer = byWorker.get(id);
  if (answer === undefined) {
    const message = `Worker ${id} did not answer within ${waitedMs / 1000} s whether it is refused the lock.`;
    if (alive.has(id)) return unknown(`${message} It is alive; it is busy, or runs an older version.`, id);
    const remedy = 'Check its log; restart it if it hangs, or if it runs an older version.';
    return problem('WORKER_LOST', message, { about: id, remedy });
  }
  if (answer.outcome === 'refused') return ok('The worker was refused the lock.', id);
  if (answer.outcome === 'taken') {
    const message = `Worker ${id} acquired a lock that this process holds: they do not use the same lock store.`;
    const remedy =
      'Set the same LOCK_DSN for all processes (`matre config` shows it), and restart that worker.';
    return problem('LOCK_STORE_NOT_SHARED', message, { about: id, remedy });
  }
  const message = `Worker ${id} could not try the lock: ${answer.message}`;
  return problem('LOCK_STORE_UNREACHABLE', message, { about: id });
}
