import { Cron } from 'croner';
import { Fault } from '../faults/fault.ts';
import { openZone, type Zone } from './time-zone.ts';

/** When a schedule fires: a cron expression in a time zone. */
export interface Recurrence {
  /** Minute, hour, day of the month, month, day of the week; or `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`. */
  cron: string;
  /** A name of the IANA database. */
  zone: string;
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
export function timesOf({ cron, zone }: Recurrence): Times {
  const { wallClock, occurrence } = openZone(zone);
  const pattern = readCron(cron, zone);
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
  throw new Fault(
    'INPUT_INVALID',
    `The input is not valid. cron: ${JSON.stringify(recurrence.cron)} never occurs.`,
  );
}

const fields = [
  { name: 'minute', values: '0 to 59' },
  { name: 'hour', values: '0 to 23' },
  { name: 'day of the month', values: '1 to 31, or L for the last' },
  { name: 'month', values: '1 to 12, or JAN to DEC' },
  { name: 'day of the week', values: '0 to 7 with Sunday as 0 and 7, or MON to SUN' },
];

const options = {
  mode: '5-part',
  // As Vixie cron: a pattern with neither `*` nor a step is a list of times of the day.
  fixedTimeRule: 'no-wildcard',
  paused: true,
} as const;

function readCron(cron: string, zone: string): Cron {
  const parts = cron.trim().split(/\s+/);
  const refuse = (problem: string) => new Fault('INPUT_INVALID', `The input is not valid. cron: ${problem}.`);
  const read = (text: string) => {
    try {
      return new Cron(text, { ...options, timezone: zone });
    } catch {
      return undefined;
    }
  };
  const nickname = cron.trim().startsWith('@');
  if (!nickname && parts.length !== fields.length) {
    throw refuse(
      `${JSON.stringify(cron)} has ${parts.length === 1 ? 'one field' : `${parts.length} fields`}, but five are needed: ${fields.map(({ name }) => name).join(', ')}`,
    );
  }
  const pattern = read(parts.join(' '));
  if (pattern) return pattern;
  if (nickname) {
    throw refuse(`${JSON.stringify(cron)} is not one of @hourly, @daily, @weekly, @monthly and @yearly`);
  }
  // Reads each field separately to find the wrong one.
  const wrong = fields.findIndex(
    (_, index) => !read(fields.map((_, other) => (other === index ? parts[other] : '*')).join(' ')),
  );
  const field = fields[wrong];
  if (!field) throw refuse(`${JSON.stringify(cron)} cannot be read`);
  throw refuse(
    `${JSON.stringify(parts[wrong])} is not a valid ${field.name}: ${field.values}, or *, lists (1,15), ranges (1-5) and steps (*/10)`,
  );
}
