import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareDurations, usualOf } from './usual-duration.ts';

/** Earlier passes of about a duration. */
const about = (ms: number, count = 20) =>
  usualOf(
    Array.from({ length: count }, (_, index) => ({ durationMs: ms * (1 + (index % 5) / 50), slowness: 1 })),
  );
/** A run of ten tests, the first of which takes `factor` times its usual duration and all the others `night` times. */
const night = (night: number, factor: number, ms = 20_000) =>
  compareDurations(
    Array.from({ length: 10 }, (_, index) => ({
      durationMs: ms * 1.04 * (index === 0 ? factor : night),
      usual: about(ms),
    })),
  );

describe('what is slower than usual', () => {
  it('is a test that takes far longer than it and the others do, not all tests of a slow night', () => {
    expect(night(1, 1.5).slower).toEqual([true, ...Array(9).fill(false)]);
    expect(night(2, 2).slower).not.toContain(true);
    expect(night(2, 2).slowness).toBeCloseTo(2);
    expect(night(2, 3).slower[0]).toBe(true);
  });

  it('is no small difference, however steady the test is', () => {
    expect(night(1, 1.15).slower[0]).toBe(false);
    expect(night(1, 1.5, 300).slower[0]).toBe(false);
  });

  it('is nothing after fewer than three passes, or in a run of fewer than five tests', () => {
    expect(about(20_000, 2)).toBeUndefined();
    const few = Array.from({ length: 4 }, (_, index) => ({
      durationMs: index === 0 ? 99_000 : 20_000,
      usual: about(20_000),
    }));
    expect(compareDurations(few)).toEqual({ slowness: 1, slower: [false, false, false, false] });
  });

  it('is not changed by slow nights in the past', () => {
    const passes = Array.from({ length: 20 }, (_, index) =>
      index < 5 ? { durationMs: 60_000, slowness: 3 } : { durationMs: 20_000, slowness: 1 },
    );
    expect(usualOf(passes)).toMatchObject({ center: Math.log(20_000), spread: 0, medianMs: 20_000 });
  });

  it('is a larger difference in shops that wait at times, whose durations are skewed', () => {
    const numbers = Array.from({ length: 20 }, (_, index) => (index + 0.5) / 20);
    // Quantiles of both have a standard deviation of about one.
    const shapes = {
      even: numbers.map((share) => 1.7 * (2 * share - 1)),
      skewed: numbers.map((share) => -Math.log(1 - share) - 1),
    };
    const isSlower = (shape: keyof typeof shapes, deviations: number) => {
      const usual = usualOf(
        shapes[shape].map((value) => ({ durationMs: 20_000 * Math.exp(value / 20), slowness: 1 })),
      );
      const passes = Array.from({ length: 40 }, (_, index) => ({
        durationMs: Math.exp((usual?.center ?? 0) + (index === 0 ? deviations / 20 : 0)),
        usual,
      }));
      return compareDurations(passes).slower[0];
    };
    expect([isSlower('even', 7), isSlower('skewed', 7), isSlower('skewed', 12)]).toEqual([true, false, true]);
  });

  it('does not depend on how fast the whole environment is', () => {
    const durations = fc.array(fc.integer({ min: 5_000, max: 90_000 }), { minLength: 5, maxLength: 20 });
    fc.assert(
      fc.property(durations, fc.double({ min: 1, max: 4, noNaN: true }), (list, factor) => {
        const run = (times: number) =>
          compareDurations(list.map((ms) => ({ durationMs: ms * times, usual: about(20_000) }))).slower;
        expect(run(factor)).toEqual(run(1));
      }),
    );
  });
});
