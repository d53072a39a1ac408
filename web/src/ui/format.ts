/** Formats times and numbers. Dates use the time zone and the locale of the browser. */

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** `48 s`, `1 min 12 s`, `1 h 50 min`, `3 d 4 h`: the two largest units. */
export function duration(ms: number): string {
  const rounded = Math.max(0, Math.round(ms / second)) * second;
  if (rounded < minute) return `${rounded / second} s`;
  if (rounded < hour) return pair(rounded, minute, 'min', second, 's');
  if (rounded < day) return pair(Math.round(rounded / minute) * minute, hour, 'h', minute, 'min');
  return pair(Math.round(rounded / hour) * hour, day, 'd', hour, 'h');
}

/** `~9 min`: for estimates, where seconds would suggest a false precision. */
export function approxDuration(ms: number): string {
  if (ms < minute) return '~1 min';
  return `~${duration(ms < hour ? Math.round(ms / minute) * minute : Math.round(ms / (5 * minute)) * 5 * minute)}`;
}

function pair(ms: number, large: number, largeWord: string, small: number, smallWord: string): string {
  const rest = Math.floor((ms % large) / small);
  const first = `${Math.floor(ms / large)} ${largeWord}`;
  return rest === 0 ? first : `${first} ${rest} ${smallWord}`;
}

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

const stampFormat = new Intl.DateTimeFormat(undefined, {
  year: 'numeric',
  month: 'short',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});

/** `09:31` */
export const clock = (at: Date) => clockFormat.format(at);
/** `09:31:07` */
export const clockSeconds = (at: Date) => secondsFormat.format(at);
/** With the date and the time zone. */
export const fullTime = (at: Date) => fullFormat.format(at);
/** `22 Nov 2026, 09:31:07`: for lists with a time on each line. */
export const stamp = (at: Date) => stampFormat.format(at);
/** `21 Nov` */
export const calendarDay = (at: Date) => dayFormat.format(at);

/** `1 run`, `7 runs` */
export function plural(count: number, one: string, more = `${one}s`): string {
  return `${count.toLocaleString()} ${count === 1 ? one : more}`;
}

/** Shortens the hash to 8 characters and keeps any prefix, such as that of a local folder. */
export function shortCommit(id: string): string {
  return id.replace(/[0-9a-f]{40}$/, (hash) => hash.slice(0, 8));
}
