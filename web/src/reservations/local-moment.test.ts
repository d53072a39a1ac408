import { expect, it } from 'vitest';
import { fieldValue, hourAfter, localMoment } from './local-moment.ts';

it('reads what a field of a local time has, and nothing else', () => {
  const moment = new Date(2026, 10, 29, 15, 0);
  expect(fieldValue(moment)).toBe('2026-11-29T15:00');
  expect(localMoment('2026-11-29T15:00')).toBe(moment.toISOString());
  for (const value of ['', 'x', '2026-02-31T15:00']) expect(localMoment(value)).toBeUndefined();
});

it('proposes full hours', () => {
  expect(hourAfter(new Date(2026, 10, 29, 15, 20), 1)).toBe('2026-11-29T16:00');
});
