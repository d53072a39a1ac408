import { AsyncLocalStorage } from 'node:async_hooks';
import type { Logger } from '../log.ts';
import type { Runner } from './runner.ts';

/**
 * A log for parts that several runs share. Lines that they write while they work for a run carry the run, its environment and its
 * worker.
 */
export interface RunLog {
  log: Logger;
  /** The same runner; lines that are written during it name its run. */
  named(runner: Runner): Runner;
}

export function createRunLog(log: Logger): RunLog {
  const current = new AsyncLocalStorage<Logger>();
  return {
    log: new Proxy(log, { get: (target, name) => Reflect.get(current.getStore() ?? target, name) }),
    named: (runner) => (job) => current.run(job.log, () => runner(job)),
  };
}
