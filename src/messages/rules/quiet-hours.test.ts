import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { endOfQuietHours } from './quiet-hours.ts';

const night = { from: '22:00', until: '07:00', zone: 'Europe/Berlin' };
const endOf = (hours: { from: string; until: string; zone: string }, at: string) =>
  endOfQuietHours(hours, new Date(at))?.toISOString();

describe('quiet hours', () => {
  it.each([
    ['begin with their first minute', night, '2026-11-28T21:00:00Z', '2026-11-29T06:00:00.000Z'],
    ['last over midnight', night, '2026-11-29T00:30:12Z', '2026-11-29T06:00:00.000Z'],
    ['are over in their last minute', night, '2026-11-29T06:00:00Z', undefined],
    ['have not begun before their first minute', night, '2026-11-28T20:59:59Z', undefined],
    [
      'may lie within a day',
      { ...night, from: '12:00', until: '13:30' },
      '2026-07-01T10:30:00Z',
      '2026-07-01T11:30:00.000Z',
    ],
    [
      'are an hour shorter when the clock is set forward',
      night,
      '2026-03-28T21:00:00Z',
      '2026-03-29T05:00:00.000Z',
    ],
    [
      'are an hour longer when the clock is set back',
      night,
      '2026-10-24T20:00:00Z',
      '2026-10-25T06:00:00.000Z',
    ],
    [
      'end at the change when the clock skips their end',
      { ...night, until: '02:30' },
      '2026-03-28T22:00:00Z',
      '2026-03-29T01:00:00.000Z',
    ],
    [
      'end at the first of two ends',
      { ...night, until: '02:30' },
      '2026-10-24T22:00:00Z',
      '2026-10-25T00:30:00.000Z',
    ],
    [
      'end again at the second of two ends',
      { ...night, until: '02:30' },
      '2026-10-25T01:10:00Z',
      '2026-10-25T01:30:00.000Z',
    ],
    [
      'follow zones with half hours',
      { ...night, zone: 'Asia/Kolkata' },
      '2026-11-28T17:00:00Z',
      '2026-11-29T01:30:00.000Z',
    ],
  ])('%s', (_, hours, at, end) => expect(endOf(hours, at)).toBe(end));

  it('end with the first minute outside of them, in any zone and at any time', () => {
    const zones = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Pacific/Apia', 'UTC'];
    const clock = fc
      .tuple(fc.nat(23), fc.nat(59))
      .map((pair) => pair.map((each) => String(each).padStart(2, '0')).join(':'));
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        clock,
        clock,
        fc.date({ min: new Date('2026-01-01'), max: new Date('2027-01-01'), noInvalidDate: true }),
        (zone, from, until, at) => {
          const hours = { zone, from, until };
          const end = endOfQuietHours(hours, at);
          if (!end) return;
          expect(end.getTime()).toBeGreaterThan(at.getTime());
          expect(end.getTime() - at.getTime()).toBeLessThanOrEqual(26 * 60 * 60_000);
          expect(endOfQuietHours(hours, end)).toBeUndefined();
          expect(endOfQuietHours(hours, new Date(end.getTime() - 1))).toEqual(end);
        },
      ),
      { numRuns: 300 },
    );
  });
});
