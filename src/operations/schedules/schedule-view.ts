import { z } from 'zod';
import { verdicts } from '../../model/run.ts';
import {
  dayRules,
  type Firing,
  firingOutcomes,
  missedRules,
  overlapRules,
  type Schedule,
} from '../../model/schedule.ts';
import { summariseSelection } from '../../model/selection.ts';
import { describeDays } from '../../schedule/day-rule.ts';
import { dayRuleChange, type Times, timesOf } from '../../schedule/times.ts';
import type { Queryable } from '../../store/database/database.ts';
import { readRuns } from '../../store/tables/runs.ts';
import { time } from '../core/fields.ts';
import { reasonView, runOptionsView, selectionView, viewRunOptions } from '../core/views.ts';

/** Schedules as JSON. */

export const timeView = z.object({
  at: time,
  local: z.string().describe('Local time: `2026-03-29 03:00`'),
  offset: z.string().describe('Offset from UTC: `+02:00`'),
  note: z.string().nullable().describe('Remark about a change of the clock at this time'),
});
export type TimeView = z.output<typeof timeView>;

export const firingView = z.object({
  id: z.number(),
  dueAt: time.nullable().describe('Null when it was fired by hand'),
  firedAt: time,
  outcome: z.enum(firingOutcomes),
  by: z.string().nullable().describe('Who fired it by hand'),
  missed: z.number().describe('Number of earlier missed times; 100 means 100 or more'),
  reason: reasonView
    .nullable()
    .describe('Why it was skipped or failed, or on which environments it created no run'),
  submission: z.number().nullable().describe('The submission of its runs; null when it created none'),
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

export const daysView = z
  .string()
  .nullable()
  .describe('What an expression with both a day of the month and a day of the week means; null for others');

export const scheduleView = z.object({
  id: z.number(),
  name: z.string(),
  cron: z.string(),
  zone: z.string(),
  dayRule: z
    .enum(dayRules)
    .describe(
      '`either`: a schedule from before the rule of cron; edit it with `dayRule: vixie` to confirm that rule',
    ),
  days: daysView,
  dayRuleChange: z
    .object({
      next: z.array(timeView).describe('The next times under the rule of cron'),
      sameTimes: z.string().describe('An expression that keeps the current times under the rule of cron'),
    })
    .nullable()
    .describe('How its next 20 times would change under the rule of cron; null when they would not'),
  environments: z.array(z.object({ code: z.string(), removed: z.boolean() })),
  selection: selectionView,
  summary: z.string().describe('The selection in a few words'),
  saved: z
    .object({
      name: z.string(),
      environments: z.boolean().describe('Its environments are those of the schedule, too'),
      disabled: z.boolean(),
    })
    .nullable()
    .describe('The saved selection whose tests it has'),
  appliedFrom: z.string().nullable().describe('The project of the matre.yml that has it'),
  priority: z.number(),
  options: runOptionsView,
  ref: z.string().nullable().describe('Branch, tag or commit that its runs test'),
  overlap: z.enum(overlapRules),
  missed: z.enum(missedRules),
  catchUpMinutes: z.number(),
  paused: z.object({ since: time }).nullable(),
  next: z.array(timeView).describe('Empty while it is paused'),
  problem: z
    .string()
    .nullable()
    .describe(
      'What is wrong with the schedule now: its saved selection is off, an environment was removed, or no scheduler is up',
    ),
  last: firingView.nullable(),
  createdBy: z.string(),
  createdAt: time,
});
export type ScheduleView = z.output<typeof scheduleView>;

/** The number of next times that are shown. */
export const shownTimes = 5;
/** A schedule that is due for longer has no scheduler. */
const overdueMs = 30_000;

export function viewTime(times: Times, at: Date): TimeView {
  return { at: at.toISOString(), ...times.wallClock(at), note: times.clockChangeNote(at) ?? null };
}

export function viewSchedule(schedule: Schedule, last: FiringView | undefined, now: Date): ScheduleView {
  const { saved } = schedule;
  const { id, name, cron, zone, environments, selection, priority, overlap, missed, catchUpMinutes } =
    schedule;
  return {
    id,
    name,
    cron,
    zone,
    dayRule: schedule.dayRule,
    days: describeDays(cron, schedule.dayRule) ?? null,
    dayRuleChange: viewDayRuleChange(schedule, now),
    environments: environments.map(({ code, removed }) => ({ code, removed })),
    selection,
    summary: summariseSelection(selection),
    saved: saved
      ? { name: saved.name, environments: saved.providesEnvironments, disabled: saved.disabled !== undefined }
      : null,
    appliedFrom: schedule.appliedFrom ?? null,
    priority,
    options: viewRunOptions(schedule.options),
    ref: schedule.ref ?? null,
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

function viewDayRuleChange(schedule: Schedule, now: Date): ScheduleView['dayRuleChange'] {
  const change = dayRuleChange(schedule, now);
  if (!change) return null;
  const times = timesOf({ ...schedule, dayRule: 'vixie' });
  return { ...change, next: change.next.slice(0, shownTimes).map((at) => viewTime(times, at)) };
}

function nextTimes(schedule: Schedule): TimeView[] {
  const { nextAt } = schedule;
  if (nextAt === undefined) return [];
  const times = timesOf(schedule);
  return [nextAt, ...times.after(nextAt, shownTimes - 1)].map((at) => viewTime(times, at));
}

function problemOf({ environments, nextAt, saved }: Schedule, now: Date): string | undefined {
  if (saved?.disabled) return `Its saved selection ${saved.name} is switched off, so it submits nothing.`;
  const removedCodes = environments.filter(({ removed }) => removed).map(({ code }) => code);
  if (removedCodes.length > 0) {
    const rest = removedCodes.length === environments.length ? 'none remains' : 'the others are tested';
    return `Removed environments: ${removedCodes.join(', ')}; ${rest}.`;
  }
  if (nextAt && now.getTime() - nextAt.getTime() > overdueMs) {
    return 'It is overdue, because no scheduler is up. Start `matre scheduler`, or `matre up`.';
  }
  return undefined;
}

/** Firings with the current state of their runs. */
export async function viewFirings(database: Queryable, firings: readonly Firing[]): Promise<FiringView[]> {
  const ids = firings.flatMap((firing) => firing.runs);
  const runsById = new Map((await readRuns(database, ids)).map((run) => [run.id, run]));
  return firings.map(({ id, dueAt, firedAt, outcome, by, missed, reason, runs }) => ({
    id,
    dueAt: dueAt?.toISOString() ?? null,
    firedAt: firedAt.toISOString(),
    outcome,
    by: by ?? null,
    missed,
    reason: reason ?? null,
    submission: runs.map((id) => runsById.get(id)?.submissionId).find((id) => id !== undefined) ?? null,
    runs: runs.flatMap((id) => {
      const run = runsById.get(id);
      if (!run) return [];
      const { environmentCode: environment, state, verdict, reason } = run;
      return { id, environment, state, verdict: verdict ?? null, reason: reason ?? null };
    }),
  }));
}
