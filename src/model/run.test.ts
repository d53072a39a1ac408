import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { verdictOf } from './run.ts';

describe('the verdict of a run', () => {
  const number = fc.integer({ min: 0, max: 5 });
  const counts = fc
    .record({
      passed: number,
      failed: number,
      broken: number,
      skipped: number,
      missing: number,
      covered: number,
    })
    .map(({ passed, failed, broken, skipped, missing, covered }) => ({
      counts: {
        planned: passed + failed + broken + skipped + missing,
        ...{ passed, failed, broken, skipped, flaky: 0, quarantined: Math.min(covered, failed) },
      },
      missing,
    }));

  it('is broken without a trustworthy result of each test, failed by failures that no quarantine covers, else passed', () => {
    fc.assert(
      fc.property(counts, ({ counts, missing }) => {
        const isBroken = counts.broken > 0 || missing > 0;
        const decides = counts.failed - counts.quarantined;
        expect(verdictOf(counts)).toBe(isBroken ? 'broken' : decides > 0 ? 'failed' : 'passed');
      }),
    );
  });
});
