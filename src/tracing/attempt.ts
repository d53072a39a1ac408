import { toFault } from '../faults/fault.ts';
import type { RunPhase } from '../model/run.ts';
import type { PlannedTest } from '../model/selection.ts';
import type { NewResult, Recorder } from '../queue/recorder.ts';
import { Cancelled, type Job, type Outcome } from '../worker/runner.ts';
import { type Attributes, attemptSpanId, type Emit, newSpanId, type Span, type Trace } from './span.ts';

/** The tests of one test process: a single test, or the remaining tests of a suite. */
interface Block {
  span: OpenSpan;
  suite: string | undefined;
  /** Names of the tests without a result. */
  open: Set<string>;
  /** When its last test ended, by the result of MFTF. */
  testedUntil: number;
}

/** A span that has not ended. */
type OpenSpan = Pick<Span, 'id' | 'parentId' | 'name' | 'startedAt' | 'attributes'>;

/** The spans of one attempt. */
export interface AttemptTrace {
  /** The recorder of the attempt; creates spans from the calls. */
  record: Recorder;
  /** Runs `work` in a span below the current phase. */
  part<T>(name: string, work: () => Promise<T>, describe?: (result: T) => Attributes): Promise<T>;
  /** Ends all open spans of the attempt. */
  ended(result: { outcome: Outcome } | { error: unknown }): void;
}

/** Creates spans from the calls of the runner of an attempt to its recorder. */
export function createAttemptTrace(job: Job, trace: Trace, emit: Emit): AttemptTrace {
  const end = createEnd(trace, emit);
  const attemptSpan = openAttemptSpan(job, trace);
  let phase: (OpenSpan & { phase: RunPhase }) | undefined;
  const current = () => phase ?? attemptSpan;
  const blocks = createBlockSpans(current, end);

  function startPhase(name: RunPhase): void {
    if (phase?.phase === name) return;
    if (phase) end(phase);
    phase = { ...begin(name, attemptSpan), phase: name };
  }

  return {
    record: {
      ...job.record,
      async phase(name) {
        await job.record.phase(name);
        startPhase(name);
      },
      async blockStarted(tests) {
        await job.record.blockStarted(tests);
        for (const test of tests) blocks.testPlanned(test);
      },
      async result(result) {
        await job.record.result(result);
        blocks.testEnded(result);
      },
    },

    async part(name, work, describe) {
      const span = begin(name, current());
      try {
        const result = await work();
        end(span, describe && { attributes: describe(result) });
        return result;
      } catch (error) {
        end(span, { error: codeOf(error) });
        throw error;
      }
    },

    ended(result) {
      const outcome = 'outcome' in result ? result.outcome : undefined;
      const error =
        'error' in result
          ? codeOf(result.error)
          : outcome?.kind === 'broken'
            ? outcome.reason.code
            : undefined;
      blocks.endOpen(error ?? 'unfinished');
      if (phase) end(phase, { error });
      // The names of outcomes in traces are those of the table of attempts.
      const name = outcome?.kind === 'requeue' ? 'handed-back' : (outcome?.kind ?? 'ended');
      end(attemptSpan, { error, attributes: { 'matre.attempt.outcome': name } });
    },
  };
}

function openAttemptSpan({ run, environment, workerId }: Job, trace: Trace): OpenSpan {
  return {
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
}

const begin = (name: string, parent: OpenSpan, attributes: Attributes = {}): OpenSpan => ({
  id: newSpanId(),
  parentId: parent.id,
  name,
  startedAt: Date.now(),
  attributes,
});

/** Ends a span, now unless `endedAt` says when, and emits it. */
type End = (
  span: OpenSpan,
  more?: { error?: string | undefined; endedAt?: number; attributes?: Attributes },
) => void;

function createEnd({ traceId }: Trace, emit: Emit): End {
  return (span, { error, endedAt = Date.now(), attributes } = {}) =>
    emit({ ...span, traceId, endedAt, error, attributes: { ...span.attributes, ...attributes } });
}

/** The spans of blocks, and of the tests in them. `parent` is the span that new ones belong to. */
function createBlockSpans(parent: () => OpenSpan, end: End) {
  const blocks = new Map<string, Block>();

  function openBlock(name: string, suite: string | undefined): Block {
    const span = begin(suite === undefined ? `test ${name}` : `suite ${suite}`, parent(), {
      ...(suite !== undefined && { 'test.suite.name': suite }),
    });
    return { span, suite, open: new Set(), testedUntil: span.startedAt };
  }

  return {
    testPlanned({ name, suite }: PlannedTest): void {
      const key = suite ?? `test ${name}`;
      const block = blocks.get(key) ?? openBlock(name, suite);
      blocks.set(key, block);
      block.open.add(name);
    },

    testEnded(result: NewResult): void {
      const { test, suite } = result;
      const now = Date.now();
      const key = suite ?? `test ${test}`;
      const block = blocks.get(key);
      if (!block) {
        // The test was not executed: MFTF could not generate it.
        end(begin(`test ${test}`, parent()), describe(result));
        return;
      }
      const startedAt = clamp(result.startedAt.getTime(), block.span.startedAt, now);
      const endedAt = clamp(startedAt + result.durationMs, startedAt, now);
      block.testedUntil = Math.max(block.testedUntil, endedAt);
      block.open.delete(test);
      if (suite !== undefined) {
        end({ ...begin(`test ${test}`, block.span), startedAt }, { ...describe(result), endedAt });
      }
      if (block.open.size > 0) return;
      blocks.delete(key);
      // After the last test, the files of the tests are fetched, read and stored.
      end({ ...begin('results', block.span), startedAt: block.testedUntil });
      end(block.span, suite === undefined ? describe(result) : {});
    },

    /** Ends the blocks with a test that has no result. */
    endOpen(error: string): void {
      for (const { span, suite, open } of blocks.values()) {
        const attributes = suite === undefined ? { 'test.case.name': [...open][0] } : {};
        end(span, { error, attributes });
      }
    },
  };
}

function describe({ test, suite, status, reason }: NewResult) {
  return {
    attributes: {
      'test.case.name': test,
      'test.suite.name': suite,
      'matre.test.status': status,
      // The semantic conventions of OpenTelemetry have values for these two only.
      'test.case.result.status': status === 'passed' ? 'pass' : status === 'failed' ? 'fail' : undefined,
    },
    error: status === 'failed' || status === 'broken' ? (reason?.code ?? status) : undefined,
  };
}

function codeOf(error: unknown): string {
  return error instanceof Cancelled ? 'cancelled' : toFault(error).code;
}

const clamp = (time: number, from: number, to: number) => Math.min(Math.max(time, from), to);
