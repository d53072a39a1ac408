import fc from 'fast-check';
import { expect, it } from 'vitest';
import { axisOf, daysBetween, dayTicks } from './scale.ts';

const labels = (...input: Parameters<typeof axisOf>) => axisOf(...input).ticks.map(({ label }) => label);

it('has round durations from 0, in the unit that suits them', () => {
  expect(labels([41_000, 65_000], 'duration')).toEqual(['0 s', '20 s', '40 s', '60 s', '80 s']);
  expect(labels([40 * 60_000], 'duration')).toEqual(['0 min', '10 min', '20 min', '30 min', '40 min']);
  expect(labels([5 * 3_600_000], 'duration')[0]).toBe('0 h');
  expect(labels([], 'duration').length).toBeGreaterThan(1);
});

it('shows a small difference of high pass rates, and reads low shares against 0', () => {
  expect(axisOf([0.965, 0.99], 'share')).toMatchObject({ min: 0.96, max: 1 });
  expect(axisOf([0.1, 0.99], 'share')).toMatchObject({ min: 0, max: 1 });
  expect(axisOf([0.002, 0.012], 'share').min).toBe(0);
  expect(labels([1, 1], 'share').at(-1)).toBe('100%');
});

it('has all values within its ends, and few lines', () => {
  const shares = fc.array(fc.float({ min: 0, max: 1, noNaN: true }));
  const durations = fc.array(fc.nat(500_000_000));
  fc.assert(
    fc.property(
      fc.oneof(
        fc.tuple(shares, fc.constant('share' as const)),
        fc.tuple(durations, fc.constant('duration' as const)),
      ),
      ([values, unit]) => {
        const { min, max, ticks } = axisOf(values, unit);
        expect(max).toBeGreaterThan(min);
        expect(ticks.length).toBeLessThan(12);
        for (const value of values) {
          expect(value).toBeGreaterThanOrEqual(min - 1e-9);
          expect(value).toBeLessThanOrEqual(max + 1e-9);
        }
      },
    ),
  );
});

it('labels days that have room, the last one always', () => {
  const eight = dayTicks({ since: '2026-10-05', days: 56 }, { widthPx: 600, apartPx: 70 });
  expect(eight.map(({ at }) => at)).toEqual([6, 13, 20, 27, 34, 41, 48, 55]);
  expect(eight.at(-1)?.day.toISOString().slice(0, 10)).toBe('2026-11-29');
  expect(dayTicks({ since: '2026-10-05', days: 56 }, { widthPx: 0, apartPx: 70 })).toHaveLength(1);
});

it('counts days over a change of the clock', () => {
  expect(daysBetween('2026-10-20', '2026-11-02')).toBe(13);
});
