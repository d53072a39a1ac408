import type { CommitLink } from './commit-link.ts';
import type { Counts, Reason, Run, RunState, Verdict } from './run.ts';
import type { Selection } from './selection.ts';

/** How many tests have a result of each class, after the comparison of runs with the history of their environments. */
export interface ClassCounts {
  new: number;
  known: number;
  fixed: number;
  flaky: number;
  slower: number;
  broken: number;
  /** Failed, neither new nor known: without an earlier outcome, or after a failure with another cause. */
  other: number;
}

/** A run of a submission. */
export interface SubmittedRun {
  id: number;
  environmentId: number;
  environmentCode: string;
  state: RunState;
  verdict: Verdict | undefined;
  reason: Reason | undefined;
  counts: Counts;
  /** `undefined` until it was compared. */
  classes: ClassCounts | undefined;
  /** The number of tests that failed, and passed in a later attempt of this run. */
  flaky: number;
  commit: { id: string; subject: string } | undefined;
  /** See `Run.ref`. */
  ref?: string | undefined;
  /** See `Run.modules`. */
  modules?: Run['modules'];
  startedAt: Date | undefined;
  finishedAt: Date | undefined;
}

/** What was requested at once over several environments: by a user, a pipeline, or a schedule that fired. */
export interface Submission {
  id: number;
  /** Of its schedule, else of its saved selection, at that time; `undefined` for others. */
  name: string | undefined;
  /** The name of its schedule now; `undefined` also when that was removed. */
  schedule: string | undefined;
  /** The name of its saved selection now; `undefined` also when that was removed. */
  saved: string | undefined;
  selection: Selection;
  requestedBy: string;
  /** The commit that it was submitted for; `undefined` for that of the test module. */
  commitLink: CommitLink | undefined;
  createdAt: Date;
  /** Tests with the class on at least one environment; `undefined` until one of its runs was compared. */
  classes: ClassCounts | undefined;
  /** Ordered by the codes of their environments. */
  runs: SubmittedRun[];
}

/** Worst first. */
const order: readonly Verdict[] = ['broken', 'failed', 'cancelled'];

/** The worst verdict of the runs; `undefined` while one is not finished. */
export function submissionVerdict(runs: readonly Pick<SubmittedRun, 'verdict'>[]): Verdict | undefined {
  if (runs.length === 0 || runs.some(({ verdict }) => verdict === undefined)) return undefined;
  return order.find((each) => runs.some(({ verdict }) => verdict === each)) ?? 'passed';
}
