import { describe, expect, it } from 'vitest';
import { timeLeft, workOf } from './time-left.ts';

const now = new Date('2024-05-01T10:00:10.000Z');
const test = (more: { startedAt?: Date; status?: 'passed' } = {}) => ({
  startedAt: undefined,
  status: undefined,
  ...more,
});
const startedAt = (time: string) => new Date(`2024-05-01T${time}.000Z`);
/** The first test takes 10 s, the second 30 s, as far as there are so many. */
const left = (plan: ReturnType<typeof test>[], slots = 1) => {
  const expected = [
    { position: 1, expectedMs: 10_000 },
    { position: 2, expectedMs: 30_000 },
  ].slice(0, plan.length);
  return timeLeft(workOf(plan, expected, slots), now);
};

describe('how long a run will still take', () => {
  it('is the sum of the earlier durations of its remaining tests', () => {
    expect(left([test({ status: 'passed' }), test()])).toEqual({ msLeft: 30_000, share: 0.25 });
  });

  it('counts a test that never ran as an average one', () => {
    expect(left([test(), test({ status: 'passed' }), test()])).toEqual({
      msLeft: 10_000 + 20_000,
      share: 0.5,
    });
  });

  it('is unknown while most of the remaining tests never ran, whatever the others took', () => {
    expect(left([test({ status: 'passed' }), test({ status: 'passed' }), test()])).toBeUndefined();
    expect(left([test(), test({ status: 'passed' }), test(), test()])).toBeUndefined();
  });

  it('subtracts the time of the test under way, but never goes below zero', () => {
    expect(left([test({ startedAt: startedAt('10:00:05') })])).toEqual({ msLeft: 5_000, share: 0.5 });
    expect(left([test({ startedAt: startedAt('09:00:00') })])).toEqual({ msLeft: 0, share: 1 });
    // Clocks differ.
    expect(left([test({ startedAt: startedAt('10:00:20') })])).toEqual({ msLeft: 10_000, share: 0 });
  });

  it('is shorter where tests are executed in parallel', () => {
    expect(left([test(), test()], 2)?.msLeft).toBe(20_000);
    expect(left([test({ status: 'passed' }), test()], 2)?.msLeft).toBe(30_000);
  });

  it('is unknown without a plan, or when none of its tests ever ran', () => {
    expect(left([])).toBeUndefined();
    expect(timeLeft(workOf([test()], [], 1), now)).toBeUndefined();
  });
});
