import fc from 'fast-check';
import { expect, it } from 'vitest';
import { openZone } from '../../schedule/time-zone.ts';
import { createTimeReader } from './local-time.ts';

it.each([
  ['UTC', '2026-03-29 02:30:00', '2026-03-29T02:30:00.000Z'],
  ['UTC', '2026-03-29 02:30:00.123456', '2026-03-29T02:30:00.123Z'],
  ['Europe/Berlin', '2026-01-10 02:30:00', '2026-01-10T01:30:00.000Z'],
  ['Europe/Berlin', '2026-07-10 02:30:00', '2026-07-10T00:30:00.000Z'],
  // Skipped by the clock, and twice on the clock.
  ['Europe/Berlin', '2026-03-29 02:30:00', '2026-03-29T01:30:00.000Z'],
  ['Europe/Berlin', '2026-10-25 02:30:00', '2026-10-25T00:30:00.000Z'],
  ['America/New_York', '2026-11-01 01:30:00', '2026-11-01T05:30:00.000Z'],
])('in %s %s is %s', (zone, text, expected) => {
  expect(createTimeReader(zone)(text)?.toISOString()).toBe(expected);
});

it.each([
  null,
  undefined,
  '',
  '0000-00-00 00:00:00',
  '2026-02-30 00:00:00',
  '2026-01-01 25:00:00',
  'yesterday',
])('%j is no time', (text) => expect(createTimeReader('UTC')(text)).toBeUndefined());

it('is the moment whose clock shows the time', () => {
  const zones = [
    'Europe/Berlin',
    'America/St_Johns',
    'Asia/Kathmandu',
    'Australia/Lord_Howe',
    'Pacific/Apia',
  ];
  const minutes = fc.integer({ min: Date.UTC(2020, 0, 1) / 60_000, max: Date.UTC(2030, 0, 1) / 60_000 });
  fc.assert(
    fc.property(fc.constantFrom(...zones), minutes, (zone, minute) => {
      const { wallClock } = openZone(zone);
      const { local } = wallClock(new Date(minute * 60_000));
      const read = createTimeReader(zone)(`${local}:00`);
      expect(read && wallClock(read).local).toBe(local);
    }),
  );
});
