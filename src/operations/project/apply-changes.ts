import type { Environment } from '../../model/environment.ts';
import { noRunOptions } from '../../model/run-options.ts';
import type { SavedSelection } from '../../model/saved-selection.ts';
import type { Schedule } from '../../model/schedule.ts';
import { emptySelection } from '../../model/selection.ts';
import { firstAfter, newRecurrence } from '../../schedule/times.ts';
import type { SavedSelectionFields } from '../../store/tables/saved-selections.ts';
import type { DueTime, ScheduleFields } from '../../store/tables/schedules.ts';
import type { Configuration } from '../core/context.ts';
import { recurrenceOf } from '../schedules/recurrence-change.ts';
import { applyHook, removeHook } from './hook-changes.ts';
import type { ProjectChange } from './plan-changes.ts';
import type { ProjectEnvironment, ProjectSchedule, ProjectSelection } from './project-file.ts';

/** Who applies a file, and when. */
export interface Applier {
  /** The name of the project, which marks what is added. */
  project: string;
  by: string;
  now: Date;
}

/** Makes one change, in the transaction of the tables. Errors: those of the tables, and INPUT_INVALID for a cron expression. */
export async function applyChange(
  tables: Configuration,
  change: ProjectChange,
  applier: Applier,
): Promise<void> {
  const { kind, name, current, file } = change;
  if (file === undefined) return remove(tables, change);
  switch (kind) {
    case 'environment':
      return applyEnvironment(tables, applier, { code: name, current, file });
    case 'selection':
      return applySelection(tables, applier, { name, current, file });
    case 'schedule':
      return applySchedule(tables, applier, { name, current, file });
    case 'hook':
      return applyHook(tables, applier, { key: name, current, file });
  }
}

async function remove(tables: Configuration, { kind, name, current }: ProjectChange): Promise<void> {
  if (kind === 'hook') await removeHook(tables, name);
  else if (kind === 'schedule') await tables.schedules.remove(name);
  else if (kind === 'selection') await tables.savedSelections.remove(name);
  else if (current) await tables.environments.remove(current.id);
}

async function applyEnvironment(
  { environments, shopModules }: Configuration,
  { project }: Applier,
  { code, current, file }: { code: string; current: Environment | undefined; file: ProjectEnvironment },
): Promise<void> {
  const { name = code, image, replay, modules, ...rest } = file;
  const setOwn = async (id: number) => {
    if (image !== undefined) await environments.setImage(id, image ?? undefined);
    if (replay !== undefined) await environments.setReplay(id, replay ?? undefined);
    if (modules !== undefined) await environments.setModules(id, modules);
  };
  if (current) {
    // The administrator may be another one now.
    await shopModules.forgetRefusal(current.id);
    await environments.update(current.id, { name, ...rest });
    await setOwn(current.id);
  } else {
    const { id } = await environments.create({ code, name, ...rest });
    await environments.setAppliedFrom(id, project);
    await setOwn(id);
  }
}

async function applySelection(
  tables: Configuration,
  { project, by, now }: Applier,
  { name, current, file }: { name: string; current: SavedSelection | undefined; file: ProjectSelection },
): Promise<void> {
  const { description, selection, environments, priority, options = noRunOptions, disabled } = file;
  const isDisabled = disabled ?? current?.disabled !== undefined;
  const fields: SavedSelectionFields = {
    name,
    description,
    selection,
    priority,
    options,
    ref: file.ref ?? undefined,
    environmentIds: await idsOf(tables, environments),
    disabled: isDisabled ? (current?.disabled ?? { since: now, by }) : undefined,
    appliedFrom: current ? current.appliedFrom : project,
  };
  if (current) await tables.savedSelections.update(current.name, by, () => fields);
  else await tables.savedSelections.create({ ...fields, createdBy: by });
}

/** The recurrence of a schedule of the file, and when it is due next. Errors: INPUT_INVALID. */
export function nextTimeOf(
  current: Schedule | undefined,
  file: Pick<ProjectSchedule, 'cron' | 'zone'>,
  now: Date,
) {
  const { cron, zone } = file;
  const recurrence = current ? recurrenceOf(current, { cron, zone }) : newRecurrence({ cron, zone });
  return { recurrence, nextAt: firstAfter(recurrence, now) };
}

async function applySchedule(
  tables: Configuration,
  { project, by, now }: Applier,
  { name, current, file }: { name: string; current: Schedule | undefined; file: ProjectSchedule },
): Promise<void> {
  const { saved: savedName, selection, environments, paused, ref: _, ...rest } = file;
  const saved = savedName === undefined ? undefined : await tables.savedSelections.get(savedName);
  const { recurrence, nextAt } = nextTimeOf(current, file, now);
  const isPaused = paused ?? current?.pausedAt !== undefined;
  const fields: ScheduleFields = {
    ...rest,
    ref: file.ref ?? undefined,
    name,
    dayRule: recurrence.dayRule,
    selection: saved?.selection ?? selection ?? emptySelection,
    saved: saved && { id: saved.id, providesEnvironments: environments === undefined },
    environmentIds: await idsOf(tables, environments ?? []),
    appliedFrom: current ? current.appliedFrom : project,
  };
  const due: DueTime = isPaused
    ? { pausedAt: current?.pausedAt ?? now, nextAt: undefined }
    : // A schedule that is due keeps its time, unless it has another one now.
      { pausedAt: undefined, nextAt: recurrence === current ? (current.nextAt ?? nextAt) : nextAt };
  if (current) {
    await tables.schedules.update(current.name, () => ({ ...fields, ...due }));
    return;
  }
  await tables.schedules.create({ ...fields, nextAt, createdBy: by });
  if (isPaused) await tables.schedules.update(name, () => ({ ...fields, ...due }));
}

async function idsOf({ environments }: Configuration, codes: readonly string[]): Promise<number[]> {
  const ids: number[] = [];
  for (const code of new Set(codes)) ids.push((await environments.get(code)).id);
  return ids;
}
