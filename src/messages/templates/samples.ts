import type {
  AlertFacts,
  DigestFacts,
  FailureFacts,
  MessageFacts,
  ReservationFacts,
  SubmissionFacts,
} from '../../model/message-facts.ts';
import type { Verdict } from '../../model/run.ts';
import type { TemplateOutcome } from '../../model/template-outcome.ts';
import { submissionHeadline } from '../facts/headline.ts';
import { reservationFacts } from '../facts/reservation-facts.ts';

const server = 'https://matre.example.com';
const counts = { planned: 600, passed: 583, failed: 15, broken: 0, skipped: 2, flaky: 1, quarantined: 1 };
const classes = { new: 3, known: 12, fixed: 1, flaky: 1, slower: 0, broken: 0, other: 0 };
const commit = { id: '4f1c0de2a9b8c7d6e5f4a3b2c1d0e9f8a7b6c5d4', subject: 'Price of bundles' };

const newFailure: FailureFacts = {
  ...{ test: 'StorefrontBundlePriceTest', suite: 'CheckoutSuite', className: 'new', quarantined: false },
  message: 'Failed asserting that two strings are equal. Expected 47,19 €, actual 39,00 €.',
  url: `${server}/runs/471?test=CheckoutSuite%3AStorefrontBundlePriceTest&panel=steps`,
};
const otherFailure: FailureFacts = {
  ...{ test: 'StorefrontGuestCartTest', suite: null, className: 'known', quarantined: true },
  message: 'Element "#minicart" is not visible after 30 s.',
  url: `${server}/runs/471?test=StorefrontGuestCartTest&panel=steps`,
};

/** Facts in which every value is present, so that a template can be checked and shown without a run. */
export function sampleFacts(outcome: TemplateOutcome): MessageFacts {
  if (outcome === 'digest') return digest();
  if (
    outcome === 'reservation-started' ||
    outcome === 'reservation-near-end' ||
    outcome === 'reservation-cancelled'
  )
    return reservation(outcome);
  if (outcome === 'alert-started' || outcome === 'alert-ended') return alert(outcome);
  return submission(outcome);
}

function submission(outcome: TemplateOutcome): SubmissionFacts {
  const isRunning = outcome === 'running';
  const verdict = verdictOf(outcome);
  const passes = verdict === 'passed';
  const own = passes ? { ...counts, passed: 598, failed: 0, quarantined: 0 } : counts;
  const reason = {
    code: 'MAGENTO_UNREACHABLE',
    message: 'The shop does not respond at https://us.example.com/.',
  };
  const facts: Omit<SubmissionFacts, 'headline'> = {
    ...{ kind: 'submission', phase: isRunning ? 'running' : 'finished' },
    submission: {
      ...{ id: 57, url: `${server}/submissions/57`, name: 'nightly', schedule: 'nightly', saved: 'smoke' },
      ...{ verdict: isRunning ? null : verdict, requestedBy: 'schedule nightly' },
      ...{ createdAt: '2026-11-28T22:00:00.000Z', finishedAt: '2026-11-28T23:12:00.000Z' },
      ...{ durationMs: 72 * 60_000, usualMs: 68 * 60_000, environments: ['preprod-us'], counts: own },
      classes: passes ? { ...classes, new: 0, known: 0 } : classes,
      previousVerdict: outcome === 'recovered' ? 'failed' : 'passed',
      ...{ branch: 'main', commit, commits: [{ ...commit, author: 'Ann' }] },
    },
    runs: [
      {
        ...{ id: 471, environment: 'preprod-us', url: `${server}/runs/471`, counts: own, classes },
        ...{ state: isRunning ? 'running' : 'finished', verdict: isRunning ? null : verdict },
        ...{ reason, durationMs: 72 * 60_000, failures: [newFailure, otherFailure], moreFailures: 13 },
      },
    ],
    causes: [
      {
        ...{ cause: '1f0c7d2be9a4c3d5', message: newFailure.message, values: ['- 47,19 €  + 39,00 €'] },
        ...{ tests: 3, environments: ['preprod-us'], since: 57 },
      },
    ],
    firstFailure: { ...newFailure, environment: 'preprod-us', screenshot: { runId: 471, path: 'a/1.png' } },
    run: 471,
  };
  return { ...facts, headline: submissionHeadline(facts) };
}

function verdictOf(outcome: TemplateOutcome): Verdict {
  if (outcome === 'passed' || outcome === 'recovered') return 'passed';
  return outcome === 'broken' || outcome === 'cancelled' ? outcome : 'failed';
}

function alert(outcome: 'alert-started' | 'alert-ended'): AlertFacts {
  const words = 'preprod-us: 5 runs in a row were broken';
  return {
    kind: 'alert',
    phase: outcome === 'alert-started' ? 'started' : 'ended',
    headline: outcome === 'alert-started' ? words : `Over: ${words}`,
    alert: {
      ...{ id: 3, kind: 'environment-broken', subject: 'preprod-us', message: '5 runs in a row were broken' },
      action: 'Look at the shop: it does not respond.',
      endReason: 'The last run was not broken.',
      ...{ startedAt: '2026-11-28T22:00:00.000Z', endedAt: '2026-11-29T06:00:00.000Z' },
      url: `${server}/environments/preprod-us`,
    },
  };
}

function reservation(outcome: `reservation-${ReservationFacts['phase']}`): ReservationFacts {
  const phase = outcome.slice('reservation-'.length) as ReservationFacts['phase'];
  return reservationFacts(phase, {
    ...{ id: 12, environment: 'preprod-us', owner: 'alice', reason: 'look at the cart' },
    ...{ begunAt: '2026-11-29T13:10:00.000Z', endsAt: '2026-11-29T15:00:00.000Z' },
    endReason: 'It could not begin within its limit of waiting.',
    url: `${server}/environments/preprod-us`,
  });
}

function digest(): DigestFacts {
  const sums = {
    runs: 56,
    passed: 33_000,
    failed: 210,
    broken: 4,
    flaky: 12,
    passRate: 0.9937,
    durationMs: 4_300_000,
  };
  const test = { test: newFailure.test, suite: newFailure.suite, executions: 56, failed: 9 };
  return {
    ...{ kind: 'digest', period: 'weekly', headline: 'The last week: 56 runs, 99.3 % of the results passed' },
    ...{ from: '2026-11-23T07:00:00.000Z', to: '2026-11-30T07:00:00.000Z', url: `${server}/trends?days=14` },
    ...{ totals: sums, before: sums, environments: [{ environment: 'preprod-us', ...sums }] },
    submissions: [
      {
        ...{ id: 57, url: `${server}/submissions/57`, name: 'nightly', environments: ['preprod-us'] },
        ...{ verdict: 'failed', headline: 'nightly on preprod-us: 3 new failures (run 471, 1 h 12 min)' },
      },
    ],
    ...{ moreSubmissions: 3, failing: [test], grown: [{ ...test, beforeMs: 60_000, afterMs: 95_000 }] },
  };
}
