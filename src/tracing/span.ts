import { createHash, randomBytes } from 'node:crypto';
import type { TraceParent } from '../model/trace-parent.ts';

/** An operation within a trace, with its start and end (milliseconds since the epoch). */
export interface Span {
  traceId: string;
  id: string;
  parentId: string | undefined;
  name: string;
  startedAt: number;
  endedAt: number;
  /** Without secrets and names of users: the collector may be operated by others. */
  attributes: Attributes;
  /** A fault code or a word such as `failed`; absent: no error. Never a message, because messages quote output of tests. */
  error?: string | undefined;
}

export type Attributes = Record<string, string | number | boolean | undefined>;

/** Receives an ended span. Never blocks and never throws. */
export type Emit = (span: Span) => void;

/** The trace of a run. */
export interface Trace {
  traceId: string;
  /** The span of the run itself. */
  spanId: string;
  /** The span of the caller that requested the run. */
  parentId: string | undefined;
}

/**
 * The trace of a run, the same in every process, so that all spans of a run belong to one trace, whichever processes executed it.
 */
export function traceOf(installation: string, runId: number, parent: TraceParent | undefined): Trace {
  const name = `run ${runId} of ${installation}`;
  return {
    traceId: parent?.traceId ?? digest(`trace of ${name}`).slice(0, 32),
    spanId: digest(name).slice(0, 16),
    parentId: parent?.spanId,
  };
}

/** The id of the span of an attempt, the same in every process: another one may emit the span of a lost worker. */
export function attemptSpanId(trace: Trace, attempt: number): string {
  return digest(`attempt ${attempt} of ${trace.traceId} ${trace.spanId}`).slice(0, 16);
}

export function newSpanId(): string {
  return randomBytes(8).toString('hex');
}

const digest = (text: string) => createHash('sha256').update(text).digest('hex');
