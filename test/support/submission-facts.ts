import type { CommitLink } from '../../src/model/commit-link.ts';
import type { FailureFacts, RunFacts, SubmissionFacts } from '../../src/model/message-facts.ts';

export const sampleSha = 'c0ffee0123456789c0ffee0123456789c0ffee01';

const counts = { planned: 20, passed: 18, failed: 2, broken: 0, skipped: 0, flaky: 0, quarantined: 0 };

export function failureFacts(test: string, changes: Partial<FailureFacts> = {}): FailureFacts {
  return {
    ...{ test, suite: null, className: 'new', quarantined: false, message: `${test} failed`, url: null },
    ...changes,
  };
}

export function runFacts(changes: Partial<RunFacts> = {}): RunFacts {
  return {
    ...{ id: 471, environment: 'preprod-us', url: 'https://matre.example.com/runs/471', state: 'finished' },
    ...{ verdict: 'failed', reason: null, counts, classes: null, durationMs: 4_320_000 },
    ...{ failures: [failureFacts('StorefrontCheckoutTest')], moreFailures: 0 },
    ...changes,
  };
}

/** A finished submission of the saved selection `smoke` with one new failure, for a commit of `acme/shop` on GitHub. */
export function submissionFacts(
  changes: Partial<Omit<SubmissionFacts, 'submission'>> & {
    submission?: Partial<SubmissionFacts['submission']>;
  } = {},
): SubmissionFacts {
  const commitLink: CommitLink = {
    ...{ forge: 'github', baseUrl: 'https://github.com', project: 'acme/shop' },
    ...{ sha: sampleSha, pullRequest: 7 },
  };
  return {
    ...{ kind: 'submission', phase: 'finished' },
    headline: 'smoke on preprod-us: 1 new failure, 12 known (run 471, 1 h 12 min)',
    ...{ runs: [runFacts()], causes: [], firstFailure: null, run: null },
    ...changes,
    submission: {
      ...{
        id: 57,
        url: 'https://matre.example.com/submissions/57',
        name: 'smoke',
        schedule: null,
        saved: 'smoke',
      },
      ...{ verdict: 'failed', requestedBy: 'ci', previousVerdict: 'passed', branch: 'main' },
      ...{ createdAt: '2026-11-28T22:00:00.000Z', finishedAt: '2026-11-28T23:12:00.000Z' },
      ...{ durationMs: 4_320_000, usualMs: null, environments: ['preprod-us'], counts, classes: null },
      ...{ commit: { id: 'ab'.repeat(20), subject: 'Rework coupons' }, commits: [], commitLink },
      ...changes.submission,
    },
  };
}
