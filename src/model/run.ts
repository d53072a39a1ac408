import type { FaultCode } from '../faults/fault.ts';
import type { PinnedModule } from './module-source.ts';
import type { RunPatch } from './patch.ts';
import type { RunOptions } from './run-options.ts';
import type { Selection } from './selection.ts';

export const runStates = ['queued', 'running', 'finished'] as const;
export type RunState = (typeof runStates)[number];

export const runPhases = ['preparing', 'generating', 'testing', 'reporting'] as const;
export type RunPhase = (typeof runPhases)[number];

export const verdicts = ['passed', 'failed', 'broken', 'cancelled'] as const;
export type Verdict = (typeof verdicts)[number];

/** Why a run or a test is broken. */
export interface Reason {
  code: FaultCode;
  message: string;
}

/** The number of tests of a run with each status, in the latest attempt of each test. */
export interface Counts {
  planned: number;
  passed: number;
  failed: number;
  broken: number;
  skipped: number;
  /** Tests that passed and had failed in an earlier attempt of the run; `passed` counts them, too. */
  flaky: number;
  /** Of the failed tests, those that a quarantine covered when the run was judged. */
  quarantined: number;
}

/** One execution of a selection on one environment. Its row is the queue message. */
export interface Run {
  id: number;
  environmentId: number;
  environmentCode: string;
  selection: Selection;
  /** Higher starts earlier within its environment; 0 by default. */
  priority: number;
  state: RunState;
  /** Only while running. */
  phase: RunPhase | undefined;
  /** Only when finished. */
  verdict: Verdict | undefined;
  reason: Reason | undefined;
  /**
   * A branch, a tag, a whole ref or the beginning of the id of a commit, as requested; `undefined`: the branch of the test module. It is
   * that of the first test module of the environment.
   */
  ref: string | undefined;
  /** The commit of the first test module; set when the run starts. */
  commit: { id: string; subject: string } | undefined;
  /** The patches of the framework in the containers of its latest attempt. */
  patches: RunPatch[];
  /** All test modules in order; `undefined` before the run starts, and in runs of older processes. */
  modules: [PinnedModule, ...PinnedModule[]] | undefined;
  /** The number of attempts so far: claims that really started. */
  attempt: number;
  /** The fence of its latest claim. */
  fence: number | undefined;
  workerId: string | undefined;
  leaseUntil: Date | undefined;
  /** The earliest start of a retry. Only while queued after an attempt that a transient fault broke. */
  retryAt: Date | undefined;
  cancelRequested: boolean;
  /** The principal that submitted it: `cli:<login>`, `api`, `schedule <name>`. */
  requestedBy: string;
  /** The run that this one retries at a newer commit, with all of its tests or only those that did not succeed. */
  retryOf: number | undefined;
  /** The schedule that submitted it; `undefined` also when that was removed. */
  scheduleId: number | undefined;
  /** What it was requested with; `undefined` for a run that an older process inserted. */
  submissionId: number | undefined;
  /** When retention removed its files, see MATRE_KEEP_FILES. */
  filesRemovedAt: Date | undefined;
  /** Why retention leaves it alone; `undefined`: it does not. */
  pin: { by: string; at: Date; reason: string } | undefined;
  options: RunOptions;
  /** The attempt after which a user last retried its failed tests; 0: never. */
  retriedAfter: number;
  /** The hooks of its current round are recorded: see `HookRecorder.plan`. */
  hooksPlanned?: boolean;
  /** Its verdict is decided, and hooks after its tests are due. */
  decidedEnd?: { verdict: Verdict; reason: Reason | undefined } | undefined;
  counts: Counts;
  /** The reservation in which it may start. */
  reservationId: number | undefined;
  /** It is cancelled when it has not started by then. */
  startBy: Date | undefined;
  /** When it was submitted, or last retried by a user. */
  queuedAt: Date;
  /** Of the first attempt after `retriedAfter`. */
  startedAt: Date | undefined;
  finishedAt: Date | undefined;
}

/**
 * The verdict of a run from its results. A test without a trustworthy result (`broken`, or planned and never recorded)
 * outweighs a failure: the infrastructure must be checked before the failures mean anything. A failure that a quarantine covers decides
 * nothing.
 */
export function verdictOf(counts: Counts): Exclude<Verdict, 'cancelled'> {
  const recorded = counts.passed + counts.failed + counts.broken + counts.skipped;
  if (counts.broken > 0 || recorded < counts.planned) return 'broken';
  return counts.failed > counts.quarantined ? 'failed' : 'passed';
}
