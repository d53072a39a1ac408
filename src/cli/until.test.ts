import { describe, expect, it } from 'vitest';
import { parseUntil } from './until.ts';

const now = new Date('2026-11-29T12:00:00Z');
const day = 24 * 3_600_000;

describe('the end that an option names', () => {
  it.each([
    ['14d', 14 * day],
    ['2w', 14 * day],
    [' 1 d ', day],
  ])('%s is so far away', (text, ms) => {
    expect(parseUntil(text, now).getTime() - now.getTime()).toBe(ms);
  });

  it('may be a date, which means the end of that day, or a time', () => {
    expect(parseUntil('2026-12-31', now)).toEqual(new Date(2026, 11, 31, 23, 59, 59, 999));
    expect(parseUntil('2026-12-31T10:00:00Z', now)).toEqual(new Date('2026-12-31T10:00:00Z'));
  });

  it.each(['', 'tomorrow', '14', '2026-02-31', '2026-13-01', '-3d', '99999d', '2026-12-31 10:00'])(
    'refuses %j',
    (text) => {
      expect(() => parseUntil(text, now)).toThrow('It must be a number of days or weeks');
    },
  );
});
