import { describe, expect, it } from 'vitest';
import { retryText } from './retry-text.ts';

const counts = { planned: 20, passed: 10, failed: 0, broken: 0, skipped: 0, flaky: 0, quarantined: 0 };

describe('the text of a retry of some tests', () => {
  it('names the one kind of tests that it runs', () => {
    expect(retryText({ ...counts, failed: 3, passed: 17 })).toBe('Retry 3 failed');
    expect(retryText({ ...counts, broken: 2, passed: 17, skipped: 1, flaky: 0 })).toBe('Retry 2 broken');
    expect(retryText(counts)).toBe('Retry 10 without a result');
  });

  it('adds up several kinds', () => {
    expect(retryText({ ...counts, passed: 1, failed: 3 })).toBe(
      'Retry 19 tests (3 failed, 16 without a result)',
    );
    expect(retryText({ ...counts, failed: 3, broken: 2 })).toBe(
      'Retry 10 tests (3 failed, 2 broken, 5 without a result)',
    );
  });

  it('is missing when there is no such test', () => {
    expect(retryText({ ...counts, passed: 19, skipped: 1, flaky: 0 })).toBeUndefined();
    expect(retryText({ ...counts, passed: 0, failed: 20 })).toBe('Retry 20 failed');
    expect(retryText({ ...counts, planned: 0, passed: 0 })).toBeUndefined();
  });
});
