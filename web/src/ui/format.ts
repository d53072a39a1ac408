/** Formats times and numbers. Dates use the time zone and the locale of the browser. */

export { approxDuration, durationText as duration } from '#src/model/duration.ts';
export { shortCommit } from '#src/model/short-commit.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** `just now`, `12 min ago`, `in 3 h`. */
export function relative(at: Date, now: Date): string {
  const ms = now.getTime() - at.getTime();
  const distance = Math.abs(ms);
  if (distance < 10 * second) return 'just now';
  const [unit, word] =
    distance < minute
      ? [second, 's']
      : distance < hour
        ? [minute, 'min']
        : distance < day
          ? [hour, 'h']
          : [day, 'd'];
  const count = `${Math.floor(distance / unit)} ${word}`;
  return ms > 0 ? `${count} ago` : `in ${count}`;
}

const clockFormat = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});
const secondsFormat = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium', hourCycle: 'h23' } as object);
const fullFormat = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'long' });
const dayFormat = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });

const dayClockFormat = new Intl.DateTimeFormat(undefined, {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});

const stampStyle = {
  year: 'numeric',
  month: 'short',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
} as const;
const stampFormat = new Intl.DateTimeFormat(undefined, stampStyle);
const browserZone = new Intl.DateTimeFormat().resolvedOptions().timeZone;

/** `09:31` */
export const clock = (at: Date) => clockFormat.format(at);
/** `09:31:07` */
export const clockSeconds = (at: Date) => secondsFormat.format(at);
/** With the date and the time zone. */
export const fullTime = (at: Date) => fullFormat.format(at);
/** `22 Nov 2026, 09:31:07`: for lists with a time on each line. */
export const stamp = (at: Date) => stampFormat.format(at);
/** As `stamp`, in another time zone. A zone that the browser does not have shows the time in UTC, and says so. */
export function stampIn(at: Date, timeZone: string): string {
  try {
    return new Intl.DateTimeFormat(undefined, { ...stampStyle, timeZone }).format(at);
  } catch {
    const inUtc = new Intl.DateTimeFormat(undefined, {
      ...stampStyle,
      timeZone: 'UTC',
      timeZoneName: 'short',
    });
    return inUtc.format(at);
  }
}
/** The name of a time zone that is not that of the browser; `undefined` for that of the browser. */
export const zoneIfOther = (zone: string): string | undefined => (zone === browserZone ? undefined : zone);
/** `Mon, 21 Nov, 09:31` */
export const dayAndClock = (at: Date) => dayClockFormat.format(at);
/** `21 Nov` */
export const calendarDay = (at: Date) => dayFormat.format(at);

/** `1 run`, `7 runs` */
export function plural(count: number, one: string, more = `${one}s`): string {
  return `${count.toLocaleString()} ${count === 1 ? one : more}`;
}
