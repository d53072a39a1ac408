import { Cron } from 'croner';
import { Fault } from '../faults/fault.ts';
import { openZone, type Zone } from './time-zone.ts';

/** When a schedule fires. */
export interface Rhythm {
  /** Minute, hour, day of the month, month, day of the week; or `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`. */
  cron: string;
  /** Of the IANA database. */
  zone: string;
}

/** The times of a rhythm, and what clocks show then. */
export interface Times extends Pick<Zone, 'wallClock'> {
  /** The first `count` times after a moment; fewer when there are no more. */
  after(moment: Date, count: number): Date[];
  /** The last time at or before a moment. */
  upTo(moment: Date): Date | undefined;
  /** What is odd about one of these times, because the clock is changed that day. */
  oddity(time: Date): string | undefined;
}

/**
 * Reads a rhythm. Errors: INPUT_INVALID, which says what is wrong with it.
 *
 * Where the clock is changed: a rhythm of named hours and minutes (`30 2 * * *`, `0 2,14 * * *`) fires once for each of its
 * times, at the moment of the change if the clock skips it, and the first time if it comes twice. One with `*` or a step in its
 * minutes or hours (`0 * * * *`, `*\/15 * * * *`) goes by how much time has passed: in a skipped hour there is nothing, in a
 * doubled one it fires in both.
 */
export function timesOf({ cron, zone }: Rhythm): Times {
  const { wallClock, placeAmongTwins } = openZone(zone);
  const pattern = readCron(cron, zone);
  return {
    wallClock,
    after: (moment, count) => pattern.nextRuns(count, moment),
    // Croner takes those strictly before.
    upTo: (moment) => pattern.previousRuns(1, new Date(moment.getTime() + 1))[0],
    oddity(time) {
      if (!pattern.match(time)) return 'the clock skips the time that was meant';
      const place = placeAmongTwins(time);
      return place && `the ${place} of two: the clock is set back`;
    },
  };
}

/** The first time after a moment. Errors: INPUT_INVALID, also when there is none (30 February). */
export function firstAfter(rhythm: Rhythm, moment: Date): Date {
  const [first] = timesOf(rhythm).after(moment, 1);
  if (first) return first;
  throw new Fault(
    'INPUT_INVALID',
    `The input is not valid. cron: ${JSON.stringify(rhythm.cron)} never comes.`,
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
  // As Vixie cron: what has neither `*` nor a step is a list of times of the day.
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
  const found = read(parts.join(' '));
  if (found) return found;
  if (nickname) {
    throw refuse(`${JSON.stringify(cron)} is not one of @hourly, @daily, @weekly, @monthly and @yearly`);
  }
  // Each field by itself says which of them it is.
  const wrong = fields.findIndex(
    (_, place) => !read(fields.map((_, at) => (at === place ? parts[at] : '*')).join(' ')),
  );
  const field = fields[wrong];
  if (!field) throw refuse(`${JSON.stringify(cron)} cannot be read`);
  throw refuse(
    `${JSON.stringify(parts[wrong])} is no ${field.name}: ${field.values}, or *, lists (1,15), ranges (1-5) and steps (*/10)`,
  );
}
