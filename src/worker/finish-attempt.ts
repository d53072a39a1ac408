import { pause } from '../async/wake-signal.ts';
import { isFault, isPassing } from '../faults/fault.ts';
import type { Logger } from '../log.ts';
import { type Reason, type Verdict, verdictOf } from '../model/run.ts';
import type { Claim, Queue } from '../queue/queue.ts';
import type { WaitingResults } from '../queue/result-spool.ts';
import type { Database } from '../store/database/database.ts';
import { createResults } from '../store/tables/results.ts';
import type { Ending } from './attempt-outcome.ts';
import type { Lease } from './lease.ts';
import { writeWaiting } from './spooling-recorder.ts';

interface Options {
  queue: Queue;
  database: Database;
  waiting: WaitingResults;
  claim: Claim;
  log: Logger;
  lease: Lease;
  settings: { maxAttempts: number; retries: number; retryPauseMs: number };
  onTriedAgain(pauseMs: number): void;
  onEngineAway(): void;
}

/** Between tries, while the database is away. */
const againMs = 500;

/**
 * Writes how an attempt ended: a verdict, or back to the queue. While the database is away, again and again as long as the
 * lease may hold; after that the run is taken up by whoever finds its lease expired.
 */
export async function conclude(options: Options, ending: Ending): Promise<void> {
  const { log, lease } = options;
  for (;;) {
    try {
      return await write(options, ending);
    } catch (error) {
      if (isFault(error, 'STALE_FENCE')) return sayStale(log);
      const again = isFault(error, 'DATABASE_UNREACHABLE') && lease.holds();
      log.error(
        { err: error },
        again ? 'The end of the run could not be written yet' : 'The end of the run was not written',
      );
      if (!again) return;
      await pause(againMs, new AbortController().signal);
    }
  }
}

async function write(options: Options, ending: Ending): Promise<void> {
  const { queue, waiting, claim, log, settings, onTriedAgain } = options;
  const { run, fence } = claim;
  if (ending.kind === 'nothing') return sayStale(log);
  await writeWaiting(queue.recorder(run.id, fence), waiting, { runId: run.id, fence });
  if (ending.kind === 'hand-back') {
    await queue.handBack(run.id, fence);
    log.info('Run handed back');
    return;
  }
  const { verdict, reason, again } =
    ending.kind === 'interrupted' ? interrupted(ending) : await judge(options, ending);
  if (again?.code === 'ENGINE_UNREACHABLE') options.onEngineAway();
  if (again) {
    const limits =
      ending.kind === 'interrupted'
        ? ({ outcome: 'handed-back', limit: settings.maxAttempts - 1, pauseMs: 0 } as const)
        : ({ outcome: 'broken', limit: settings.retries, pauseMs: settings.retryPauseMs } as const);
    const pauseMs = await queue.tryAgain(run.id, fence, again, limits);
    if (pauseMs !== undefined) {
      log.info({ reason: again, pauseMs }, 'Run is tried again');
      return onTriedAgain(pauseMs);
    }
  }
  await queue.finish(run.id, fence, verdict, reason);
  log.info({ verdict, reason }, 'Run finished');
}

interface Judgement {
  verdict: Verdict;
  reason?: Reason | undefined;
  /** Why another try may give a better answer. */
  again?: Reason | undefined;
}

/** Says nothing about the run. It is tried again, but not for ever: it may be the run that costs the worker its locks. */
function interrupted({ reason }: { reason: Reason }): Judgement {
  return { verdict: 'broken', reason, again: reason };
}

async function judge(
  { queue, database, claim: { run } }: Options,
  ending: Extract<Ending, { kind: 'results' | 'verdict' }>,
): Promise<Judgement> {
  if (ending.kind === 'verdict') {
    const { verdict, reason } = ending;
    return { verdict, reason, again: reason && isPassing(reason.code) ? reason : undefined };
  }
  const counts = await queue.counts(run.id);
  if (counts === undefined) {
    const message = `Run ${run.id} ended without a plan, so nothing was executed.`;
    return { verdict: 'broken', reason: { code: 'INTERNAL', message } };
  }
  const verdict = verdictOf(counts);
  if (verdict !== 'broken') return { verdict };
  const results = await createResults({ database }).listLatest(run.id);
  const worthIt = results.filter(({ reason }) => reason && isPassing(reason.code));
  return { verdict, again: worthIt[0]?.reason };
}

function sayStale(log: Logger): void {
  log.warn('Another worker has the run now; nothing more was written');
}
