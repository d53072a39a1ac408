import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DayRule } from '../model/schedule.ts';
import { asEither, describeDays } from './day-rule.ts';
import { dayRuleChange, newRecurrence, timesOf } from './times.ts';

/**
 * An independent model of a cron expression: minute by minute, by the rule of Vixie cron for the days, and by docs/schedules.md for
 * changes of the clock. It shares nothing with the library.
 */
function modelTimes(
  cron: string,
  zone: string,
  from: Date,
  days: number,
  isStar: (field: string) => boolean,
) {
  const [minuteText = '', hourText = '', monthDayText = '', monthText = '', weekdayText = ''] =
    cron.split(' ');
  const minutes = valuesOf(minuteText, 0, 59);
  const hours = valuesOf(hourText, 0, 23);
  const monthDays = valuesOf(monthDayText, 1, 31);
  const months = valuesOf(monthText, 1, 12);
  const weekdays = new Set([...valuesOf(weekdayText, 0, 7)].map((day) => day % 7));
  const isDay = (local: Date) => {
    const [ofMonth, ofWeek] = [monthDays.has(local.getUTCDate()), weekdays.has(local.getUTCDay())];
    return isStar(monthDayText) || isStar(weekdayText) ? ofMonth && ofWeek : ofMonth || ofWeek;
  };
  const matches = (local: Date) =>
    minutes.has(local.getUTCMinutes()) &&
    hours.has(local.getUTCHours()) &&
    months.has(local.getUTCMonth() + 1) &&
    isDay(local);
  const isFixed = !/[*/]/.test(`${minuteText}${hourText}`);
  const offsetMs = offsets(zone);

  const times = new Set<number>();
  let latestLocal = Number.NEGATIVE_INFINITY;
  // From a day before, to know which local times have occurred already.
  for (let at = from.getTime() - 86_400_000; at <= from.getTime() + days * 86_400_000; at += 60_000) {
    const local = at + offsetMs(at);
    const isRepeated = local <= latestLocal;
    if (at > from.getTime()) {
      if (matches(new Date(local)) && !(isFixed && isRepeated)) times.add(at);
      // The clock has skipped the times in between.
      for (let gone = latestLocal + 60_000; isFixed && gone < local; gone += 60_000) {
        if (matches(new Date(gone))) times.add(at);
      }
    }
    latestLocal = Math.max(latestLocal, local);
  }
  return [...times].sort((a, b) => a - b).map((time) => new Date(time));
}

const names = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

function valuesOf(field: string, low: number, high: number): Set<number> {
  const number = (text: string) => (names.includes(text) ? names.indexOf(text) : Number(text));
  const values = new Set<number>();
  for (const item of field.split(',')) {
    const [range = '', step = '1'] = item.split('/');
    const [first = '', last = first] = range === '*' ? [String(low), String(high)] : range.split('-');
    for (let value = number(first); value <= number(last); value += Number(step)) values.add(value);
  }
  return values;
}

/** The offset of a zone from UTC; no zone changes it within a quarter of an hour. */
function offsets(zone: string): (at: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    hourCycle: 'h23',
  });
  const cached = new Map<number, number>();
  return (at) => {
    const quarter = Math.floor(at / 900_000) * 900_000;
    const before = cached.get(quarter);
    if (before !== undefined) return before;
    const part = Object.fromEntries(
      format.formatToParts(quarter).map(({ type, value }) => [type, Number(value)]),
    );
    const local = Date.UTC(
      part['year'] ?? 0,
      (part['month'] ?? 1) - 1,
      part['day'],
      part['hour'],
      part['minute'],
    );
    cached.set(quarter, local - quarter);
    return local - quarter;
  };
}

const zones = [
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'America/Santiago',
  'Africa/Cairo',
  'Asia/Kathmandu',
  'UTC',
];

/** Expressions of all forms that Vixie cron knows, with different day fields. */
const expressions = fc
  .tuple(
    fc.constantFrom('0', '30', '0,30', '*/20', '15-45/15'),
    fc.constantFrom('3', '0', '1-3', '2,14', '*/6', '*'),
    fc.constantFrom('*', '*/2', '*/7', '*/31', '1-7', '1,15', '1-31/3', '31', '*/10,5', '13'),
    fc.constantFrom('*', '*/2', '3', '9-11', '3,4,10'),
    fc.constantFrom('*', '*/2', '*/7', 'MON', '1-5', '0', '7', 'SAT,SUN', '5-7', 'TUE-THU', '0-6/3', '*/3,5'),
  )
  .map((parts) => parts.join(' '));
/** Two days to a few weeks before clocks are changed somewhere. */
const moments = fc
  .tuple(
    fc.constantFrom(
      '2026-03-08',
      '2026-03-29',
      '2026-04-05',
      '2026-04-24',
      '2026-09-06',
      '2026-10-04',
      '2026-10-25',
    ),
    fc.integer({ min: -30 * 1440, max: 2880 }),
  )
  .map(([day, minutes]) => new Date(Date.parse(`${day}T00:00:00Z`) + minutes * 60_000));

describe('the days of a cron expression', () => {
  it.each<[DayRule, (field: string) => boolean]>([
    ['vixie', (field) => field.startsWith('*')],
    ['either', (field) => field === '*'],
  ])(
    'are those of an independent model, for the rule %s, also at clock changes',
    (dayRule, isStar) => {
      fc.assert(
        fc.property(expressions, fc.constantFrom(...zones), moments, (cron, zone, moment) => {
          const expected = modelTimes(cron, zone, moment, 40, isStar).slice(0, 40);
          expect(timesOf({ cron, zone, dayRule }).after(moment, expected.length)).toEqual(expected);
        }),
        { numRuns: 50 },
      );
    },
    120_000,
  );

  const datesOf = (cron: string, dayRule: DayRule) =>
    timesOf({ cron, zone: 'UTC', dayRule })
      .after(new Date('2026-06-01T00:00:00Z'), 4)
      .map((time) => time.toISOString().slice(5, 10));

  it('must match both fields if one begins with *', () => {
    expect(datesOf('0 3 */2 * MON', 'vixie')).toEqual(['06-01', '06-15', '06-29', '07-13']);
    expect(datesOf('0 3 1-7 * */7', 'vixie')).toEqual(['06-07', '07-05', '08-02', '09-06']);
    expect(datesOf('0 3 1-7 * SUN', 'vixie')).toEqual(['06-01', '06-02', '06-03', '06-04']);
  });

  it('stay as they were for schedules from before that rule', () => {
    expect(datesOf('0 3 */2 * MON', 'either')).toEqual(['06-01', '06-03', '06-05', '06-07']);
    expect(datesOf('0 3 1-7 * */7', 'either')).toEqual(['06-01', '06-02', '06-03', '06-04']);
    // Only such schedules may have this modifier of the library.
    expect(datesOf('0 3 1-7 * +SUN', 'either')).toEqual(['06-07', '07-05', '08-02', '09-06']);
  });
});

describe('the change to the rule of cron', () => {
  const now = new Date('2026-06-01T00:00:00Z');
  const changeOf = (cron: string, dayRule: DayRule = 'either') =>
    dayRuleChange({ cron, zone: 'Europe/Berlin', dayRule }, now);

  it('is shown for schedules whose times differ, with an expression that keeps them', () => {
    expect(changeOf('0 3 */2 * MON')).toMatchObject({ sameTimes: '0 3 1-31/2 * MON' });
    expect(changeOf('0 3 1-7 * */7')).toMatchObject({ sameTimes: '0 3 1-7 * 0-6/7' });
    expect(changeOf('0 3 */2 * MON')?.next[0]).toEqual(new Date('2026-06-01T01:00:00Z'));
    expect(changeOf('0 3 30 2 */2')?.next).toEqual([]);
  });

  it.each([
    '0 3 * * MON',
    '0 3 */2 * *',
    '0 3 1-7 * SUN',
    '0 3 */2 * ?',
    '@daily',
    '0 3 1-7 * +SUN',
    '0 3 */1 * */1',
  ])('is nothing for %s', (cron) => {
    expect(changeOf(cron)).toBeUndefined();
  });

  it('is nothing once it is confirmed', () => {
    expect(changeOf('0 3 */2 * MON', 'vixie')).toBeUndefined();
  });

  it('is avoided by the expression that is offered', () => {
    fc.assert(
      fc.property(expressions, fc.constantFrom(...zones), moments, (cron, zone, moment) => {
        const [month, week] = [cron.split(' ')[2], cron.split(' ')[4]];
        fc.pre(month !== '*' && week !== '*');
        const kept = newRecurrence({ cron: asEither(cron), zone });
        expect(timesOf(kept).after(moment, 20)).toEqual(
          timesOf({ cron, zone, dayRule: 'either' }).after(moment, 20),
        );
      }),
      { numRuns: 50 },
    );
  }, 60_000);
});

describe('the words for two day fields', () => {
  it('say whether both or either must match', () => {
    expect(describeDays('0 3 */2 * MON', 'vixie')).toBe(
      'It fires only on days that match both the day of the month (*/2) and the day of the week (MON), because one of them begins with *.',
    );
    expect(describeDays('0 3 1-7 * SUN', 'vixie')).toBe(
      'It fires on days that match either the day of the month (1-7) or the day of the week (SUN).',
    );
    expect(describeDays('0 3 */2 * MON', 'either')).toBe(
      'It fires on days that match either the day of the month (*/2) or the day of the week (MON). Cron would require both, because one of them begins with *.',
    );
    expect(describeDays('0 3 1-7 * +SUN', 'either')).toContain('both the day of the month (1-7) and');
  });

  it('are none for a single one', () => {
    for (const cron of ['0 3 * * MON', '0 3 1 * *', '0 3 ? * MON', '@weekly']) {
      expect(describeDays(cron, 'vixie')).toBeUndefined();
    }
  });
});
