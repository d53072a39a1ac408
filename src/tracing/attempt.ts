import { toFault } from '../faults/fault.ts';
import type { RunPhase } from '../model/run.ts';
import type { PlannedTest } from '../model/selection.ts';
import type { NewResult, Recorder } from '../queue/recorder.ts';
import { Cancelled, type Job, type Outcome } from '../worker/runner.ts';
import { type Attributes, attemptSpanId, type Emit, newSpanId, type Span, type Trace } from './span.ts';

/** What one test process executes: a test, or what is left of a suite. */
interface Block {
  span: Open;
  suite: string | undefined;
  open: Set<string>;
  /** When its last test ended, as MFTF says. */
  testedUntil: number;
}

type Open = Pick<Span, 'id' | 'parentId' | 'name' | 'startedAt' | 'attributes'>;

export type AttemptTrace = ReturnType<typeof createAttemptTrace>;

/** Makes spans of what the runner of an attempt says to its recorder. */
export function createAttemptTrace(job: Job, trace: Trace, emit: Emit) {
  const { run, environment, workerId } = job;
  const own: Open = {
    id: attemptSpanId(trace, run.attempt),
    parentId: trace.spanId,
    name: `attempt ${run.attempt}`,
    startedAt: Date.now(),
    attributes: {
      'matre.run.id': run.id,
      'matre.environment': environment.code,
      'matre.attempt': run.attempt,
      'matre.worker': workerId,
    },
  };
  const blocks = new Map<string, Block>();
  let phase: (Open & { phase: RunPhase }) | undefined;

  const begin = (name: string, parent: Open, attributes: Attributes = {}): Open => ({
    id: newSpanId(),
    parentId: parent.id,
    name,
    startedAt: Date.now(),
    attributes,
  });
  const end = (
    span: Open,
    more: { error?: string | undefined; endedAt?: number; attributes?: Attributes } = {},
  ) => {
    const { error, endedAt = Date.now(), attributes } = more;
    emit({
      ...span,
      traceId: trace.traceId,
      endedAt,
      error,
      attributes: { ...span.attributes, ...attributes },
    });
  };
  const current = () => phase ?? own;

  function enter(name: RunPhase): void {
    if (phase?.phase === name) return;
    if (phase) end(phase);
    phase = { ...begin(name, own), phase: name };
  }

  function testStarted({ name, suite }: PlannedTest): void {
    const key = suite ?? `test ${name}`;
    let block = blocks.get(key);
    if (!block) {
      const span = begin(suite === undefined ? `test ${name}` : `suite ${suite}`, current(), {
        ...(suite !== undefined && { 'test.suite.name': suite }),
      });
      block = { span, suite, open: new Set(), testedUntil: span.startedAt };
      blocks.set(key, block);
    }
    block.open.add(name);
  }

  function tested(result: NewResult): void {
    const { test, suite } = result;
    const now = Date.now();
    const key = suite ?? `test ${test}`;
    const block = blocks.get(key);
    if (!block) {
      // Nothing was executed: MFTF could not generate it.
      end(begin(`test ${test}`, current()), describe(result));
      return;
    }
    const startedAt = within(result.startedAt.getTime(), block.span.startedAt, now);
    const endedAt = within(startedAt + result.durationMs, startedAt, now);
    block.testedUntil = Math.max(block.testedUntil, endedAt);
    block.open.delete(test);
    if (suite !== undefined) {
      end({ ...begin(`test ${test}`, block.span), startedAt }, { ...describe(result), endedAt });
    }
    if (block.open.size > 0) return;
    blocks.delete(key);
    // From there on what the test left is fetched, read and kept.
    end({ ...begin('results', block.span), startedAt: block.testedUntil });
    end(block.span, suite === undefined ? describe(result) : {});
  }

  return {
    record: {
      ...job.record,
      async phase(name) {
        await job.record.phase(name);
        enter(name);
      },
      async testStarted(test) {
        await job.record.testStarted(test);
        testStarted(test);
      },
      async result(result) {
        await job.record.result(result);
        tested(result);
      },
    } satisfies Recorder,

    /** Something that takes time within the phase that it began in. */
    async part<T>(name: string, work: () => Promise<T>, tell?: (result: T) => Attributes): Promise<T> {
      const span = begin(name, current());
      try {
        const result = await work();
        end(span, tell && { attributes: tell(result) });
        return result;
      } catch (error) {
        end(span, { error: codeOf(error) });
        throw error;
      }
    },

    ended(how: { outcome: Outcome } | { error: unknown }): void {
      const outcome = 'outcome' in how ? how.outcome : undefined;
      const error =
        'error' in how ? codeOf(how.error) : outcome?.kind === 'broken' ? outcome.reason.code : undefined;
      for (const { span, suite, open } of blocks.values()) {
        const attributes = suite === undefined ? { 'test.case.name': [...open][0] } : {};
        end(span, { error: error ?? 'unfinished', attributes });
      }
      if (phase) end(phase, { error });
      end(own, { error, attributes: { 'matre.attempt.outcome': outcome?.kind ?? 'ended' } });
    },
  };
}

function describe({ test, suite, status, reason }: NewResult) {
  return {
    attributes: {
      'test.case.name': test,
      'test.suite.name': suite,
      'matre.test.status': status,
      // The standard has words for these two only.
      'test.case.result.status': status === 'passed' ? 'pass' : status === 'failed' ? 'fail' : undefined,
    },
    error: status === 'failed' || status === 'broken' ? (reason?.code ?? status) : undefined,
  };
}

function codeOf(error: unknown): string {
  return error instanceof Cancelled ? 'cancelled' : toFault(error).code;
}

const within = (at: number, from: number, to: number) => Math.min(Math.max(at, from), to);
