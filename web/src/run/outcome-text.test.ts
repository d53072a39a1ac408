import { describe, expect, it } from 'vitest';
import { outcomeText } from './outcome-text.ts';

const counts = { planned: 50, passed: 48, failed: 2, broken: 0, skipped: 0, flaky: 0, quarantined: 0 };
const run = {
  ...{ state: 'finished' as const, phase: null, verdict: 'failed' as const, counts },
  ...{ cancelRequested: false, retryAt: null, retriedAfter: 0 },
};

describe('the state of a run in a sentence', () => {
  it.each([
    ['2 of 50 tests failed', {}],
    ['The test passed', { verdict: 'passed', counts: { ...counts, planned: 1, passed: 1, failed: 0 } }],
    [
      '49 of 50 tests passed, 1 skipped',
      { verdict: 'passed', counts: { ...counts, passed: 49, failed: 0, skipped: 1, flaky: 0 } },
    ],
    [
      '3 of 50 tests are broken or without a result, 2 failed',
      { verdict: 'broken', counts: { ...counts, passed: 45, broken: 1 } },
    ],
    ['48 of 50 tests passed, 2 quarantined', { verdict: 'passed', counts: { ...counts, quarantined: 2 } }],
    ['2 of 50 tests failed, 1 of them quarantined', { counts: { ...counts, quarantined: 1 } }],
    ['Cancelled after 50 of 50 tests', { verdict: 'cancelled' }],
    ['No test ran', { verdict: 'broken', counts: { ...counts, planned: 0, passed: 0, failed: 0 } }],
    ['Running, 50 of 50 tests done', { state: 'running', phase: 'testing', verdict: null }],
    ['Queued', { state: 'queued', verdict: null }],
  ] as const)('%s', (text, fields) => {
    expect(outcomeText({ ...run, ...fields })).toBe(text);
  });
});
