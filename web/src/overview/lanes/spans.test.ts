import { expect, it } from 'vitest';
import type { LaneView } from '#src/operations/overview/overview-view.ts';
import { fittingSpan } from './spans.ts';

const at = '2026-11-22T12:00:00.000Z';
const fitting = (...minutesAgo: number[]) => {
  const bars = minutesAgo.map((minutes) => ({
    startedAt: new Date(Date.parse(at) - minutes * 60_000).toISOString(),
  }));
  return fittingSpan({ at, lanes: [{ bars }] as LaneView[] }).name;
};

it('picks the shortest span that covers all runs, and two hours for older runs or none', () => {
  expect([fitting(1, 4), fitting(1, 14), fitting(14, 16), fitting(61), fitting(300), fitting()]).toEqual([
    '5m',
    '15m',
    '1h',
    '2h',
    '2h',
    '2h',
  ]);
});
