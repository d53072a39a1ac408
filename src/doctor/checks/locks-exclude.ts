import { randomUUID } from 'node:crypto';
import { type LockAnswer, type ProbeAnswer, probeLockPrefix } from '../../store/tables/probes.ts';
import type { WorkerProcess } from '../../store/tables/workers.ts';
import { type Check, type Finding, ok, problem, unknown } from '../check.ts';
import type { CheckContext } from '../check-context.ts';
import { limitsOf } from '../limits.ts';
import { askWorkers, type WorkerAnswers } from '../probes/ask-workers.ts';
import { probeContention } from '../probes/contention-probe.ts';

/** The proof itself: a lock is taken here, and everybody else who could execute runs tries to get it. */
export const locksExclude: Check = {
  name: 'locks-exclude',
  description: 'a lock that is held here, which another process and each live worker try to take',
  symptoms: [
    'several runs at once on one environment',
    'Redis is configured, but its client is not installed, and locks fall back to files',
    'LOCK_DSN is not set, or says flock or semaphore: no lock store that all containers share',
  ],
  codes: ['LOCK_STORE_UNREACHABLE', 'LOCK_STORE_NOT_SHARED', 'WORKER_LOST'],

  async run(context) {
    const { locks, workers } = context;
    await locks.check();
    const lock = `${probeLockPrefix}${randomUUID()}`;
    const held = await locks.acquire(lock, { owner: `doctor, process ${process.pid}` });
    try {
      const live = (await workers.list()).filter(({ alive }) => alive);
      const [process, answers] = await Promise.all([
        probeProcess(context, lock),
        askWorkers(
          context,
          live,
          { lock },
          (given: ProbeAnswer): given is LockAnswer => 'lock' in given && given.lock === lock,
        ),
      ]);
      held.assertHeld();
      return [process, ...live.map((worker) => judge(worker, answers))];
    } finally {
      await held.release();
    }
  },
};

async function probeProcess({ config, locks, database }: CheckContext, lock: string): Promise<Finding> {
  const { dsn } = config.locks;
  const redis = locks.kind === 'redis' && dsn !== undefined;
  if (!redis && database.kind !== 'embedded') {
    return unknown('The locks of this process are its own, and were not tried from another.');
  }
  const timeoutMs = limitsOf(config).processMs;
  const intrusion = redis ? { dsn, lock, timeoutMs } : { folder: config.store.dataFolder };
  const outcome = await probeContention(intrusion, { timeoutMs });
  const what = redis ? `the lock ${lock} in Redis` : `the data folder ${config.store.dataFolder}`;
  if (outcome === 'too-slow') {
    return unknown(
      `Another process had not tried ${what} after ${timeoutMs / 1000} s: this machine is busy.`,
    );
  }
  if (outcome === 'refused') {
    return ok(
      `Another process was refused ${what}${redis ? '' : '; within one, locks in memory are enough'}.`,
    );
  }
  return problem('LOCK_STORE_NOT_SHARED', `Another process was given ${what}, though this one holds it.`);
}

function judge({ id }: WorkerProcess, { byWorker, waitedMs, alive }: WorkerAnswers<LockAnswer>): Finding {
  const answer = byWorker.get(id);
  if (answer === undefined) {
    const message = `Worker ${id} did not say within ${waitedMs / 1000} s whether the lock keeps it out.`;
    if (alive.has(id)) return unknown(`${message} It is alive, and busy or of an older version.`, id);
    const remedy = 'Look at its log; restart it if it hangs, or if it is of an older version.';
    return problem('WORKER_LOST', message, { about: id, remedy });
  }
  if (answer.outcome === 'refused') return ok('It was refused the lock.', id);
  if (answer.outcome === 'taken') {
    const message = `Worker ${id} was given a lock that this process holds: they do not use the same lock store.`;
    const remedy = 'Give all processes the same LOCK_DSN (`matre config` shows it), and restart that worker.';
    return problem('LOCK_STORE_NOT_SHARED', message, { about: id, remedy });
  }
  const message = `Worker ${id} could not try the lock: ${answer.message}`;
  return problem('LOCK_STORE_UNREACHABLE', message, { about: id });
}
