import { expect, it } from 'vitest';
import { dayOf, endOfDay, pastTime, timeText } from './past-time.ts';

const now = new Date('2026-11-29T10:00:30.500Z');

it('reads a time in the past from the address, and nothing else', () => {
  expect(pastTime('2026-11-28T06:00Z', now)).toEqual(new Date('2026-11-28T06:00:00Z'));
  for (const text of ['', 'yesterday', '2026-11-30T00:00Z', '2026-13-40T00:00Z']) {
    expect(pastTime(text, now)).toBeUndefined();
  }
});

it('writes minutes, which it reads again', () => {
  expect(timeText(now)).toBe('2026-11-29T10:00Z');
  expect(pastTime(timeText(now), now)).toEqual(new Date('2026-11-29T10:00:00Z'));
});

it('goes to the end of a local day, which is still that day', () => {
  const end = endOfDay('2026-11-28');
  expect([end.getDate(), end.getHours()]).toEqual([29, 0]);
  expect(dayOf(end)).toBe('2026-11-28');
  expect(dayOf(new Date(end.getTime() + 60_000))).toBe('2026-11-29');
});
