import { expect, it } from 'vitest';
import type { Status } from '#src/model/result.ts';
import { groupFailures } from './failures.ts';

const cell = (run: number, status: Status, message: string | null) => ({
  run,
  status,
  durationMs: 1,
  message,
  at: `2026-11-22T1${run}:00:00.000Z`,
});
const statistics = { results: 0, passRate: null, flakiness: null, p50Ms: null, p95Ms: null };

it('groups failures that differ in numbers only, the latest first', () => {
  const rows = [
    {
      environment: 'us',
      ...statistics,
      cells: [cell(1, 'failed', 'Order 17 not found'), cell(2, 'passed', null), null],
    },
    {
      environment: 'es',
      ...statistics,
      cells: [cell(3, 'failed', 'Order 4 not found'), null, cell(4, 'broken', 'No browser')],
    },
  ];
  expect(groupFailures({ rows })).toEqual([
    {
      message: 'No browser',
      status: 'broken',
      count: 1,
      environments: ['es'],
      latest: { run: 4, at: '2026-11-22T14:00:00.000Z' },
      firstAt: '2026-11-22T14:00:00.000Z',
    },
    {
      message: 'Order 4 not found',
      status: 'failed',
      count: 2,
      environments: ['es', 'us'],
      latest: { run: 3, at: '2026-11-22T13:00:00.000Z' },
      firstAt: '2026-11-22T11:00:00.000Z',
    },
  ]);
});
