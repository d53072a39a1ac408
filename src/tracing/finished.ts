import type { Run } from '../model/run.ts';
import type { Attempt } from '../store/tables/attempts.ts';
import { attemptSpanId, type Emit, newSpanId, type Trace } from './span.ts';

/**
 * Emits the spans of a finished run: of the run itself, of each time that it waited in the queue, and of attempts whose workers were
 * lost, which could not emit them. Times are those of the database.
 */
export function emitFinished(run: Run, attempts: readonly Attempt[], trace: Trace, emit: Emit): void {
  const { traceId, spanId, parentId } = trace;
  const finishedAt = (run.finishedAt ?? new Date()).getTime();
  let queuedSince = run.queuedAt.getTime();
  // Earlier attempts were emitted when the run finished for the first time.
  const since = attempts.filter(({ attempt }) => attempt > run.retriedAfter);
  for (const { attempt, workerId, startedAt, endedAt, outcome, reason } of since) {
    emitQueued(queuedSince, startedAt.getTime());
    queuedSince = endedAt?.getTime() ?? finishedAt;
    if (outcome !== 'lost') continue;
    emit({
      traceId,
      id: attemptSpanId(trace, attempt),
      parentId: spanId,
      name: `attempt ${attempt}`,
      startedAt: startedAt.getTime(),
      endedAt: queuedSince,
      attributes: {
        'matre.run.id': run.id,
        'matre.environment': run.environmentCode,
        'matre.attempt': attempt,
        'matre.worker': workerId,
        'matre.attempt.outcome': outcome,
      },
      error: reason?.code ?? outcome,
    });
  }
  // Only for a run that was cancelled while it was queued: otherwise its last attempt ended at the same moment.
  emitQueued(queuedSince, finishedAt);
  emit({
    traceId,
    id: spanId,
    parentId,
    name: 'run',
    startedAt: run.queuedAt.getTime(),
    endedAt: finishedAt,
    attributes: describeRun(run),
    error:
      run.verdict === 'broken'
        ? (run.reason?.code ?? 'broken')
        : run.verdict === 'failed'
          ? 'failed'
          : undefined,
  });

  function emitQueued(from: number, to: number): void {
    if (to <= from) return;
    emit({
      traceId,
      id: newSpanId(),
      parentId: spanId,
      name: 'queued',
      startedAt: from,
      endedAt: to,
      attributes: {},
    });
  }
}

function describeRun(run: Run) {
  const { planned, passed, failed, broken, skipped, flaky, quarantined } = run.counts;
  return {
    'matre.run.id': run.id,
    'matre.environment': run.environmentCode,
    'matre.run.verdict': run.verdict,
    'matre.run.attempts': run.attempt,
    'matre.run.requested_by': requesterKindOf(run),
    'matre.run.commit': run.commit?.id,
    'matre.run.retry_of': run.retryOf,
    'matre.tests.planned': planned,
    'matre.tests.passed': passed,
    'matre.tests.failed': failed,
    'matre.tests.broken': broken,
    'matre.tests.skipped': skipped,
    'matre.tests.flaky': flaky,
    'matre.tests.quarantined': quarantined,
  };
}

/** The kind of principal that requested a run, without its name. */
function requesterKindOf({ requestedBy, scheduleId }: Run): 'schedule' | 'cli' | 'api' | 'token' | 'user' {
  if (scheduleId !== undefined || requestedBy.startsWith('schedule ')) return 'schedule';
  if (requestedBy.startsWith('cli:')) return 'cli';
  if (requestedBy === 'api') return 'api';
  return requestedBy.startsWith('token ') ? 'token' : 'user';
}
