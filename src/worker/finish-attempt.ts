import { retry } from '../async/retry.ts';
import { isDatabaseOutage, isFault, isTransient, toFault } from '../faults/fault.ts';
import type { Logger } from '../log.ts';
import { type Reason, type Verdict, verdictOf } from '../model/run.ts';
import type { Claim, Queue } from '../queue/queue.ts';
import type { ResultSpool } from '../queue/result-spool.ts';
import type { Results } from '../store/tables/results.ts';
import type { AfterHooksOfRun, RunVerdict } from './after-hooks.ts';
import type { AttemptEnd } from './attempt-outcome.ts';
import type { Lease } from './lease.ts';
import { databaseRetryMs, flushClaim } from './spooling-recorder.ts';

interface Options {
  queue: Queue;
  results: Pick<Results, 'listLatest'>;
  spool: ResultSpool;
  claim: Claim;
  log: Logger;
  lease: Lease;
  settings: { maxAttempts: number; retries: number; retryPauseMs: number };
  onRetry(delayMs: number): void;
  onEngineUnreachable(): void;
  /** Of a run that may have hooks after its tests. */
  hooks: AfterHooksOfRun | undefined;
}

/**
 * Writes how an attempt ended: a verdict, or the run is requeued. While the database is unreachable, retries as long as the lease
 * may hold; after that the process that finds the expired lease requeues the run. Never rejects: errors are logged.
 */
export async function finishAttempt(options: Options, end: AttemptEnd): Promise<void> {
  const { log, lease } = options;
  try {
    await retry(() => write(options, end), {
      shouldRetry(error) {
        const isRetried = isDatabaseOutage(error) && lease.holds();
        if (isRetried) log.error({ err: error }, 'The end of the run could not be written yet');
        return isRetried;
      },
      delayMs: databaseRetryMs,
    });
  } catch (error) {
    if (isFault(error, 'STALE_FENCE')) logStale(log);
    else log.error({ err: error }, 'The end of the run was not written');
  }
}

async function write(options: Options, end: AttemptEnd): Promise<void> {
  const { queue, spool, claim, log, settings } = options;
  const { run, fence, identity } = claim;
  if (end.kind === 'nothing') return logStale(log);
  await flushClaim(queue.recorder(run.id, fence), spool, { runId: run.id, fence, identity });
  if (end.kind === 'requeue') {
    await queue.requeue(run.id, fence);
    log.info('Run requeued');
    return;
  }
  if (end.kind === 'decided') return finish(options, end);
  const judged = end.kind === 'interrupted' ? judgeInterruption(end) : await judge(options, end);
  const { retryReason } = judged;
  if (retryReason?.code === 'ENGINE_UNREACHABLE') options.onEngineUnreachable();
  if (retryReason) {
    const policy =
      end.kind === 'interrupted'
        ? ({ outcome: 'handed-back', limit: settings.maxAttempts - 1, pauseMs: 0 } as const)
        : ({ outcome: 'broken', limit: settings.retries, pauseMs: settings.retryPauseMs } as const);
    const delayMs = await queue.retry(run.id, fence, retryReason, policy);
    if (delayMs !== undefined) {
      log.info({ reason: retryReason, pauseMs: delayMs }, 'Run will be retried');
      return options.onRetry(delayMs);
    }
  }
  if (end.kind === 'results' && judged.failed > 0) {
    const repeated = await queue.retryFailed(run.id, fence);
    if (repeated !== undefined) {
      log.info({ tests: repeated }, 'Failed tests will be retried');
      return options.onRetry(0);
    }
  }
  const { verdict, reason } =
    end.kind === 'results' && end.maxFailures !== undefined
      ? await skipRest(options, end.maxFailures)
      : judged;
  await finish(options, { verdict, reason });
}

/** Executes the hooks after the tests, and writes the verdict. */
async function finish(options: Options, tests: RunVerdict): Promise<void> {
  const { queue, claim, log, hooks } = options;
  const { run, fence } = claim;
  let end = tests;
  await hooks?.decide(tests);
  try {
    if (hooks) end = await hooks.execute(tests);
  } catch (error) {
    // Also when the lease was lost for a moment, and with it the right to execute them: they are not tried again in this claim.
    if (isFault(error, 'STALE_FENCE')) throw error;
    if (await requeueForHooks(options, error)) return;
  }
  await queue.finish(run.id, fence, end.verdict, end.reason);
  log.info({ verdict: end.verdict, reason: end.reason }, 'Run finished');
}

/**
 * Requeues a run whose hooks after the tests could not be executed, for an attempt that executes only those. False when it had too many:
 * then the hooks are given up.
 */
async function requeueForHooks(options: Options, error: unknown): Promise<boolean> {
  const { queue, claim, log, settings } = options;
  const { run, fence } = claim;
  if (isFault(error, 'WORKER_STOPPED')) {
    await queue.requeue(run.id, fence);
    log.info('Run requeued; hooks after its tests are left');
    return true;
  }
  const { code, message } = toFault(error);
  if (code === 'ENGINE_UNREACHABLE') options.onEngineUnreachable();
  const isLoss = isFault(error, 'LOCK_LOST', 'LOCK_STORE_UNREACHABLE', 'DATABASE_UNREACHABLE');
  const delayMs = await queue.retry(
    run.id,
    fence,
    { code, message },
    {
      outcome: 'handed-back',
      limit: 2 * settings.maxAttempts - 1,
      // What the worker lost says nothing about the hooks.
      pauseMs: isLoss ? 0 : settings.retryPauseMs,
    },
  );
  if (delayMs !== undefined) {
    log.warn({ code, message, pauseMs: delayMs }, 'The hooks after the tests will be tried again');
    options.onRetry(delayMs);
    return true;
  }
  await queue.recorder(run.id, fence).hooks.giveUp({ code, message });
  log.error({ code, message }, 'The hooks after the tests were given up');
  return false;
}

interface Judgement {
  verdict: Verdict;
  reason?: Reason | undefined;
  /** Why a retry may give another verdict. */
  retryReason?: Reason | undefined;
  /** The number of failed tests, as far as it was read. */
  failed: number;
}

/** Records the tests that were not executed because too many failed, and judges the run without them. */
async function skipRest(options: Options, maxFailures: number): Promise<Judgement> {
  const { queue, claim } = options;
  const message = `Not executed: ${maxFailures === 1 ? '1 test has' : `${maxFailures} tests have`} failed, the most that the run allows.`;
  await queue.skipRest(claim.run.id, claim.fence, { code: 'MAX_FAILURES_REACHED', message });
  return judge(options, { kind: 'results' });
}

/**
 * An interruption says nothing about the run. It is retried, but not indefinitely: the run may be what costs the worker its locks.
 */
function judgeInterruption({ reason }: { reason: Reason }): Judgement {
  return { verdict: 'broken', reason, retryReason: reason, failed: 0 };
}

async function judge(
  { queue, results, claim: { run, fence } }: Options,
  end: Extract<AttemptEnd, { kind: 'results' | 'verdict' }>,
): Promise<Judgement> {
  if (end.kind === 'verdict') {
    const { verdict, reason } = end;
    return {
      verdict,
      reason,
      retryReason: reason && isTransient(reason.code) ? reason : undefined,
      failed: 0,
    };
  }
  const counts = await queue.counts(run.id);
  if (counts === undefined) {
    const message = `Run ${run.id} ended without a plan, so nothing was executed.`;
    return { verdict: 'broken', reason: { code: 'INTERNAL', message }, failed: 0 };
  }
  const { failed } = counts;
  const isMarked = failed > 0 && (await queue.markQuarantined(run.id, fence));
  const verdict = verdictOf((isMarked ? await queue.counts(run.id) : undefined) ?? counts);
  // Tests that were not executed need no retry when too many failed.
  if (verdict !== 'broken' || end.maxFailures !== undefined) return { verdict, failed };
  const latest = await results.listLatest(run.id);
  const transient = latest.find(({ reason }) => reason && isTransient(reason.code));
  return { verdict, retryReason: transient?.reason, failed };
}

function logStale(log: Logger): void {
  log.warn('Another worker has the run now; nothing more was written');
}
