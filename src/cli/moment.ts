import { InvalidArgumentError } from 'commander';
import { dayMs } from '../model/duration.ts';
import { durationText } from './output/format.ts';
import { readDuration } from './since.ts';

/** A length of time such as `30m`, `2h` or `1 h 30 min`, in milliseconds. */
export function parseDuration(text: string): number {
  const ms = readDuration(text.trim());
  if (ms === undefined || ms <= 0)
    throw new InvalidArgumentError('It must be a length of time such as 30m, 2h or "1 h 30 min".');
  return ms;
}

/**
 * A time from `now` on: the next `15:00` of the clock, a day with a time (`2026-11-30 15:00`), both in the time zone of this process, or
 * an ISO 8601 time with its zone. Where the clock is set back and a time occurs twice, the first one; a time that the clock skips is
 * refused.
 */
export function parseMoment(text: string, now: Date = new Date()): Date {
  const moment = clockTime(text.trim(), now) ?? dayAndTime(text.trim());
  if (moment === undefined || Number.isNaN(moment.getTime())) {
    throw new InvalidArgumentError(
      'It must be a time such as 15:00, "2026-11-30 15:00" or 2026-11-30T15:00+01:00.',
    );
  }
  return moment;
}

/** A moment as users must read it: in the time zone of this process and in UTC, and how far away it is. */
export function momentText(time: string, now: Date = new Date()): string {
  const moment = new Date(time);
  const local = moment.toLocaleString('sv-SE', { dateStyle: 'short', timeStyle: 'short' });
  const zone = new Intl.DateTimeFormat('en', { timeZoneName: 'short' })
    .formatToParts(moment)
    .find(({ type }) => type === 'timeZoneName')?.value;
  const utc = moment.toISOString().slice(11, 16);
  const far = moment > now ? `, in ${durationText(moment.getTime() - now.getTime())}` : '';
  return zone === 'UTC' ? `${local} UTC${far}` : `${local} ${zone} (${utc} UTC${far})`;
}

function clockTime(text: string, now: Date): Date | undefined {
  if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(text)) return undefined;
  const dayOf = (at: Date) =>
    [at.getFullYear(), at.getMonth() + 1, at.getDate()]
      .map((part) => String(part).padStart(2, '0'))
      .join('-');
  const today = at(dayOf(now), text);
  if (today > now) return today;
  // Noon, so that a day with 23 or 25 hours is not left out.
  const noon = new Date(now.getFullYear(), now.getMonth(), now.getDate(), 12);
  return at(dayOf(new Date(noon.getTime() + dayMs)), text);
}

function dayAndTime(text: string): Date | undefined {
  const [, day, time, zone] =
    /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(Z|[+-]\d\d:\d\d)?$/.exec(text) ?? [];
  if (day === undefined || time === undefined) return undefined;
  return zone === undefined ? at(day, time) : new Date(`${day}T${time}${zone}`);
}

/** A local time. A time that does not exist becomes another one, which is refused. */
function at(day: string, time: string): Date {
  const moment = new Date(`${day}T${time}`);
  if (Number.isNaN(moment.getTime())) return moment;
  const shown = moment.toLocaleString('sv-SE').replace(' ', 'T');
  if (!shown.startsWith(`${day}T${time.slice(0, 5)}`)) {
    throw new InvalidArgumentError(
      `There is no ${time} on ${day}: the clock is set forward then, or the day does not exist.`,
    );
  }
  return moment;
}
