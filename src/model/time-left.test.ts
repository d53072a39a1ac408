import { describe, expect, it } from 'vitest';
import { timeLeft } from './time-left.ts';

const now = new Date('2024-05-01T10:00:10.000Z');
const test = (name: string, more: object = {}) => ({
  test: name,
  suite: undefined,
  startedAt: undefined,
  status: undefined,
  ...more,
});
const expected = [
  { test: 'A', suite: undefined, expectedMs: 10_000 },
  { test: 'B', suite: undefined, expectedMs: 30_000 },
];

describe('how long a run will still take', () => {
  it('is the sum of what its remaining tests took before', () => {
    expect(timeLeft([test('A', { status: 'passed' }), test('B')], expected, now)).toBe(30_000);
  });

  it('takes a test that never ran for an average one', () => {
    expect(timeLeft([test('A'), test('New')], expected, now)).toBe(10_000 + 20_000);
  });

  it('counts what the test under way has spent, but never less than nothing', () => {
    const startedAt = (time: string) => new Date(`2024-05-01T${time}.000Z`);
    expect(timeLeft([test('B', { startedAt: startedAt('10:00:00') })], expected, now)).toBe(20_000);
    expect(timeLeft([test('A', { startedAt: startedAt('09:00:00') })], expected, now)).toBe(0);
  });

  it('is unknown without a plan, or when no test of it ever ran', () => {
    expect(timeLeft([], expected, now)).toBeUndefined();
    expect(timeLeft([test('New')], [], now)).toBeUndefined();
  });
});
