import type { DayRule, MissedRule, OverlapRule } from '#src/model/schedule.ts';
import type { ScheduleView } from '#src/operations/schedules/schedule-view.ts';
import { type Draft, optionsOf, selectedBy, selectionOf } from '../../selection/draft.ts';

/** The state of the form of a schedule. */
export interface ScheduleDraft extends Draft {
  name: string;
  cron: string;
  zone: string;
  overlap: OverlapRule;
  missed: MissedRule;
  catchUpMinutes: number;
  /** With a saved selection: the environments are its own. */
  hasSavedEnvironments: boolean;
}

/** The defaults of a new schedule, in the local time zone. */
export function newDraft(): ScheduleDraft {
  return {
    name: '',
    cron: '0 2 * * *',
    zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    environments: [],
    all: false,
    names: [],
    exclude: [],
    priority: 0,
    options: { failedFirst: false },
    ref: '',
    saved: undefined,
    hasSavedEnvironments: false,
    overlap: 'skip',
    missed: 'once',
    catchUpMinutes: 60,
  };
}

/** The draft of a saved schedule, without removed environments, which cannot be saved again. */
export function draftOf(schedule: ScheduleView): ScheduleDraft {
  const { name, cron, zone, environments, selection, priority, overlap, missed, catchUpMinutes } = schedule;
  return {
    name,
    cron,
    zone,
    environments: environments.filter(({ removed }) => !removed).map(({ code }) => code),
    ...selectedBy(selection),
    priority,
    options: optionsOf(schedule.options),
    ref: schedule.ref ?? '',
    saved: schedule.saved?.name,
    hasSavedEnvironments: schedule.saved?.environments ?? false,
    overlap,
    missed,
    catchUpMinutes,
  };
}

/** The day rule of a draft: a schedule from before the rule of cron keeps its rule until its expression changes. */
export function dayRuleOf(
  { cron }: Pick<ScheduleDraft, 'cron'>,
  saved: Pick<ScheduleView, 'cron' | 'dayRule'> | undefined,
): DayRule {
  return saved && cron.trim() === saved.cron ? saved.dayRule : 'vixie';
}

/** The fields for the API, except the name. Without `environments` a new schedule has those of its saved selection; null: as well. */
export function fieldsOf(draft: ScheduleDraft) {
  const { cron, zone, environments, saved, hasSavedEnvironments, priority, options, ref } = draft;
  const { overlap, missed, catchUpMinutes } = draft;
  return {
    cron,
    zone,
    environments: saved !== undefined && hasSavedEnvironments ? null : environments,
    ...(saved === undefined ? { selection: selectionOf(draft) } : { saved }),
    priority,
    options,
    ref: ref.trim() || null,
    overlap,
    missed,
    catchUpMinutes,
  };
}
