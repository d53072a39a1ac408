import type { Context } from '../operations/core/context.ts';
import type { ResultSpool } from '../queue/result-spool.ts';
import type { Tracing } from '../tracing/tracing.ts';
import type { RunLog } from '../worker/run-log.ts';
import { createWorkers, type Workers } from '../worker/worker.ts';
import type { ContainerParts } from './containers/containers.ts';

/** The workers of this process, not started. Their runner logs to the log of its run, and is traced if there is a collector. */
export function createAppWorkers(deps: {
  context: Context;
  hostname: string;
  containers: ContainerParts;
  spool: ResultSpool;
  tracing: Tracing | undefined;
  runLog: RunLog;
}): Workers {
  const { context, containers, spool, tracing, runLog } = deps;
  const { config, locks, log, queue, results } = context;
  const { leaseMs, maxAttempts, retries, retryPauseMs, slots } = config.worker;
  const { runner, afterHooks, engineAnswers, sessionCapacity } = containers;
  return createWorkers({
    queue,
    results,
    locks,
    spool,
    runner: runLog.named(tracing?.traced(runner) ?? runner),
    afterHooks,
    engineAnswers,
    sessionCapacity,
    log,
    slots,
    host: deps.hostname,
    settings: { leaseMs, maxAttempts, retries, retryPauseMs },
  });
}
