/** Turns times without a zone, as a DATETIME column has them, into moments. */
export type ReadTime = (text: string | null | undefined) => Date | undefined;

const form = /^(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?$/;

/**
 * Reads times of a zone, which must exist. `undefined` for NULL, for `0000-00-00 00:00:00` and for what is no time. A time that a clock
 * change makes twice is its first occurrence, one that it skips is an hour later.
 */
export function createTimeReader(zone: string): ReadTime {
  const offset = zone === 'UTC' ? () => 0 : offsetOf(zone);
  return (text) => {
    const match = form.exec(text?.trim() ?? '');
    if (match === null) return undefined;
    const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
    const local = Date.UTC(year, month - 1, day, hour, minute, second, milliseconds(match[7]));
    const date = new Date(local);
    // 30 February, or hour 25.
    const isReal = date.getUTCMonth() === month - 1 && date.getUTCDate() === day && hour < 24 && minute < 60;
    if (!isReal || year < 1970 || year > 9999 || second > 59) return undefined;
    const earlier = local - offset(local - 86_400_000);
    // The offset of the day before is that of the first occurrence.
    if (earlier + offset(earlier) === local) return new Date(earlier);
    return new Date(local - offset(local - offset(local)));
  };
}

const milliseconds = (fraction = '') => Number(fraction.slice(0, 3).padEnd(3, '0'));

/** What the clocks of a zone are ahead of UTC at a moment, in milliseconds. */
function offsetOf(zone: string): (moment: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    ...{
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    },
  });
  return (moment) => {
    const whole = Math.floor(moment / 1000) * 1000;
    const parts = new Map(format.formatToParts(whole).map(({ type, value }) => [type, Number(value)]));
    const part = (name: string) => parts.get(name as Intl.DateTimeFormatPartTypes) ?? 0;
    const wall = Date.UTC(
      ...([part('year'), part('month') - 1, part('day')] as const),
      ...([part('hour'), part('minute'), part('second')] as const),
    );
    return wall - whole;
  };
}
