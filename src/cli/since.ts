import { InvalidArgumentError } from 'commander';

const minute = 60_000;
const units: Record<string, number> = {
  s: 1_000,
  min: minute,
  m: minute,
  h: 60 * minute,
  d: 24 * 60 * minute,
  w: 7 * 24 * 60 * minute,
};

/**
 * The time that a text names, before `now`: how long ago it was (`2h`, `90 min`, or `2 h 10 min ago` as lists print it), or a date with
 * or without a time (`2026-11-20`, `2026-11-20 13:04`), in the time zone of this process unless it names one.
 */
export function parseSince(text: string, now: Date = new Date()): Date {
  const time = timeAgo(text.trim(), now) ?? dateOf(text.trim());
  if (time === undefined || Number.isNaN(time.getTime())) {
    throw new InvalidArgumentError('It must be a time such as 2h, 3d, 2026-11-20 or "2026-11-20 13:04".');
  }
  return time;
}

/** The milliseconds of a length of time such as `30m` or `2 h 10 min`; `undefined` for anything else. */
export function readDuration(text: string): number | undefined {
  if (!/^(?:\d{1,6}\s*(?:s|min|m|h|d|w)\s*){1,6}$/.test(text)) return undefined;
  return partsOf(text).reduce((sum, [, count, unit = '']) => sum + Number(count) * (units[unit] ?? 0), 0);
}

const partsOf = (text: string) => [...text.matchAll(/(\d+)\s*(s|min|m|h|d|w)/g)];

function timeAgo(text: string, now: Date): Date | undefined {
  const ago = /\sago$/.test(text);
  const length = text.replace(/ago$/, '');
  const ms = readDuration(length);
  if (ms === undefined) return undefined;
  // Lists round, so a printed time means all of its last unit.
  const rounding = ago ? (units[partsOf(length).at(-1)?.[2] ?? ''] ?? 0) : 0;
  return new Date(now.getTime() - ms - rounding);
}

function dateOf(text: string): Date | undefined {
  // A date alone would be read in UTC, and one with a time in the zone of the process.
  if (/^\d{4}-\d\d-\d\d$/.test(text)) return new Date(`${text}T00:00`);
  if (!/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)?$/.test(text)) return undefined;
  return new Date(text.replace(' ', 'T'));
}
