import { z } from 'zod';
import { verdicts } from '../../model/run.ts';
import {
  type Firing,
  firingOutcomes,
  missedRules,
  overlapRules,
  type Schedule,
} from '../../model/schedule.ts';
import { describeSelection } from '../../model/selection.ts';
import { type Times, timesOf } from '../../schedule/times.ts';
import type { Queryable } from '../../store/database/database.ts';
import { readRuns } from '../../store/tables/runs.ts';
import { time } from '../core/fields.ts';
import { reasonView, selectionView } from '../core/views.ts';

/** How schedules look on the wire. */

export const timeView = z.object({
  at: time,
  local: z.string().describe('What clocks show then: `2026-03-29 03:00`'),
  offset: z.string().describe('How far they are from UTC: `+02:00`'),
  note: z.string().nullable().describe('What is odd about it, where the clock is changed'),
});
export type TimeView = z.output<typeof timeView>;

export const firingView = z.object({
  id: z.number(),
  dueAt: time.nullable().describe('Null when somebody fired it by hand'),
  firedAt: time,
  outcome: z.enum(firingOutcomes),
  by: z.string().nullable().describe('Who fired it by hand'),
  missed: z.number().describe('Earlier times that went by; 100 means many'),
  reason: reasonView.nullable().describe('Why it was skipped or failed, or where it made no run'),
  runs: z.array(
    z.object({
      id: z.number(),
      environment: z.string(),
      state: z.string(),
      verdict: z.enum(verdicts).nullable(),
      reason: reasonView.nullable(),
    }),
  ),
});
export type FiringView = z.output<typeof firingView>;

export const scheduleView = z.object({
  id: z.number(),
  name: z.string(),
  cron: z.string(),
  zone: z.string(),
  environments: z.array(z.object({ code: z.string(), removed: z.boolean() })),
  selection: selectionView,
  summary: z.string().describe('The selection in few words'),
  priority: z.number(),
  overlap: z.enum(overlapRules),
  missed: z.enum(missedRules),
  catchUpMinutes: z.number(),
  paused: z.object({ since: time }).nullable(),
  next: z.array(timeView).describe('None while it is paused'),
  problem: z
    .string()
    .nullable()
    .describe('What is wrong with it now: an environment was removed, or nobody is there to fire'),
  last: firingView.nullable(),
  createdBy: z.string(),
  createdAt: time,
});
export type ScheduleView = z.output<typeof scheduleView>;

/** How many times to come are shown. */
export const shownTimes = 5;
/** After this long nobody seems to be there who fires. */
const overdueMs = 30_000;

export function viewTime(times: Times, at: Date): TimeView {
  return { at: at.toISOString(), ...times.wallClock(at), note: times.clockChangeNote(at) ?? null };
}

export function viewSchedule(schedule: Schedule, last: FiringView | undefined, now: Date): ScheduleView {
  const { id, name, cron, zone, environments, selection, priority, overlap, missed, catchUpMinutes } =
    schedule;
  return {
    id,
    name,
    cron,
    zone,
    environments: environments.map(({ code, removed }) => ({ code, removed })),
    selection,
    summary: describeSelection(selection),
    priority,
    overlap,
    missed,
    catchUpMinutes,
    paused: schedule.pausedAt ? { since: schedule.pausedAt.toISOString() } : null,
    next: nextTimes(schedule),
    problem: problemOf(schedule, now) ?? null,
    last: last ?? null,
    createdBy: schedule.createdBy,
    createdAt: schedule.createdAt.toISOString(),
  };
}

function nextTimes({ cron, zone, nextAt }: Schedule): TimeView[] {
  if (nextAt === undefined) return [];
  const times = timesOf({ cron, zone });
  return [nextAt, ...times.after(nextAt, shownTimes - 1)].map((at) => viewTime(times, at));
}

function problemOf({ environments, nextAt }: Schedule, now: Date): string | undefined {
  const gone = environments.filter(({ removed }) => removed).map(({ code }) => code);
  if (gone.length > 0) {
    const rest = gone.length === environments.length ? 'none is left' : 'the others are tested';
    return `Its environments that were removed: ${gone.join(', ')}; ${rest}.`;
  }
  if (nextAt && now.getTime() - nextAt.getTime() > overdueMs) {
    return 'It is overdue: nobody fires. Start `matre scheduler`, or `matre up`.';
  }
  return undefined;
}

/** With what has become of their runs. */
export async function viewFirings(database: Queryable, firings: readonly Firing[]): Promise<FiringView[]> {
  const ids = firings.flatMap((firing) => firing.runs);
  const known = new Map((await readRuns(database, ids)).map((run) => [run.id, run]));
  return firings.map(({ id, dueAt, firedAt, outcome, by, missed, reason, runs }) => ({
    id,
    dueAt: dueAt?.toISOString() ?? null,
    firedAt: firedAt.toISOString(),
    outcome,
    by: by ?? null,
    missed,
    reason: reason ?? null,
    runs: runs.flatMap((run) => {
      const found = known.get(run);
      if (!found) return [];
      const { environmentCode: environment, state, verdict, reason } = found;
      return { id: run, environment, state, verdict: verdict ?? null, reason: reason ?? null };
    }),
  }));
}
