import { expect, it } from 'vitest';
import { compareToUsual, timeLeft } from './time-left.ts';

const minute = 60_000;

it('counts down between two responses', () => {
  expect(timeLeft(10 * minute, 0, 0)).toBe('~10 min left');
  expect(timeLeft(10 * minute, 0, 3 * minute)).toBe('~7 min left');
  expect(timeLeft(minute, 0, 5 * minute)).toBe('nearly done');
  expect(timeLeft(null, 0, 0)).toBeUndefined();
});

it('ignores a clock that was set back', () => {
  expect(timeLeft(10 * minute, 5 * minute, 0)).toBe('~10 min left');
});

it('detects a test that takes much longer than usual', () => {
  expect(compareToUsual(20_000, 55_000)).toEqual({ share: 20 / 55, isSlow: false });
  expect(compareToUsual(90_000, 55_000)).toEqual({ share: 1, isSlow: true });
  expect(compareToUsual(900, 500)).toEqual({ share: 1, isSlow: false });
  expect(compareToUsual(900, null)).toEqual({ share: undefined, isSlow: false });
});
