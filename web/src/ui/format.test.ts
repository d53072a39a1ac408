import { expect, it } from 'vitest';
import { plural, relative } from './format.ts';

const minute = 60_000;
const hour = 60 * minute;

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
