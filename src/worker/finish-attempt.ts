import { delay } from '../async/delay.ts';
import { isFault, isTransient } from '../faults/fault.ts';
import type { Logger } from '../log.ts';
import { type Reason, type Verdict, verdictOf } from '../model/run.ts';
import type { Claim, Queue } from '../queue/queue.ts';
import type { ResultSpool } from '../queue/result-spool.ts';
import type { Database } from '../store/database/database.ts';
import { createResults } from '../store/tables/results.ts';
import type { AttemptEnd } from './attempt-outcome.ts';
import type { Lease } from './lease.ts';
import { flushClaim } from './spooling-recorder.ts';

interface Options {
  queue: Queue;
  database: Database;
  spool: ResultSpool;
  claim: Claim;
  log: Logger;
  lease: Lease;
  settings: { maxAttempts: number; retries: number; retryPauseMs: number };
  onRetry(delayMs: number): void;
  onEngineAway(): void;
}

/** Between tries, while the database is away. */
const retryMs = 500;

/**
 * Writes how an attempt ended: a verdict, or back to the queue. While the database is away, again and again as long as the
 * lease may hold; after that the run is taken up by whoever finds its lease expired.
 */
export async function finishAttempt(options: Options, end: AttemptEnd): Promise<void> {
  const { log, lease } = options;
  for (;;) {
    try {
      return await write(options, end);
    } catch (error) {
      if (isFault(error, 'STALE_FENCE')) return logStale(log);
      const retryReason = isFault(error, 'DATABASE_UNREACHABLE') && lease.holds();
      log.error(
        { err: error },
        retryReason ? 'The end of the run could not be written yet' : 'The end of the run was not written',
      );
      if (!retryReason) return;
      await delay(retryMs, new AbortController().signal);
    }
  }
}

async function write(options: Options, end: AttemptEnd): Promise<void> {
  const { queue, spool: waiting, claim, log, settings, onRetry: onTriedAgain } = options;
  const { run, fence } = claim;
  if (end.kind === 'nothing') return logStale(log);
  await flushClaim(queue.recorder(run.id, fence), waiting, { runId: run.id, fence });
  if (end.kind === 'requeue') {
    await queue.requeue(run.id, fence);
    log.info('Run handed back');
    return;
  }
  const { verdict, reason, retryReason } =
    end.kind === 'interrupted' ? interrupted(end) : await judge(options, end);
  if (retryReason?.code === 'ENGINE_UNREACHABLE') options.onEngineAway();
  if (retryReason) {
    const limits =
      end.kind === 'interrupted'
        ? ({ outcome: 'handed-back', limit: settings.maxAttempts - 1, pauseMs: 0 } as const)
        : ({ outcome: 'broken', limit: settings.retries, pauseMs: settings.retryPauseMs } as const);
    const delayMs = await queue.retry(run.id, fence, retryReason, limits);
    if (delayMs !== undefined) {
      log.info({ reason: retryReason, pauseMs: delayMs }, 'Run is tried again');
      return onTriedAgain(delayMs);
    }
  }
  await queue.finish(run.id, fence, verdict, reason);
  log.info({ verdict, reason }, 'Run finished');
}

interface Judgement {
  verdict: Verdict;
  reason?: Reason | undefined;
  /** Why another try may give a better answer. */
  retryReason?: Reason | undefined;
}

/** Says nothing about the run. It is tried again, but not for ever: it may be the run that costs the worker its locks. */
function interrupted({ reason }: { reason: Reason }): Judgement {
  return { verdict: 'broken', reason, retryReason: reason };
}

async function judge(
  { queue, database, claim: { run } }: Options,
  end: Extract<AttemptEnd, { kind: 'results' | 'verdict' }>,
): Promise<Judgement> {
  if (end.kind === 'verdict') {
    const { verdict, reason } = end;
    return { verdict, reason, retryReason: reason && isTransient(reason.code) ? reason : undefined };
  }
  const counts = await queue.counts(run.id);
  if (counts === undefined) {
    const message = `Run ${run.id} ended without a plan, so nothing was executed.`;
    return { verdict: 'broken', reason: { code: 'INTERNAL', message } };
  }
  const verdict = verdictOf(counts);
  if (verdict !== 'broken') return { verdict };
  const results = await createResults({ database }).listLatest(run.id);
  const worthIt = results.filter(({ reason }) => reason && isTransient(reason.code));
  return { verdict, retryReason: worthIt[0]?.reason };
}

function logStale(log: Logger): void {
  log.warn('Another worker has the run now; nothing more was written');
}
