import { AsyncLocalStorage } from 'node:async_hooks';
import type { Logger } from '../log.ts';
import type { Runner } from './runner.ts';

/** A log for parts that runs share: what they say while they work for a run says which run, environment and worker it is about. */
export function createRunLog(log: Logger): { log: Logger; named(runner: Runner): Runner } {
  const current = new AsyncLocalStorage<Logger>();
  return {
    log: new Proxy(log, { get: (own, name) => Reflect.get(current.getStore() ?? own, name) }),
    named: (runner) => (job) => current.run(job.log, () => runner(job)),
  };
}
