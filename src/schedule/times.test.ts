import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Fault } from '../faults/fault.ts';
import { openZone } from './time-zone.ts';
import { firstAfter, newRecurrence, timesOf } from './times.ts';

const at = (text: string) => new Date(text);
const times = (cron: string, zone: string, from: string, count: number) =>
  timesOf(newRecurrence({ cron, zone }))
    .after(at(from), count)
    .map((time) => `${time.toISOString().slice(0, 16)} ${openZone(zone).wallClock(time).local.slice(11)}`);
const problemOf = (cron: string, zone = 'UTC') => {
  try {
    firstAfter(newRecurrence({ cron, zone }), at('2026-01-01T00:00:00Z'));
    return undefined;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return `${error.code}: ${error.message}`;
  }
};

describe('times', () => {
  it('follow the local time of the zone', () => {
    expect(times('0 2 * * MON-FRI', 'Europe/Berlin', '2026-07-03T00:00:00Z', 2)).toEqual([
      '2026-07-06T00:00 02:00',
      '2026-07-07T00:00 02:00',
    ]);
    expect(times('@daily', 'Asia/Kolkata', '2026-07-03T00:00:00Z', 1)).toEqual(['2026-07-03T18:30 00:00']);
  });

  describe('in an hour that the clock skips', () => {
    it('fire at the clock change, if they are fixed', () => {
      expect(times('30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00:00Z', 2)).toEqual([
        '2026-03-29T01:00 03:00',
        '2026-03-30T00:30 02:30',
      ]);
      // At midnight, in Chile.
      expect(times('0 0 * * *', 'America/Santiago', '2026-09-05T12:00:00Z', 1)).toEqual([
        '2026-09-06T04:00 01:00',
      ]);
    });

    it('fire once where a skipped time coincides with another', () => {
      expect(times('0 1-4 * * *', 'Europe/Berlin', '2026-03-28T23:00:00Z', 4)).toEqual([
        '2026-03-29T00:00 01:00',
        '2026-03-29T01:00 03:00',
        '2026-03-29T02:00 04:00',
        '2026-03-29T23:00 01:00',
      ]);
    });

    it('do not exist, if they follow elapsed time', () => {
      expect(times('*/30 * * * *', 'Europe/Berlin', '2026-03-29T00:00:00Z', 3)).toEqual([
        '2026-03-29T00:30 01:30',
        '2026-03-29T01:00 03:00',
        '2026-03-29T01:30 03:30',
      ]);
    });
  });

  describe('in an hour that occurs twice', () => {
    it('fire at the first occurrence, if they are fixed', () => {
      expect(times('30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00:00Z', 2)).toEqual([
        '2026-10-25T00:30 02:30',
        '2026-10-26T01:30 02:30',
      ]);
    });

    it('fire at both occurrences, if they follow elapsed time', () => {
      expect(times('30 * * * *', 'Europe/Berlin', '2026-10-25T00:00:00Z', 3)).toEqual([
        '2026-10-25T00:30 02:30',
        '2026-10-25T01:30 02:30',
        '2026-10-25T02:30 03:30',
      ]);
    });
  });

  it('have a note about the clock change', () => {
    const fixed = timesOf(newRecurrence({ cron: '30 2 * * *', zone: 'Europe/Berlin' }));
    expect(fixed.clockChangeNote(at('2026-03-29T01:00:00Z'))).toBe('the clock skips the scheduled time');
    expect(fixed.clockChangeNote(at('2026-10-25T00:30:00Z'))).toBe('the first of two: the clock is set back');
    expect(fixed.clockChangeNote(at('2026-10-26T01:30:00Z'))).toBeUndefined();
    const elapsed = timesOf(newRecurrence({ cron: '30 * * * *', zone: 'Europe/Berlin' }));
    expect(elapsed.clockChangeNote(at('2026-10-25T01:30:00Z'))).toBe(
      'the second of two: the clock is set back',
    );
    expect(elapsed.clockChangeNote(at('2026-10-25T02:30:00Z'))).toBeUndefined();
  });
});

describe('an invalid cron expression or time zone', () => {
  it('is refused with a message that names the wrong part', () => {
    expect(problemOf('0 2 * *')).toBe(
      'INPUT_INVALID: The input is not valid. cron: "0 2 * *" has 4 fields, but five are needed: minute, hour, day of the month, month, day of the week. Seconds and years are not supported.',
    );
    expect(problemOf('0 25 * * *')).toContain('cron: "25" is not a valid hour: 0 to 23, or *');
    expect(problemOf('0 2 * JUNK *')).toContain('"JUNK" is not a valid month');
    expect(problemOf('*/0 * * * *')).toContain('"*/0" is not a valid minute');
    expect(problemOf('0 0 * * 0 2026')).toContain('has 6 fields');
    expect(problemOf('')).toContain('five are needed');
    expect(problemOf('@reboot')).toContain('"@reboot" is not one of @hourly');
    expect(problemOf('0 0 30 2 *')).toContain('cron: "0 0 30 2 *" never occurs');
    expect(problemOf('0 2 * * *', 'Europe/Berln')).toContain(
      'zone: "Europe/Berln" is not a time zone; did you mean Europe/Berlin?',
    );
    expect(problemOf('0 2 * * *', '+02:00')).toContain('a name such as Europe/Berlin or UTC is needed');
    expect(problemOf('0 0 29 2 *')).toBeUndefined();
  });
});

describe('a cron expression', () => {
  it.each([
    '07 08 * * *',
    '*/15 0-6/2 1,15 jan-MAR *',
    '0 2 1-31/2 * SAT-SUN',
    '0 2 * * 5-7/2',
    '0 2 */2 * */7',
    '0 2 ? * MON',
    '0 2 L * *',
    '0 2 15,L * *',
    '0 2 LW * *',
    '0 2 15W * *',
    '0 2 * * MON#1,FRI#L',
    '0 2 * * 5L',
    '@midnight',
    '@Annually',
  ])('may be %s', (cron) => {
    expect(problemOf(cron)).toBeUndefined();
  });

  it.each([
    ['0 0 2 * * *', 'Seconds and years are not supported'],
    ['? 2 * * *', '"?" is not a valid minute'],
    ['*,5 2 * * *', '"*,5" is not a valid minute'],
    ['5/10 2 * * *', '"5/10" is not a valid minute: 0 to 59, or *, lists (1,15), ascending ranges (1-5)'],
    ['0 22-2 * * *', '"22-2" is not a valid hour'],
    ['0 2 0 * *', '"0" is not a valid day of the month'],
    ['0 2 */40 * *', '"*/40" is not a valid day of the month'],
    ['0 2 L-3 * *', '"L-3" is not a valid day of the month'],
    ['0 2 LW,15 * *', '"LW,15" is not a valid day of the month'],
    ['0 2 1,,2 * *', '"1,,2" is not a valid day of the month'],
    ['0 2 * * MONDAY', '"MONDAY" is not a valid day of the week'],
    ['0 2 * * FRI-MON', '"FRI-MON" is not a valid day of the week'],
    ['0 2 * * L', '"L" is not a valid day of the week'],
    ['0 2 * * MON#6', '"MON#6" is not a valid day of the week'],
    ['0 2 * * MON-FRI#1', '"MON-FRI#1" is not a valid day of the week'],
    ['0 2 * * +MON', '"+MON" is not a valid day of the week'],
    ['0 2 * * */8', '"*/8" is not a valid day of the week'],
    ['@every 5m', '"@every 5m" is not one of @hourly'],
  ])('may not be %s', (cron, problem) => {
    expect(problemOf(cron)).toContain(problem);
  });

  it('is read or refused, whatever the text is', () => {
    const characters = fc.constantFrom(...'0123456789*/,-#?@+LWMONJA ');
    fc.assert(
      fc.property(fc.string({ unit: characters, maxLength: 100 }), (cron) => {
        expect(problemOf(cron) ?? 'INPUT_INVALID').toContain('INPUT_INVALID');
      }),
    );
  });
});

describe('times in any zone, also at clock changes', () => {
  /** Their clocks change by half an hour, at midnight, in the southern summer, around Ramadan, or never. */
  const zones = [
    'Europe/Berlin',
    'America/New_York',
    'Australia/Lord_Howe',
    'America/Santiago',
    'Africa/Casablanca',
    'Africa/Cairo',
    'Asia/Kathmandu',
    'Pacific/Apia',
    'America/St_Johns',
    'UTC',
  ];
  const field = (low: number, high: number) =>
    fc.oneof(
      fc.constant('*'),
      fc.integer({ min: low, max: high }).map(String),
      fc
        .tuple(fc.integer({ min: low, max: high }), fc.integer({ min: low, max: high }))
        .map(([a, b]) => `${a},${b}`),
    );
  const step = fc.constantFrom('*/5', '*/15', '*/20', '*/30');
  const crons = fc
    .tuple(
      fc.oneof(field(0, 59), step),
      field(0, 23),
      fc.constantFrom('*', '1-15', 'L'),
      fc.constantFrom('*', '3', '9-11'),
      fc.constantFrom('*', 'MON-FRI', '0'),
    )
    .map((parts) => parts.join(' '));
  const moments = fc
    .date({ min: at('2024-01-01T00:00:00Z'), max: at('2029-12-31T00:00:00Z'), noInvalidDate: true })
    .map((date) => new Date(Math.floor(date.getTime() / 1000) * 1000));
  /** Moments near a clock change in one of the zones. */
  const momentsNearChanges = fc
    .tuple(
      fc.constantFrom(
        '2026-03-08',
        '2026-03-29',
        '2026-04-04',
        '2026-04-05',
        '2026-09-06',
        '2026-10-04',
        '2026-10-25',
        '2026-11-01',
      ),
      fc.integer({ min: -1440, max: 2880 }),
    )
    .map(([day, minutes]) => new Date(at(`${day}T00:00:00Z`).getTime() + minutes * 60_000));

  it('are ascending whole minutes, and are the same when searched backward', () => {
    fc.assert(
      fc.property(
        crons,
        fc.constantFrom(...zones),
        fc.oneof(moments, momentsNearChanges),
        (cron, zone, moment) => {
          const times = timesOf(newRecurrence({ cron, zone }));
          const next = times.after(moment, 4);
          let before = moment;
          for (const time of next) {
            expect(time > before).toBe(true);
            expect(time.getTime() % 60_000).toBe(0);
            // The same when searched from between two of them: none is left out, none occurs twice.
            const between = new Date((time.getTime() + before.getTime()) / 2);
            expect(times.after(between, 1)).toEqual([time]);
            expect(times.upTo(time)).toEqual(time);
            if (time !== next[0]) expect(times.upTo(new Date(time.getTime() - 1000))).toEqual(before);
            before = time;
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  it('at a fixed time of day occur once each day, also at a clock change', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 59 }),
        fc.integer({ min: 0, max: 23 }),
        fc.constantFrom(...zones),
        momentsNearChanges,
        (minute, hour, zone, moment) => {
          const days = timesOf(newRecurrence({ cron: `${minute} ${hour} * * *`, zone }))
            .after(moment, 5)
            .map((time) => openZone(zone).wallClock(time).local.slice(0, 10));
          expect(new Set(days).size).toBe(5);
          const dayNumber = (day: string | undefined) => at(`${day}T00:00:00Z`).getTime() / 86_400_000;
          expect(dayNumber(days[4]) - dayNumber(days[0])).toBe(4);
        },
      ),
      { numRuns: 150 },
    );
  });
});
