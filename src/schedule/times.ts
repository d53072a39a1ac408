import { Cron } from 'croner';
import type { DayRule } from '../model/schedule.ts';
import { checkFields, invalid, splitFields } from './cron-fields.ts';
import { asEither, needsBothDays } from './day-rule.ts';
import { openZone, type Zone } from './time-zone.ts';

/** When a schedule fires: a cron expression in a time zone. */
export interface Recurrence {
  /** Minute, hour, day of the month, month, day of the week; or `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`. */
  cron: string;
  /** A name of the IANA database. */
  zone: string;
  dayRule: DayRule;
}

/** The recurrence of a new expression. Errors: INPUT_INVALID, also for what only older schedules may have. */
export function newRecurrence({ cron, zone }: Pick<Recurrence, 'cron' | 'zone'>): Recurrence {
  openZone(zone);
  checkFields(cron, isReadable);
  return { cron, zone, dayRule: 'vixie' };
}

/** The times of a recurrence, and the local time then. */
export interface Times extends Pick<Zone, 'wallClock'> {
  /** The first `count` times after a moment; fewer when there are no more. */
  after(moment: Date, count: number): Date[];
  /** The last time at or before a moment. */
  upTo(moment: Date): Date | undefined;
  /** How a clock change affects one of these times; `undefined`: it does not. */
  clockChangeNote(time: Date): string | undefined;
}

/**
 * The times of a recurrence. Errors: INPUT_INVALID, with a message that names what is wrong.
 *
 * At a clock change: a recurrence of fixed hours and minutes (`30 2 * * *`, `0 2,14 * * *`) fires once for each of its
 * times, at the moment of the change if the clock skips the time, and at the first occurrence if the time occurs twice. A recurrence
 * with `*` or a step in its minutes or hours (`0 * * * *`, `*\/15 * * * *`) follows elapsed time: it does not fire in a skipped
 * hour, and fires in both occurrences of a repeated one.
 */
export function timesOf(recurrence: Recurrence): Times {
  const { wallClock, occurrence } = openZone(recurrence.zone);
  const pattern = readCron(recurrence);
  return {
    wallClock,
    after: (moment, count) => pattern.nextRuns(count, moment),
    // Croner returns times strictly before the moment.
    upTo: (moment) => pattern.previousRuns(1, new Date(moment.getTime() + 1))[0],
    clockChangeNote(time) {
      if (!pattern.match(time)) return 'the clock skips the scheduled time';
      const place = occurrence(time);
      return place && `the ${place} of two: the clock is set back`;
    },
  };
}

/** The first time after a moment. Errors: INPUT_INVALID, also when there is none (30 February). */
export function firstAfter(recurrence: Recurrence, moment: Date): Date {
  const [first] = timesOf(recurrence).after(moment, 1);
  if (first) return first;
  throw invalid(`${JSON.stringify(recurrence.cron)} never occurs`);
}

/** What a schedule with an older day rule would do under that of cron. */
export interface DayRuleChange {
  /** The first times after the moment under the rule of cron; none when the expression would never occur. */
  next: Date[];
  /** An expression with the current times under the rule of cron. */
  sameTimes: string;
}

/** How many times are compared. */
const comparedTimes = 20;

/** How the next 20 times of a recurrence would change under the rule of cron; `undefined`: they would not. Errors: INPUT_INVALID. */
export function dayRuleChange(recurrence: Recurrence, moment: Date): DayRuleChange | undefined {
  if (recurrence.dayRule === 'vixie' || !needsBothDays(recurrence.cron, 'vixie')) return undefined;
  const next = timesOf({ ...recurrence, dayRule: 'vixie' }).after(moment, comparedTimes);
  const present = timesOf(recurrence).after(moment, comparedTimes);
  const isSame =
    present.length === next.length && present.every((time, index) => Number(time) === Number(next[index]));
  return isSame ? undefined : { next, sameTimes: asEither(recurrence.cron) };
}

const options = {
  mode: '5-part',
  // As Vixie cron: a pattern with neither `*` nor a step is a list of times of the day.
  fixedTimeRule: 'no-wildcard',
  paused: true,
} as const;

/** Errors: INPUT_INVALID. */
function readCron({ cron, zone, dayRule }: Recurrence): Cron {
  splitFields(cron);
  const pattern = parse(cron, zone, needsBothDays(cron, dayRule));
  if (pattern) return pattern;
  checkFields(cron, isReadable);
  throw invalid(`${JSON.stringify(cron)} cannot be read`);
}

function parse(cron: string, timezone: string, domAndDow: boolean): Cron | undefined {
  try {
    return new Cron(cron.trim().split(/\s+/).join(' '), { ...options, timezone, domAndDow });
  } catch {
    return undefined;
  }
}

const isReadable = (cron: string) => parse(cron, 'UTC', false) !== undefined;
