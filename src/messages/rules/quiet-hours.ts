import type { QuietHours } from '../../model/message-rule.ts';
import { openZone } from '../../schedule/time-zone.ts';
import { parseTimeOfDay } from './time-of-day.ts';

const minuteMs = 60_000;
const dayMinutes = 24 * 60;

/**
 * When the quiet hours end in which a moment lies; `undefined` when it lies in none. They follow the clock on the wall: where it is set
 * forward or back in a night, they are an hour shorter or longer. Errors: INPUT_INVALID for a zone that does not exist.
 */
export function endOfQuietHours(quietHours: QuietHours, moment: Date): Date | undefined {
  const from = parseTimeOfDay(quietHours.from);
  const until = parseTimeOfDay(quietHours.until);
  if (from === undefined || until === undefined || from === until) return undefined;
  const zone = openZone(quietHours.zone);
  const minuteOfDay = (at: Date) => parseTimeOfDay(zone.wallClock(at).local.slice(-5)) ?? 0;
  const isQuiet = (at: Date) => {
    const minute = minuteOfDay(at);
    return from < until ? minute >= from && minute < until : minute >= from || minute < until;
  };
  if (!isQuiet(moment)) return undefined;
  let end = new Date(Math.floor(moment.getTime() / minuteMs) * minuteMs);
  while (isQuiet(end)) {
    // Exact unless the clock is set in between. Then this lands early, and the next step is short, or late.
    const minutes = (until - minuteOfDay(end) + dayMinutes) % dayMinutes;
    end = new Date(end.getTime() + minutes * minuteMs);
  }
  const before = () => new Date(end.getTime() - minuteMs);
  while (!isQuiet(before())) end = before();
  return end;
}
