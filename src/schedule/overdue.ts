import type { Schedule } from '../model/schedule.ts';
import { timesOf } from './times.ts';

/** How to handle a schedule that is due. */
export interface Overdue {
  /** The latest of its times that has passed. */
  dueAt: Date;
  /** How many earlier times have passed without a firing; counted up to `maxCounted`. */
  missed: number;
  /** `on-time`, `catch-up`: fire once for all of them; `missed`: do not fire. */
  verdict: 'on-time' | 'catch-up' | 'missed';
  /** The first of its times in the future. */
  nextAt: Date | undefined;
}

/** How long a restart of the scheduler or the database may take; up to then a time is late, not missed. */
const graceMs = 60_000;

/** After a long downtime there are many, and each takes time to compute. */
export const maxCounted = 100;

/** Judges a schedule at a moment at or after its `nextAt`. */
export function judgeOverdue(
  schedule: Pick<Schedule, 'cron' | 'zone' | 'dayRule' | 'missed' | 'catchUpMinutes'> & { nextAt: Date },
  now: Date,
): Overdue {
  const { nextAt: first, missed, catchUpMinutes } = schedule;
  const times = timesOf(schedule);
  const latest = times.upTo(now);
  // The rules of a zone may have changed since `nextAt` was stored; the stored time counts.
  const dueAt = latest && latest > first ? latest : first;
  const late = now.getTime() - dueAt.getTime();
  const caughtUp = missed === 'once' && late <= catchUpMinutes * 60_000;
  return {
    dueAt,
    missed: dueAt > first ? countBetween(first, dueAt, times.after) : 0,
    verdict: late <= graceMs ? 'on-time' : caughtUp ? 'catch-up' : 'missed',
    nextAt: times.after(now, 1)[0],
  };
}

/** How many times there are from `first`, which counts, up to `end`, which does not. */
function countBetween(first: Date, end: Date, after: (moment: Date, count: number) => Date[]): number {
  let count = 1;
  for (let time = after(first, 1)[0]; time && time < end && count < maxCounted; time = after(time, 1)[0])
    count += 1;
  return count;
}
