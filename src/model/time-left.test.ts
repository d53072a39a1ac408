import { describe, expect, it } from 'vitest';
import { overheadOf, type RunOverhead, runDuration, timeLeft, workOf } from './time-left.ts';

const now = new Date('2024-05-01T10:00:10.000Z');
const test = (more: { startedAt?: Date; status?: 'passed' } = {}) => ({
  startedAt: undefined,
  status: undefined,
  ...more,
});
const startedAt = (time: string) => new Date(`2024-05-01T${time}.000Z`);
/** The first test takes 10 s, the second 30 s, as far as there are so many. */
const left = (plan: ReturnType<typeof test>[], slots = 1, overhead?: RunOverhead) => {
  const expected = [
    { position: 1, expectedMs: 10_000 },
    { position: 2, expectedMs: 30_000 },
  ].slice(0, plan.length);
  return timeLeft(workOf(plan, { expected, slots, overhead }), now);
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
    expect(timeLeft(workOf([test()], { expected: [], slots: 1, overhead: undefined }), now)).toBeUndefined();
  });

  it('includes what a run takes besides its tests', () => {
    const overhead = { beforeMs: 8_000, perTestMs: 1_000, afterMs: 500 };
    expect(left([test(), test()], 1, overhead)?.msLeft).toBe(8_000 + 11_000 + 31_000 + 500);
    expect(left([test({ status: 'passed' }), test()], 1, overhead)?.msLeft).toBe(31_000 + 500);
    expect(left([test(), test()], 2, overhead)?.msLeft).toBe(8_000 + 42_000 / 2 + 500);
  });
});

describe('how long a run will take', () => {
  const past = { beforeMs: 9_000, testsMs: 6_000, afterMs: 1_000, tests: 4, sumMs: 4_000, longestMs: 1_500 };

  it('is what earlier runs with the same tests took', () => {
    const overhead = overheadOf([past], 1);
    expect(overhead).toEqual({ beforeMs: 9_000, perTestMs: 500, afterMs: 1_000 });
    const work = { planned: 4, expectedMs: [1_500, 500, 1_000, 1_000], slots: 1 };
    expect(runDuration(work, overhead)).toBe(16_000);
  });

  it('divides the tests among containers, and is at least the longest test', () => {
    expect(overheadOf([past], 4)?.perTestMs).toBe(4_500);
    expect(runDuration({ planned: 4, expectedMs: [2_000, 2_000], slots: 2 }, undefined)).toBe(4_000);
    expect(runDuration({ planned: 2, expectedMs: [9_000, 1_000], slots: 2 }, undefined)).toBe(9_000);
  });

  it('counts a test that never ran as an average one', () => {
    expect(runDuration({ planned: 3, expectedMs: [2_000, 4_000], slots: 1 }, undefined)).toBe(9_000);
  });

  it('is unknown without tests, or when fewer than half of them ever ran', () => {
    expect(runDuration({ planned: 3, expectedMs: [], slots: 1 }, overheadOf([past], 1))).toBeUndefined();
    expect(runDuration({ planned: 3, expectedMs: [1_000], slots: 1 }, undefined)).toBeUndefined();
    expect(runDuration({ planned: 0, expectedMs: [1], slots: 1 }, undefined)).toBeUndefined();
    expect(overheadOf([], 1)).toBeUndefined();
  });
});
