import type { ResultPlace } from './result-place.ts';
import type { Reason } from './run.ts';
import type { TimedOutWaits } from './timed-out-waits.ts';

/** The statuses of Allure. */
export const statuses = ['passed', 'failed', 'broken', 'skipped'] as const;
export type Status = (typeof statuses)[number];

/** A step of a test, as MFTF reports it. Durations in milliseconds. */
export interface Step {
  name: string;
  status: Status;
  /** Milliseconds since 1970; `undefined` when the result file does not say. */
  startedAt?: number | undefined;
  durationMs: number;
  /** The files of the step; `path` is relative to the folder of the run. */
  attachments: { name: string; path: string }[];
  steps: Step[];
}

export const attachmentKinds = ['screenshot', 'page', 'log', 'steps', 'replay', 'trace', 'other'] as const;

/** A file that is stored with a result. `path` is relative to the folder of the run. */
export interface Attachment {
  name: string;
  kind: (typeof attachmentKinds)[number];
  path: string;
}

/** The outcome of one test in one attempt. */
export interface Result {
  runId: number;
  test: string;
  suite: string | undefined;
  attempt: number;
  status: Status;
  /** The message of MFTF, or why the test is broken. */
  message: string | undefined;
  /** Only when broken by the infrastructure. */
  reason: Reason | undefined;
  startedAt: Date;
  durationMs: number;
  attachments: Attachment[];
  /** Waits that ran out although the test continued. */
  waits?: TimedOutWaits | undefined;
  /** Where a failure comes from, as far as that is known. */
  place?: ResultPlace | undefined;
}
