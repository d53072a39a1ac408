import { dayMs } from '../../model/duration.ts';
import type { DigestTime } from '../../model/message-rule.ts';
import { firstAfter, type Recurrence, timesOf } from '../../schedule/times.ts';
import { parseTimeOfDay } from './time-of-day.ts';

/** When a digest is due, as a recurrence of schedules, which treats changes of the clock in the same way. */
function recurrenceOf({ period, at, zone, weekday }: DigestTime): Recurrence {
  const minute = parseTimeOfDay(at) ?? 0;
  const time = `${minute % 60} ${Math.floor(minute / 60)}`;
  return { cron: `${time} * * ${period === 'weekly' ? weekday : '*'}`, zone, dayRule: 'vixie' };
}

/** The first time after a moment. Errors: INPUT_INVALID for a zone that does not exist. */
export const nextDigest = (digest: DigestTime, moment: Date): Date =>
  firstAfter(recurrenceOf(digest), moment);

/** The newest time that is due at a moment, and the one before it: what a digest is about. One digest stands for all that were missed. */
export function duePeriod(digest: DigestTime, moment: Date): { from: Date; to: Date } {
  const times = timesOf(recurrenceOf(digest));
  const to = times.upTo(moment) ?? moment;
  const from = times.upTo(new Date(to.getTime() - 1));
  return { from: from ?? new Date(to.getTime() - (digest.period === 'daily' ? 1 : 7) * dayMs), to };
}
