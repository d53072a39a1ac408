import { describe, expect, it } from 'vitest';
import type { RunFacts, SubmissionFacts } from '../../model/message-facts.ts';
import type { Verdict } from '../../model/run.ts';
import { submissionHeadline } from './headline.ts';

const none = { planned: 0, passed: 0, failed: 0, broken: 0, skipped: 0, flaky: 0, quarantined: 0 };
const noClasses = { new: 0, known: 0, fixed: 0, flaky: 0, slower: 0, broken: 0, other: 0 };
const minute = 60_000;

interface Words {
  environments?: string[];
  verdict?: Verdict | null;
  phase?: SubmissionFacts['phase'];
  counts?: Partial<typeof none>;
  classes?: Partial<typeof noClasses> | null;
  before?: Verdict;
  reason?: string;
  states?: RunFacts['state'][];
  minutes?: number | null;
}

function headline(words: Words): string {
  const { environments = ['preprod-us'], verdict = null, phase = 'finished', states = [], before } = words;
  const counts = { ...none, ...words.counts };
  const minutes = words.minutes === undefined ? 72 : words.minutes;
  return submissionHeadline({
    ...{ kind: 'submission', phase, causes: [], firstFailure: null, run: null },
    submission: {
      ...{ id: 12, url: null, name: 'nightly', schedule: null, saved: null, verdict, requestedBy: 'x' },
      ...{ createdAt: '', finishedAt: null, durationMs: minutes === null ? null : minutes * minute },
      ...{ usualMs: null, environments, counts, previousVerdict: before ?? null, branch: null, commit: null },
      ...{ classes: words.classes === null ? null : { ...noClasses, ...words.classes }, commits: [] },
    },
    runs: environments.map((environment, index) => ({
      ...{ id: 471 + index, environment, url: null, state: states[index] ?? 'finished', counts: none },
      ...{ verdict: index === 0 ? verdict : 'passed', classes: null, durationMs: null, failures: [] },
      ...{ reason: words.reason && index === 0 ? { code: 'X', message: words.reason } : null },
      moreFailures: 0,
    })),
  });
}

const eight = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
const passed600 = { planned: 600, passed: 600 };

describe('the headline of a submission', () => {
  it.each<[Words, string]>([
    [
      { verdict: 'failed', counts: { failed: 15 }, classes: { new: 3, fixed: 1, known: 12 } },
      'nightly on preprod-us: 3 new failures, 1 fixed, 12 known (run 471, 1 h 12 min)',
    ],
    [
      { verdict: 'failed', environments: eight, counts: { failed: 40 }, classes: { new: 3, known: 12 } },
      'nightly on 8 environments: 3 new failures, 12 known (submission 12, 1 h 12 min)',
    ],
    [
      { verdict: 'failed', counts: { failed: 1 }, classes: { new: 1 } },
      'nightly on preprod-us: 1 new failure (run 471, 1 h 12 min)',
    ],
    [
      { verdict: 'failed', counts: { failed: 2 }, classes: { known: 2 } },
      'nightly on preprod-us: 2 known failures (run 471, 1 h 12 min)',
    ],
    [
      { verdict: 'failed', counts: { failed: 5 }, classes: { new: 1, known: 2, other: 2 } },
      'nightly on preprod-us: 1 new failure, 2 known, 2 other (run 471, 1 h 12 min)',
    ],
    [
      { verdict: 'failed', counts: { failed: 2 }, classes: null },
      'nightly on preprod-us: 2 failures (run 471, 1 h 12 min)',
    ],
    [
      { verdict: 'failed', counts: { failed: 3, quarantined: 2 }, classes: { new: 1, known: 2 } },
      'nightly on preprod-us: 1 new failure, 2 known, 2 in quarantine (run 471, 1 h 12 min)',
    ],
    [
      { verdict: 'passed', counts: passed600 },
      'nightly on preprod-us: all 600 tests passed (run 471, 1 h 12 min)',
    ],
    [
      { verdict: 'passed', counts: passed600, classes: { fixed: 4 }, before: 'failed' },
      'nightly on preprod-us: recovered, all 600 tests passed, 4 fixed (run 471, 1 h 12 min)',
    ],
    [
      { verdict: 'passed', counts: { planned: 600, passed: 590, skipped: 8, failed: 2, quarantined: 2 } },
      'nightly on preprod-us: 590 tests passed, 8 skipped, 2 failed in quarantine (run 471, 1 h 12 min)',
    ],
    [
      { verdict: 'passed', counts: passed600, classes: { flaky: 2 } },
      'nightly on preprod-us: all 600 tests passed, 2 flaky (run 471, 1 h 12 min)',
    ],
    [
      { verdict: 'broken', reason: 'The shop does not respond.\nConnection refused', minutes: 1 },
      'nightly on preprod-us: broken: The shop does not respond (run 471, 1 min)',
    ],
    [
      { verdict: 'broken', environments: eight, reason: 'The shop does not respond.', counts: { failed: 2 } },
      'nightly on 8 environments: broken on a: The shop does not respond; 2 failed (submission 12, 1 h 12 min)',
    ],
    [
      { verdict: 'broken', counts: { planned: 9, passed: 8, broken: 1 } },
      'nightly on preprod-us: broken: 1 test without a result that can be trusted (run 471, 1 h 12 min)',
    ],
    [
      { verdict: 'broken', counts: { planned: 9, passed: 8 } },
      'nightly on preprod-us: broken: not all tests have a result (run 471, 1 h 12 min)',
    ],
    [
      { verdict: 'cancelled', counts: { planned: 600, passed: 28, failed: 3 } },
      'nightly on preprod-us: cancelled after 31 of 600 tests, 3 failed (run 471, 1 h 12 min)',
    ],
    [{ verdict: 'cancelled', minutes: null }, 'nightly on preprod-us: cancelled (run 471)'],
    [
      { phase: 'running', counts: { planned: 50, passed: 29, failed: 2 }, states: ['running'] },
      'nightly on preprod-us: running, 31 of 50 tests, 2 failed (run 471, 1 h 12 min)',
    ],
    [
      { phase: 'running', environments: ['us', 'es'], counts: passed600, states: ['finished', 'running'] },
      'nightly on 2 environments: running, 600 of 600 tests, 1 of 2 runs finished (submission 12, 1 h 12 min)',
    ],
    [
      { phase: 'started', states: ['queued'], minutes: null },
      'nightly on preprod-us: waiting to start (run 471)',
    ],
  ])('%j', (words, text) => expect(headline(words)).toBe(text));
});
