import { createHash, randomBytes } from 'node:crypto';
import type { TraceParent } from '../model/trace-parent.ts';

/** A part of what happened, with when it began and ended (milliseconds since the epoch). */
export interface Span {
  traceId: string;
  id: string;
  parentId: string | undefined;
  name: string;
  startedAt: number;
  endedAt: number;
  /** Never a secret, and no name of a person: traces go to a program that others look after. */
  attributes: Attributes;
  /** A fault code or a word such as `failed`; a span without one ended as it should. Never a message: those quote what tests say. */
  error?: string | undefined;
}

export type Attributes = Record<string, string | number | boolean | undefined>;

/** Takes a span that has ended. Never waits and never throws. */
export type Emit = (span: Span) => void;

/** Where the spans of a run belong. */
export interface Trace {
  traceId: string;
  /** Of the run itself. */
  spanId: string;
  /** Who asked for the run. */
  parentId: string | undefined;
}

/**
 * The same for everybody who asks, so that spans of a run meet in one trace, whichever processes executed it and whatever
 * became of them.
 */
export function traceOf(installation: string, runId: number, parent: TraceParent | undefined): Trace {
  const name = `run ${runId} of ${installation}`;
  return {
    traceId: parent?.traceId ?? digest(`trace of ${name}`).slice(0, 32),
    spanId: digest(name).slice(0, 16),
    parentId: parent?.spanId,
  };
}

/** Of an attempt: known to whoever finds that its worker was lost. */
export function attemptSpanId(trace: Trace, attempt: number): string {
  return digest(`attempt ${attempt} of ${trace.traceId} ${trace.spanId}`).slice(0, 16);
}

export function newSpanId(): string {
  return randomBytes(8).toString('hex');
}

const digest = (text: string) => createHash('sha256').update(text).digest('hex');
