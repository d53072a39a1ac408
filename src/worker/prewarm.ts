import { runPeriodically, type Service } from '../async/interval.ts';
import { Fault, isFault } from '../faults/fault.ts';
import { type LockStore, lockNames } from '../locks/lock.ts';
import type { Logger } from '../log.ts';
import type { Environment } from '../model/environment.ts';

/**
 * While all slots of a process are busy, prewarms the container of an environment whose run waits for a slot, so that the run finds
 * it ready. It never delays a run: it only tries the execution lock, without waiting for it, and prewarms one container at a time.
 */
export function startPrewarming(deps: {
  /** Whether a run would have to wait for a slot of this process. */
  busy(): boolean;
  /** The environments whose next run could start now, in their order. */
  waiting(): Promise<readonly Environment[]>;
  prewarm(environment: Environment, signal: AbortSignal): Promise<void>;
  locks: LockStore;
  log: Logger;
  /** Between checks for waiting environments. */
  everyMs: number;
}): Service {
  const { busy, waiting, prewarm, locks, log, everyMs } = deps;
  const stopping = new AbortController();
  /** Waiting environments that were prewarmed, or could not be: each is tried once while it waits. */
  const tried = new Set<number>();

  async function prewarmLocked(environment: Environment): Promise<void> {
    const owner = `prewarm, process ${process.pid}`;
    const execution = await locks.tryAcquire(lockNames.execution(environment.id), { owner });
    if (!execution) return;
    const signal = AbortSignal.any([stopping.signal, execution.lost]);
    try {
      await prewarm(environment, signal);
    } finally {
      await execution.release();
    }
  }

  const interval = runPeriodically(async () => {
    if (!busy()) return;
    try {
      const environments = await waiting();
      for (const id of tried) if (!environments.some((one) => one.id === id)) tried.delete(id);
      const next = environments.find(({ id }) => !tried.has(id));
      if (!next) return;
      tried.add(next.id);
      await prewarmLocked(next);
    } catch (error) {
      // A fault that persists is reported by the run itself.
      const isExpected = isFault(error) || stopping.signal.aborted;
      log[isExpected ? 'debug' : 'warn']({ err: error }, 'A container could not be prewarmed');
    }
  }, everyMs);
  return {
    async stop() {
      stopping.abort(new Fault('WORKER_STOPPED', 'The worker stops.'));
      await interval.stop();
    },
  };
}
