import { runPeriodically } from '../async/interval.ts';
import { Fault, isFault } from '../faults/fault.ts';
import { type LockStore, lockNames } from '../locks/lock.ts';
import type { Logger } from '../log.ts';
import type { Environment } from '../model/environment.ts';

/**
 * While all slots of a process are busy, makes the container ready of an environment that waits for one of them, so that its
 * run finds it there. It keeps out of the way: the lock of the execution is only tried, and one container is made at a time.
 */
export function startPrewarming(deps: {
  /** Whether a run would have to wait for a slot of this process. */
  busy(): boolean;
  /** The environments whose next run could start now, the first first. */
  waiting(): Promise<readonly Environment[]>;
  prewarm(environment: Environment, signal: AbortSignal): Promise<void>;
  locks: LockStore;
  log: Logger;
  /** Between looks. */
  everyMs: number;
}): { stop(): Promise<void> } {
  const { busy, waiting, prewarm: makeReady, locks, log, everyMs } = deps;
  const stopping = new AbortController();
  /** Those that were made ready, or could not be, since they began to wait. */
  const seen = new Set<number>();

  async function prepare(environment: Environment): Promise<void> {
    const owner = `ahead, process ${process.pid}`;
    const execution = await locks.tryAcquire(lockNames.execution(environment.id), { owner });
    if (!execution) return;
    const signal = AbortSignal.any([stopping.signal, execution.lost]);
    try {
      await makeReady(environment, signal);
    } finally {
      await execution.release();
    }
  }

  const repeated = runPeriodically(async () => {
    if (!busy()) return;
    try {
      const environments = await waiting();
      for (const id of seen) if (!environments.some((one) => one.id === id)) seen.delete(id);
      const next = environments.find(({ id }) => !seen.has(id));
      if (!next) return;
      seen.add(next.id);
      await prepare(next);
    } catch (error) {
      // The run itself will say so, if it is still true then.
      const known = isFault(error) || stopping.signal.aborted;
      log[known ? 'debug' : 'warn']({ err: error }, 'No container could be made ahead');
    }
  }, everyMs);
  return {
    async stop() {
      stopping.abort(new Fault('WORKER_STOPPED', 'The worker stops.'));
      await repeated.stop();
    },
  };
}
