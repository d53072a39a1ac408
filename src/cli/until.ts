import { InvalidArgumentError } from 'commander';
import { dayMs } from '../model/duration.ts';

/**
 * The time until which something holds: a number of days or weeks from `now` (`14d`, `2w`), the end of a day (`2026-12-31`) in the
 * time zone of this process, or an ISO 8601 time.
 */
export function parseUntil(text: string, now: Date = new Date()): Date {
  const end = endOf(text.trim(), now);
  if (end === undefined || Number.isNaN(end.getTime())) {
    throw new InvalidArgumentError(
      'It must be a number of days or weeks such as 14d or 2w, or a date such as 2026-12-31.',
    );
  }
  return end;
}

function endOf(text: string, now: Date): Date | undefined {
  const [, count, unit] = /^(\d{1,4})\s*([dw])$/.exec(text) ?? [];
  if (count !== undefined) return new Date(now.getTime() + Number(count) * (unit === 'w' ? 7 : 1) * dayMs);
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text) ?? [];
  if (year !== undefined) {
    const end = new Date(Number(year), Number(month) - 1, Number(day), 23, 59, 59, 999);
    // A day that does not exist, such as 31 February, becomes another one.
    return end.getDate() === Number(day) && end.getMonth() === Number(month) - 1 ? end : undefined;
  }
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/.test(text)
    ? new Date(text)
    : undefined;
}
