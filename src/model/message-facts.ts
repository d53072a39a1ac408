import type { CommitLink } from './commit-link.ts';
import type { ResultClass } from './result-class.ts';
import type { Counts, Verdict } from './run.ts';
import type { ClassCounts } from './submission.ts';

// The values that messages show and rules read, as JSON: times are ISO 8601 strings, absent values null. Lists are bounded, so that
// the facts of a submission with thousands of failures fit into a row of a message.

/** A submission with its runs and failures: what messages about it show. */
export interface SubmissionFacts {
  kind: 'submission';
  phase: 'started' | 'running' | 'finished';
  /** What changed, in one line: `nightly on preprod-us: 3 new failures, 1 fixed, 12 known (run 471, 1 h 12 min)`. */
  headline: string;
  submission: {
    id: number;
    /** Its page; null without MATRE_PUBLIC_URL. */
    url: string | null;
    /** The name of its schedule or saved selection, else the selection in a few words. */
    name: string;
    schedule: string | null;
    /** The name of its saved selection. */
    saved: string | null;
    verdict: Verdict | null;
    requestedBy: string;
    createdAt: string;
    finishedAt: string | null;
    /** From the start of its first run to its end, or until now; null before its start. */
    durationMs: number | null;
    /** The usual duration of its longest run; null when it is not known. */
    usualMs: number | null;
    /** Codes of the environments. */
    environments: string[];
    counts: Counts;
    /** Null until one of its runs was compared. */
    classes: ClassCounts | null;
    /** The verdict of its reference; null without one. */
    previousVerdict: Verdict | null;
    /** The branch of the test module. */
    branch: string | null;
    /** The commit of the test module. */
    commit: { id: string; subject: string } | null;
    /** The commits since the reference, the newest first, at most 20. */
    commits: { id: string; subject: string; author: string | null }[];
    /** The commit that its statuses are for: the one that it was submitted for, else that of the test module on its forge. */
    commitLink?: CommitLink | null;
  };
  runs: RunFacts[];
  /** The causes of the most failures, at most 10. */
  causes: {
    cause: string;
    /** The headline of one of its messages. */
    message: string;
    /** The pairs of values that its messages compare: `- '47,19 €'  + '39,00 €'`. */
    values: string[];
    tests: number;
    environments: string[];
    /** The number of the submission in which it was seen first; null when that is not known. */
    since: number | null;
  }[];
  firstFailure: (FailureFacts & { environment: string; screenshot: ArtifactReference | null }) | null;
  /** Of a notice about one run: its number, one of `runs`. */
  run: number | null;
}

export interface RunFacts {
  id: number;
  environment: string;
  url: string | null;
  state: 'queued' | 'running' | 'finished';
  verdict: Verdict | null;
  /** Why it is broken. */
  reason: { code: string; message: string } | null;
  counts: Counts;
  classes: ClassCounts | null;
  durationMs: number | null;
  /** New ones first, at most 60 over all runs. */
  failures: FailureFacts[];
  /** How many failures are not in `failures`. */
  moreFailures: number;
}

export interface FailureFacts {
  test: string;
  suite: string | null;
  /** `new`, `known` or `flaky`; null for a failure without a class. */
  className: Extract<ResultClass, 'new' | 'known' | 'flaky'> | null;
  quarantined: boolean;
  /** The headline of its message. */
  message: string;
  url: string | null;
  /** Where it comes from in a test module, at that commit; null when it is not known, or in no module. */
  place?: { path: string; line: number; commit: string } | null | undefined;
}

/** A file of a run. */
export interface ArtifactReference {
  runId: number;
  /** Relative to the folder of the run. */
  path: string;
}

/** A state that an operator must act on. */
export interface AlertFacts {
  kind: 'alert';
  phase: 'started' | 'ended';
  headline: string;
  alert: {
    id: number;
    kind: string;
    subject: string;
    message: string;
    /** What to do about it. */
    action: string;
    /** Why it ended. */
    endReason?: string | null | undefined;
    startedAt: string;
    endedAt: string | null;
    url: string | null;
  };
}

/** A reservation that begins, ends soon, or could not begin. */
export interface ReservationFacts {
  kind: 'reservation';
  phase: 'started' | 'near-end' | 'cancelled';
  headline: string;
  reservation: {
    id: number;
    environment: string;
    owner: string;
    /** What for. */
    reason: string;
    begunAt: string | null;
    endsAt: string | null;
    /** Why it could not begin. */
    endReason: string | null;
    url: string | null;
  };
}

/** A summary of a day or a week, beside the sums of the period before it. */
export interface DigestFacts {
  kind: 'digest';
  period: 'daily' | 'weekly';
  headline: string;
  from: string;
  to: string;
  url: string | null;
  totals: DigestSums;
  /** Of the period before; null when it has no finished run. */
  before: DigestSums | null;
  environments: ({ environment: string } & DigestSums)[];
  /** Submissions of the period, the newest first, at most 30. */
  submissions: {
    id: number;
    url: string | null;
    name: string;
    environments: string[];
    verdict: Verdict;
    headline: string;
  }[];
  moreSubmissions: number;
  /** Tests with the most failures, at most 10. */
  failing: TestFigures[];
  /** Tests whose duration grew the most, at most 10. */
  grown: (TestFigures & { beforeMs: number; afterMs: number })[];
}

export interface DigestSums {
  runs: number;
  passed: number;
  failed: number;
  broken: number;
  flaky: number;
  /** 0 to 1; null without a result. */
  passRate: number | null;
  /** Mean duration of a run. */
  durationMs: number | null;
}

export interface TestFigures {
  test: string;
  suite: string | null;
  executions: number;
  failed: number;
}

export type MessageFacts = SubmissionFacts | AlertFacts | ReservationFacts | DigestFacts;
