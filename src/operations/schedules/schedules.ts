import { z } from 'zod';
import { Fault } from '../../faults/fault.ts';
import { maxCatchUpMinutes, maxEnvironments } from '../../model/limits.ts';
import { noRunOptions } from '../../model/run-options.ts';
import { dayRules, missedRules, overlapRules, type Schedule } from '../../model/schedule.ts';

import type { Selection } from '../../model/selection.ts';
import { describeDays } from '../../schedule/day-rule.ts';
import { firstAfter, newRecurrence, timesOf } from '../../schedule/times.ts';
import type { DueTime, ScheduleFields } from '../../store/tables/schedules.ts';
import { defineChangeByName } from '../core/change-by-name.ts';
import type { Context } from '../core/context.ts';
import {
  code,
  gitRef,
  line,
  scheduleName as name,
  newScheduleName as newName,
  wholeNumber,
} from '../core/fields.ts';
import { idempotent } from '../core/idempotency.ts';
import { defined, defineOperation } from '../core/operation.ts';
import { idsOfEnvironments } from '../environments/get-environment.ts';
import { checkSaved } from '../runs/requested-runs.ts';
import { runOptionsInput } from '../runs/run-options.ts';
import { priority } from '../runs/runs.ts';
import { checkSelection, selectionInput } from '../runs/selection-input.ts';
import { recurrenceOf } from './recurrence-change.ts';

import {
  daysView,
  type FiringView,
  firingView,
  type ScheduleView,
  scheduleView,
  shownTimes,
  timeView,
  viewFirings,
  viewSchedule,
  viewTime,
} from './schedule-view.ts';

const cron = line(100).describe(
  'Minute, hour, day of the month, month, day of the week; or @hourly, @daily, @weekly, @monthly, @yearly',
);
const dayRule = z
  .enum(dayRules)
  .describe(
    'How a day of the month and a day of the week are combined: as cron does, or either is enough (only schedules from before that rule)',
  );
const zone = line(100).describe('IANA time zone, such as Europe/Berlin');
const environments = z.array(code).min(1, 'must name an environment').max(maxEnvironments);
const overlap = z
  .enum(overlapRules)
  .describe(
    'When an earlier run of the schedule is not finished: skip this one, queue it, or replace the earlier one',
  );
const missed = z
  .enum(missedRules)
  .describe('Times missed while no scheduler was up: skip them, or fire once for all of them');
const catchUpMinutes = z
  .int()
  .min(1)
  .max(maxCatchUpMinutes)
  .describe('With `once`: maximum age of a missed time in minutes');

const saved = name.describe('A saved selection, whose tests and changes the schedule follows');

/** What a schedule does; all but its name. */
const settings = {
  cron,
  zone,
  environments,
  selection: selectionInput,
  priority,
  options: runOptionsInput,
  ref: gitRef
    .nullable()
    .describe(
      'Branch, tag or commit that its runs test; null: as its saved selection has it, else the branch of the test module',
    ),
  overlap,
  missed,
  catchUpMinutes,
};

export const addSchedule = defineOperation({
  name: 'schedules.add',
  method: 'POST',
  path: '/api/schedules',
  summary: 'Add a schedule: a selection that is submitted at the times of a cron expression',
  role: 'operator',
  readsTests: true,
  audited: ({ name }) => name,
  input: z.object({
    name: newName,
    ...settings,
    selection: selectionInput.optional().describe('Or `saved`'),
    saved: saved.optional(),
    environments: environments.optional().describe('By default those of the saved selection'),
    zone: zone.default('UTC'),
    priority: priority.default(0),
    options: runOptionsInput.default(noRunOptions),
    ref: settings.ref.default(null),
    overlap: overlap.default('skip'),
    missed: missed.default('once'),
    catchUpMinutes: catchUpMinutes.default(60),
  }),
  output: scheduleView,
  async run(context, { environments, selection, saved, ref: requestedRef, ...fields }, { principal }) {
    const ref = requestedRef ?? undefined;
    const { dayRule } = newRecurrence(fields);
    const nextAt = firstAfter({ ...fields, dayRule }, await context.clock());
    const tests = await readTests(context, { selection, saved, environments, ref });
    if (tests === undefined) throw new Fault('INPUT_INVALID', 'Name the selection, or a saved one.');
    if (tests.saved === undefined && environments === undefined) {
      throw new Fault('INPUT_INVALID', 'environments: must name an environment.');
    }
    const environmentIds = await idsOfEnvironments(context, environments ?? []);
    const added = await context.schedules.create({
      ...fields,
      ...tests,
      ref,
      dayRule,
      environmentIds,
      nextAt,
      createdBy: principal.name,
    });
    return view(context, added);
  },
});

/**
 * The tests that a request names for a schedule: a selection of its own, or a saved one, with its environments unless the request names
 * others. `undefined` when it names neither. Errors: INPUT_INVALID for both, SAVED_SELECTION_UNKNOWN, SELECTION_UNKNOWN, SELECTION_EMPTY.
 */
async function readTests(
  context: Context,
  request: {
    selection?: Selection | undefined;
    saved?: string | undefined;
    environments?: readonly string[] | null | undefined;
    ref?: string | undefined;
  },
): Promise<Pick<ScheduleFields, 'selection' | 'saved'> | undefined> {
  const { selection, saved: name, environments, ref } = request;
  if (selection !== undefined && name !== undefined) {
    throw new Fault('INPUT_INVALID', 'Name either tests or a saved selection, not both.');
  }
  if (name !== undefined) {
    const saved = await context.savedSelections.get(name);
    await checkSaved(context, { ...saved, ref: ref ?? saved.ref }, environments ?? undefined);
    return { selection: saved.selection, saved: { id: saved.id, providesEnvironments: !environments } };
  }
  if (selection === undefined) return undefined;
  await checkSelection(context, selection, { codes: environments ?? undefined, ref });
  return { selection, saved: undefined };
}

export const listSchedules = defineOperation({
  name: 'schedules.list',
  method: 'GET',
  path: '/api/schedules',
  summary: 'List the schedules with their next times and last firing, by name',
  role: 'viewer',
  live: true,
  audited: false,
  input: z.object({}),
  output: z.object({ schedules: z.array(scheduleView) }),
  async run({ schedules, firings, database, clock }) {
    const [all, latest, now] = await Promise.all([schedules.list(), firings.latest(), clock()]);
    const viewed = await viewFirings(database, [...latest.values()]);
    const last = new Map([...latest.keys()].map((id, index) => [id, viewed[index]]));
    return { schedules: all.map((schedule) => viewSchedule(schedule, last.get(schedule.id), now)) };
  },
});

export const showSchedule = defineOperation({
  name: 'schedules.show',
  method: 'GET',
  path: '/api/schedules/:name',
  summary: 'Show a schedule with its recent firings, the newest first',
  role: 'viewer',
  audited: false,
  input: z.object({ name, limit: wholeNumber(1, 100).default(20) }),
  output: scheduleView.extend({ firings: z.array(firingView) }),
  async run(context, { name, limit }) {
    const schedule = await context.schedules.get(name);
    const firings = await viewFirings(context.database, await context.firings.list(schedule.id, limit));
    return { ...viewSchedule(schedule, firings[0], await context.clock()), firings };
  },
});

export const editSchedule = defineOperation({
  name: 'schedules.edit',
  method: 'PATCH',
  path: '/api/schedules/:name',
  summary: 'Change a schedule; unspecified fields are unchanged',
  role: 'operator',
  readsTests: true,
  audited: ({ name, ...changes }) => `${name}: ${Object.keys(defined(changes)).join(', ')}`,
  input: z.object({
    name,
    rename: newName.optional(),
    dayRule: z
      .literal('vixie')
      .optional()
      .describe('Confirms the rule of cron for the days of a schedule from before it'),
    ...z.object(settings).partial().shape,
    saved: saved.optional(),
    environments: environments.nullable().optional().describe('Null: those of its saved selection'),
  }),
  output: scheduleView,
  async run(context, { name, rename, environments, selection, saved, ref, ...rest }) {
    const changes = defined(rest);
    const hasTests = selection !== undefined || saved !== undefined;
    if (
      Object.keys(changes).length === 0 &&
      rename === undefined &&
      environments === undefined &&
      ref === undefined &&
      !hasTests
    ) {
      throw new Fault('INPUT_INVALID', 'Name at least one field to change.');
    }
    const tests = await readTests(context, { selection, saved, environments, ref: ref ?? undefined });
    if (ref && !hasTests) await checkRef(context, name, { environments, ref });
    const environmentIds = environments ? await idsOfEnvironments(context, environments) : undefined;
    return update(context, name, (current, now) => {
      const changed = {
        ...changes,
        ...(ref !== undefined && { ref: ref ?? undefined }),
        ...changedTests(current, tests, environments),
        name: rename ?? current.name,
        ...(environmentIds && { environmentIds }),
      };
      const recurrence = recurrenceOf(current, changes);
      if (recurrence === current) return changed;
      // Computed for a paused schedule too: an expression that cannot be read is refused.
      const nextAt = firstAfter(recurrence, now);
      return { ...changed, dayRule: recurrence.dayRule, nextAt: current.pausedAt ? undefined : nextAt };
    });
  },
});

/** Refuses a ref that does not have the tests of a schedule. Errors: those of `checkSelection`. */
async function checkRef(
  context: Context,
  name: string,
  { environments, ref }: { environments: readonly string[] | null | undefined; ref: string },
): Promise<void> {
  const schedule = await context.schedules.get(name);
  const own = schedule.environments.filter(({ removed }) => !removed).map(({ code }) => code);
  await checkSelection(context, schedule.selection, { codes: environments ?? own, ref });
}

/**
 * The tests of a schedule after a change. One that gets a saved selection keeps its environments, and one that has a saved selection
 * follows it in its environments unless others are named. Errors: INPUT_INVALID for its environments without a saved selection.
 */
function changedTests(
  current: Schedule,
  tests: Pick<ScheduleFields, 'selection' | 'saved'> | undefined,
  environments: readonly string[] | null | undefined,
): Partial<Pick<ScheduleFields, 'selection' | 'saved'>> {
  const saved = tests === undefined ? current.saved : tests.saved;
  if (saved === undefined) {
    if (environments !== null) return tests ?? {};
    throw new Fault('INPUT_INVALID', 'The schedule has no saved selection: name its environments.');
  }
  const kept = current.saved?.providesEnvironments ?? false;
  const providesEnvironments = environments === undefined ? kept : environments === null;
  return { ...tests, saved: { id: saved.id, providesEnvironments } };
}

export const pauseSchedule = defineChangeByName({
  output: scheduleView,
  name: 'schedules.pause',
  method: 'POST',
  path: '/api/schedules/:name/pause',
  summary: 'Pause a schedule until it is resumed; its runs continue',
  change: (context, name) => setPaused(context, name, true),
});

export const resumeSchedule = defineChangeByName({
  output: scheduleView,
  name: 'schedules.resume',
  method: 'POST',
  path: '/api/schedules/:name/resume',
  summary: 'Resume a paused schedule; times during the pause are not caught up',
  change: (context, name) => setPaused(context, name, false),
});

export const removeSchedule = defineChangeByName({
  output: scheduleView,
  name: 'schedules.remove',
  method: 'DELETE',
  path: '/api/schedules/:name',
  summary: 'Remove a schedule and the history of its firings; its runs stay',
  async change(context, name) {
    const removed = await view(context, await context.schedules.get(name));
    await context.schedules.remove(name);
    return removed;
  },
});

export const fireSchedule = defineOperation({
  name: 'schedules.fire',
  method: 'POST',
  path: '/api/schedules/:name/fire',
  summary: 'Fire a schedule now, by its rules, even if it is paused; its next times are unchanged',
  role: 'operator',
  readsTests: true,
  audited: ({ name }) => name,
  input: z.object({ name }),
  output: firingView,
  creates: true,
  run(context, input, { principal, key }) {
    const request = { operation: 'schedules.fire', input, key, principal };
    return idempotent<FiringView>(context, request, async (save) => {
      let viewed: FiringView | undefined;
      await context.firer.byHand(input.name, principal.name, async (transaction, firing) => {
        [viewed] = await viewFirings(transaction, [firing]);
        await save(transaction, viewed as FiringView);
      });
      return viewed as FiringView;
    });
  },
});

export const previewSchedule = defineOperation({
  name: 'schedules.preview',
  method: 'GET',
  path: '/api/schedule-times',
  summary: 'Preview the next times of a cron expression in a time zone; nothing is saved',
  role: 'viewer',
  audited: false,
  input: z.object({
    cron,
    zone: zone.default('UTC'),
    count: wholeNumber(1, 50).default(shownTimes),
    dayRule: dayRule.default('vixie'),
  }),
  output: z.object({ zone: z.string(), days: daysView, next: z.array(timeView) }),
  async run({ clock }, { cron, zone, count, dayRule }) {
    const recurrence = dayRule === 'vixie' ? newRecurrence({ cron, zone }) : { cron, zone, dayRule };
    const first = firstAfter(recurrence, await clock());
    const times = timesOf(recurrence);
    const next = [first, ...(count > 1 ? times.after(first, count - 1) : [])];
    const days = describeDays(cron, dayRule) ?? null;
    return { zone, days, next: next.map((at) => viewTime(times, at)) };
  },
});

/** Repeating it changes nothing: a paused schedule keeps the time of its pause, an active one its next time. */
function setPaused(context: Context, name: string, paused: boolean): Promise<ScheduleView> {
  return update(context, name, (schedule, now) =>
    paused
      ? { pausedAt: schedule.pausedAt ?? now, nextAt: undefined }
      : { pausedAt: undefined, nextAt: schedule.nextAt ?? firstAfter(schedule, now) },
  );
}

/** `change` gets the schedule as stored and the time of the clock, and returns the fields that change. */
async function update(
  context: Context,
  name: string,
  change: (current: Schedule, now: Date) => Partial<ScheduleFields & DueTime>,
): Promise<ScheduleView> {
  const now = await context.clock();
  const updated = await context.schedules.update(name, (current) => ({
    ...current,
    environmentIds: current.environments.map(({ id }) => id),
    ...change(current, now),
  }));
  return view(context, updated);
}

async function view({ firings, database, clock }: Context, schedule: Schedule): Promise<ScheduleView> {
  const [last] = await viewFirings(database, await firings.list(schedule.id, 1));
  return viewSchedule(schedule, last, await clock());
}
