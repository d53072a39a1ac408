import { describe, expect, it } from 'vitest';
import { Fault, type FaultCode } from '../faults/fault.ts';
import { judgeRunnerEnd, type RunnerEnd } from './attempt-outcome.ts';
import { Cancelled } from './runner.ts';

const never = new AbortController().signal;
const finished: RunnerEnd = { outcome: { kind: 'finished' } };
const fault = (code: FaultCode) => new Fault(code, code);
const broken = (code: FaultCode) => ({ kind: 'verdict', verdict: 'broken', reason: { code, message: code } });

describe('how a run ends', () => {
  it('follows from the results when the runner finished', () => {
    expect(judgeRunnerEnd(finished, never)).toEqual({ kind: 'results' });
  });

  it('follows from the outcome of the runner', () => {
    const reason = { code: 'IMAGE_MISSING', message: 'x' } as const;
    expect(judgeRunnerEnd({ outcome: { kind: 'requeue' } }, never)).toEqual({ kind: 'requeue' });
    expect(judgeRunnerEnd({ outcome: { kind: 'broken', reason } }, never)).toEqual({
      kind: 'verdict',
      verdict: 'broken',
      reason,
    });
  });

  it('is broken by a fault and by an unknown error', () => {
    expect(judgeRunnerEnd({ error: fault('IMAGE_MISSING') }, never)).toEqual(broken('IMAGE_MISSING'));
    for (const error of [new Error('x'), 'x', undefined, null]) {
      expect(judgeRunnerEnd({ error }, never)).toMatchObject({
        verdict: 'broken',
        reason: { code: 'INTERNAL' },
      });
    }
  });

  it('follows from an abort, whatever the outcome of the runner', () => {
    for (const end of [finished, { error: fault('IMAGE_MISSING') }]) {
      expect(judgeRunnerEnd(end, AbortSignal.abort(new Cancelled()))).toEqual({
        kind: 'verdict',
        verdict: 'cancelled',
      });
      expect(judgeRunnerEnd(end, AbortSignal.abort(fault('STALE_FENCE')))).toEqual({ kind: 'nothing' });
      expect(judgeRunnerEnd(end, AbortSignal.abort(fault('WORKER_STOPPED')))).toEqual({
        kind: 'requeue',
      });
    }
  });

  it.each(['LOCK_LOST', 'LOCK_STORE_UNREACHABLE', 'DATABASE_UNREACHABLE'] as const)(
    'is an interruption by %s, which says nothing about the run',
    (code) => {
      const interrupted = { kind: 'interrupted', reason: { code, message: code } };
      expect(judgeRunnerEnd(finished, AbortSignal.abort(fault(code)))).toEqual(interrupted);
      expect(judgeRunnerEnd({ error: fault(code) }, never)).toEqual(interrupted);
    },
  );
});
