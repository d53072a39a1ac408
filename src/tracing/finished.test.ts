import { expect, it } from 'vitest';
import { finishedRun } from '../../test/support/reported-run.ts';
import type { Run } from '../model/run.ts';
import { emptySelection } from '../model/selection.ts';
import type { Attempt } from '../store/tables/attempts.ts';
import { emitFinished } from './finished.ts';
import { attemptSpanId, type Span, traceOf } from './span.ts';

const second = (number: number) => new Date(1_700_000_000_000 + number * 1_000);
const trace = traceOf('here', 7, undefined);

const run = finishedRun({
  ...{ environmentId: 1, selection: emptySelection, commit: undefined },
  ...{ attempt: 2, fence: 2, workerId: 'host/1/1', requestedBy: 'cli:alice' },
  ...{ queuedAt: second(0), startedAt: second(5), finishedAt: second(30) },
});
const attempt = (number: number, from: number, to: number, outcome: Attempt['outcome']): Attempt => ({
  runId: 7,
  attempt: number,
  fence: number,
  workerId: `host/${number}/1`,
  startedAt: second(from),
  endedAt: second(to),
  outcome,
  reason: outcome === 'lost' ? { code: 'WORKER_LOST', message: 'alice knows why' } : undefined,
});

function emitted(finished: Run, attempts: Attempt[]): Span[] {
  const spans: Span[] = [];
  emitFinished(finished, attempts, trace, (span) => spans.push(span));
  return spans;
}

it('emits spans of a run, of each time that it was queued, and of the attempt whose worker was lost', () => {
  const spans = emitted(run, [attempt(1, 5, 12, 'lost'), attempt(2, 15, 30, 'finished')]);
  const shown = spans.map(({ name, parentId, startedAt, endedAt, error }) => {
    return [name, parentId === trace.spanId, startedAt / 1_000 - 1.7e9, endedAt / 1_000 - 1.7e9, error];
  });
  expect(shown).toEqual([
    ['queued', true, 0, 5, undefined],
    ['attempt 1', true, 5, 12, 'WORKER_LOST'],
    ['queued', true, 12, 15, undefined],
    ['run', false, 0, 30, undefined],
  ]);
  expect(spans[1]?.id).toBe(attemptSpanId(trace, 1));
  expect(spans.at(-1)).toMatchObject({
    id: trace.spanId,
    attributes: { 'matre.run.requested_by': 'cli', 'matre.run.attempts': 2, 'matre.run.verdict': 'passed' },
  });
  // The kind of requester, without its name.
  expect(JSON.stringify(spans)).not.toContain('alice');
});

it('emits spans of a run that was cancelled while it was queued', () => {
  const spans = emitted({ ...run, verdict: 'cancelled', attempt: 0, finishedAt: second(3) }, []);
  expect(spans.map(({ name, error }) => [name, error])).toEqual([
    ['queued', undefined],
    ['run', undefined],
  ]);
});

it('has a separate trace for each run, the same in every process', () => {
  expect(traceOf('here', 7, undefined)).toEqual(trace);
  expect(traceOf('here', 8, undefined).traceId).not.toBe(trace.traceId);
  expect(traceOf('there', 7, undefined).traceId).not.toBe(trace.traceId);
  const parent = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), sampled: true };
  expect(traceOf('here', 7, parent)).toEqual({
    traceId: parent.traceId,
    parentId: parent.spanId,
    spanId: trace.spanId,
  });
});
