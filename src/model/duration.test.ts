import { expect, it } from 'vitest';
import { approxDuration, durationText } from './duration.ts';

const minute = 60_000;
const hour = 60 * minute;

it('formats durations in their two largest units', () => {
  expect([-5, 0, 400, 48_000, 72_000, 2 * minute, 110 * minute, 26 * hour].map(durationText)).toEqual([
    '0 s',
    '0 s',
    '0 s',
    '48 s',
    '1 min 12 s',
    '2 min',
    '1 h 50 min',
    '1 d 2 h',
  ]);
});

it('rounds durations before it splits them into units', () => {
  expect([59_600, hour - 400, 2 * hour - minute / 4].map(durationText)).toEqual(['1 min', '1 h', '2 h']);
});

it('formats estimates in steps that do not suggest a false precision', () => {
  expect([900, 12_600, 21_000, 58_000, 9.4 * minute, 113 * minute].map(approxDuration)).toEqual([
    '~5 s',
    '~15 s',
    '~20 s',
    '~1 min',
    '~9 min',
    '~1 h 55 min',
  ]);
});
