import { expect, it } from 'vitest';
import { approxDuration, duration, plural, relative } from './format.ts';

const minute = 60_000;
const hour = 60 * minute;

it('formats durations in their two largest units', () => {
  expect([0, 400, 48_000, 72_000, 2 * minute, 110 * minute, 26 * hour].map(duration)).toEqual([
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
  expect([59_600, hour - 400, 2 * hour - minute / 4].map(duration)).toEqual(['1 min', '1 h', '2 h']);
});

it('formats estimates without seconds', () => {
  expect([20_000, 9.4 * minute, 113 * minute].map(approxDuration)).toEqual([
    '~1 min',
    '~9 min',
    '~1 h 55 min',
  ]);
});

it('formats times relative to now', () => {
  const now = new Date('2026-11-22T12:00:00Z');
  const ago = (ms: number) => relative(new Date(now.getTime() - ms), now);
  expect([3_000, 40_000, 12 * minute, 5 * hour, -3 * hour].map(ago)).toEqual([
    'just now',
    '40 s ago',
    '12 min ago',
    '5 h ago',
    'in 3 h',
  ]);
});

it('uses the singular for one', () => {
  expect([plural(1, 'run'), plural(0, 'run'), plural(2, 'process', 'processes')]).toEqual([
    '1 run',
    '0 runs',
    '2 processes',
  ]);
});
