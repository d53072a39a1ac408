import { describe, expect, it } from 'vitest';
import { dayAfter, endOfDay } from './quarantine-end.ts';

describe('the end of a quarantine', () => {
  it('is a day so many days from now, in the time zone of the user', () => {
    expect(dayAfter(14, new Date(2026, 10, 29, 23, 30))).toBe('2026-12-13');
    expect(dayAfter(0, new Date(2026, 0, 5))).toBe('2026-01-05');
  });

  it('includes the whole day', () => {
    expect(endOfDay('2026-12-13')).toBe(new Date(2026, 11, 13, 23, 59, 59, 999).toISOString());
    expect(endOfDay('')).toBeUndefined();
  });
});
