import { Fault } from '../../faults/fault.ts';
import { nameKey } from '../../model/name-key.ts';
import type { RunOptions } from '../../model/run-options.ts';
import type { Schedule, ScheduledSelection } from '../../model/schedule.ts';
import {
  channels,
  type Database,
  foreignKeyViolation,
  notifySchedules,
  type Queryable,
  sqlState,
  uniqueViolation,
} from '../database/database.ts';
import { ofRunOptions, toRunOptions } from './run-options.ts';
import { copyToSchedules } from './saved-selections.ts';
import { hasScheduleName, ofScheduleName, scheduleKey, schedulesByName } from './schedule-keys.ts';
import { setEnvironments } from './set-environments.ts';
import { storedSelection } from './stored-selection.ts';

/** The fields of a schedule that users set. */
export interface ScheduleFields
  extends Pick<
    Schedule,
    'name' | 'cron' | 'zone' | 'dayRule' | 'selection' | 'priority' | 'overlap' | 'missed' | 'catchUpMinutes'
  > {
  options?: RunOptions;
  ref?: string | undefined;
  /** Those of the saved selection are used when it `providesEnvironments`. */
  environmentIds: number[];
  /** Its selection is copied. */
  saved?: Pick<ScheduledSelection, 'id' | 'providesEnvironments'> | undefined;
  appliedFrom?: string | undefined;
}

/** When a changed schedule is due; never when both are undefined. */
export type DueTime = Pick<Schedule, 'pausedAt' | 'nextAt'>;

export type Schedules = ReturnType<typeof createSchedules>;

export function createSchedules(deps: { database: Database }) {
  const { database } = deps;
  return {
    /** Errors: SCHEDULE_EXISTS, SAVED_SELECTION_UNKNOWN, SAVED_SELECTION_IN_USE when it has no environments. */
    create(schedule: ScheduleFields & { nextAt: Date; createdBy: string }): Promise<Schedule> {
      return write(schedule.name, async (transaction) => {
        const [row] = await transaction.query<{ id: number }>(
          `INSERT INTO schedule (name, cron, zone, selection, priority, overlap, missed, catch_up_minutes, day_rule, options, next_at, created_by,
             name_key, keyed_name)
           VALUES ($1, $2, $3, $4::jsonb, $5, $6, $7, $8, $9, $10::jsonb, $11, $12, $13, $1) RETURNING id`,
          [...values(schedule), schedule.nextAt, schedule.createdBy, nameKey(schedule.name)],
        );
        const { id } = row as { id: number };
        await setEnvironments(transaction, { of: 'schedule', id }, schedule.environmentIds);
        await setSaved(transaction, id, schedule);
        return (await select(transaction, 'schedule.id = $1', [id]))[0] as Schedule;
      });
    },

    /** All schedules, by name. */
    list: (): Promise<Schedule[]> => select(database, 'true', []),

    /** Errors: SCHEDULE_UNKNOWN. */
    get: (name: string): Promise<Schedule> => readSchedule(database, name),

    /** The schedules that are due at a time, the most overdue first. */
    async due(now: Date): Promise<Schedule[]> {
      const due = await select(database, 'schedule.next_at <= $1', [now]);
      return due.sort((a, b) => Number(a.nextAt) - Number(b.nextAt));
    },

    /** When the next schedule is due; `undefined` when none is active. */
    async nextDue(): Promise<Date | undefined> {
      const [row] = await database.query<{ next_at: Date | null }>(
        'SELECT min(next_at) AS next_at FROM schedule',
      );
      return row?.next_at ?? undefined;
    },

    /** Updates a schedule to what `change` returns for the current one. Errors: SCHEDULE_UNKNOWN, SCHEDULE_EXISTS; those of `change`. */
    update(name: string, change: (schedule: Schedule) => ScheduleFields & DueTime): Promise<Schedule> {
      return write(name, async (transaction) => {
        const { id } = await lockSchedule(transaction, name);
        const changed = change(await readSchedule(transaction, name));
        await transaction.query(
          `UPDATE schedule SET name = $2, cron = $3, zone = $4, selection = $5::jsonb, priority = $6, overlap = $7, missed = $8,
             catch_up_minutes = $9, day_rule = $10, options = $11::jsonb, paused_at = $12, next_at = $13, name_key = $14, keyed_name = $2,
             revision = revision + 1
           WHERE id = $1`,
          [id, ...values(changed), changed.pausedAt ?? null, changed.nextAt ?? null, nameKey(changed.name)],
        );
        await setEnvironments(transaction, { of: 'schedule', id }, changed.environmentIds);
        await setSaved(transaction, id, changed);
        return (await select(transaction, 'schedule.id = $1', [id]))[0] as Schedule;
      });
    },

    /** Removes a schedule and its firings; its runs stay. Errors: SCHEDULE_UNKNOWN. */
    remove(name: string): Promise<Schedule> {
      return write(name, async (transaction) => {
        const schedule = await readSchedule(transaction, name);
        await transaction.query('DELETE FROM schedule WHERE id = $1', [schedule.id]);
        return schedule;
      });
    },

    /** Calls back when any schedule was changed or fired, until the returned function is called. */
    onChanged: (callback: () => void): Promise<() => Promise<void>> =>
      database.listen(channels.schedule, () => callback()),
  };

  /** Runs `work` in a transaction, and notifies the schedulers. */
  async function write(name: string, work: (transaction: Queryable) => Promise<Schedule>): Promise<Schedule> {
    try {
      return await database.transaction(async (transaction) => {
        const schedule = await work(transaction);
        await notifySchedules(transaction);
        return schedule;
      });
    } catch (error) {
      if (sqlState(error) === foreignKeyViolation) {
        throw new Fault('SAVED_SELECTION_UNKNOWN', 'The saved selection was removed meanwhile.', {
          cause: error,
        });
      }
      if (sqlState(error) !== uniqueViolation) throw error;
      throw new Fault('SCHEDULE_EXISTS', `Schedule ${JSON.stringify(name)} already exists.`, {
        cause: error,
      });
    }
  }
}

/** Locks a schedule against changes and firings until the end of the transaction. Errors: SCHEDULE_UNKNOWN. */
async function lockSchedule(transaction: Queryable, name: string): Promise<{ id: number }> {
  const [row] = await transaction.query<{ id: number }>(
    `SELECT id FROM schedule WHERE ${hasScheduleName} ORDER BY ${schedulesByName} LIMIT 1 FOR UPDATE`,
    ofScheduleName(name),
  );
  if (!row) throw unknown(name);
  return row;
}

/**
 * Locks a schedule until the end of the transaction. False when it was changed or fired since it was read with this revision: after
 * waiting for another firing, the revision differs.
 */
export async function lockUnchanged(transaction: Queryable, { id, revision }: Schedule): Promise<boolean> {
  const rows = await transaction.query('SELECT id FROM schedule WHERE id = $1 AND revision = $2 FOR UPDATE', [
    id,
    revision,
  ]);
  return rows.length > 0;
}

/** Sets the next time, after a firing; `undefined` for none. */
export async function setNextTime(
  transaction: Queryable,
  id: number,
  nextAt: Date | undefined,
): Promise<void> {
  await transaction.query('UPDATE schedule SET next_at = $2, revision = revision + 1 WHERE id = $1', [
    id,
    nextAt ?? null,
  ]);
}

/**
 * The environments of a schedule, by code. Locks them against removal until the end of the transaction; `removed` marks those that were
 * removed before.
 */
export async function lockScheduleEnvironments(
  transaction: Queryable,
  scheduleId: number,
): Promise<Schedule['environments']> {
  return transaction.query<Schedule['environments'][number]>(
    `SELECT environment.id, code, removed_at IS NOT NULL AS removed
     FROM environment JOIN schedule_environment ON environment_id = environment.id
     WHERE schedule_id = $1 ORDER BY code, environment.id FOR KEY SHARE OF environment`,
    [scheduleId],
  );
}

/** The unfinished runs of a schedule, the oldest first. */
export async function readOpenRuns(
  database: Queryable,
  scheduleId: number,
): Promise<{ id: number; environmentId: number; state: 'queued' | 'running' }[]> {
  const rows = await database.query<{ id: number; environment_id: number; state: 'queued' | 'running' }>(
    `SELECT id, environment_id, state FROM run WHERE schedule_id = $1 AND state <> 'finished' ORDER BY id`,
    [scheduleId],
  );
  return rows.map(({ id, environment_id, state }) => ({ id, environmentId: environment_id, state }));
}

/** The current time of the database. */
export async function readClock(database: Queryable): Promise<Date> {
  const [row] = await database.query<{ now: Date }>('SELECT now() AS now');
  return (row as { now: Date }).now;
}

/** Errors: SCHEDULE_UNKNOWN. */
export async function readSchedule(database: Queryable, name: string): Promise<Schedule> {
  const [schedule] = await select(database, hasScheduleName, ofScheduleName(name), schedulesByName);
  if (!schedule) throw unknown(name);
  return schedule;
}

const unknown = (name: string) =>
  new Fault('SCHEDULE_UNKNOWN', `There is no schedule ${JSON.stringify(name)}.`);

function values(fields: ScheduleFields): unknown[] {
  const { name, cron, zone, selection, priority, overlap, missed, catchUpMinutes, dayRule, options } = fields;
  const rules = [overlap, missed, catchUpMinutes, dayRule];
  return [name, cron, zone, JSON.stringify(selection), priority, ...rules, ofRunOptions(options)];
}

/** Stores the saved selection of a schedule, and copies what it has; also where the schedule is from, and its ref. */
async function setSaved(
  transaction: Queryable,
  id: number,
  { saved, appliedFrom, ref }: Pick<ScheduleFields, 'saved' | 'appliedFrom' | 'ref'>,
): Promise<void> {
  await transaction.query(
    'UPDATE schedule SET saved_selection_id = $2, saved_environments = $3, applied_from = $4, ref = $5 WHERE id = $1',
    [id, saved?.id ?? null, saved?.providesEnvironments ?? false, appliedFrom ?? null, ref ?? null],
  );
  if (saved) await copyToSchedules(transaction, saved.id, id);
}

async function select(
  database: Queryable,
  condition: string,
  parameters: unknown[],
  order = scheduleKey,
): Promise<Schedule[]> {
  const rows = await database.query<ScheduleRow>(
    `SELECT schedule.*, (
       SELECT coalesce(jsonb_agg(jsonb_build_object(
         'id', environment.id, 'code', code, 'removed', removed_at IS NOT NULL) ORDER BY code, environment.id), '[]')
       FROM schedule_environment JOIN environment ON environment.id = environment_id WHERE schedule_id = schedule.id
     ) AS environments, (
       SELECT jsonb_build_object('id', saved.id, 'name', saved.name, 'priority', saved.priority, 'options', saved.options, 'ref', saved.ref,
         'disabledAt', extract(epoch FROM disabled_at) * 1000, 'disabledBy', disabled_by)
       FROM saved_selection AS saved WHERE saved.id = schedule.saved_selection_id
     ) AS saved
     FROM schedule WHERE ${condition} ORDER BY ${order}`,
    parameters,
  );
  return rows.map(toSchedule);
}

interface SavedColumn {
  id: number;
  name: string;
  priority: number;
  options: unknown;
  ref: string | null;
  disabledAt: number | null;
  disabledBy: string | null;
}

interface ScheduleRow {
  id: number;
  name: string;
  cron: string;
  zone: string;
  day_rule: Schedule['dayRule'];
  environments: Schedule['environments'];
  selection: unknown;
  saved: SavedColumn | null;
  saved_environments: boolean;
  applied_from: string | null;
  priority: number;
  options: unknown;
  ref: string | null;
  overlap: Schedule['overlap'];
  missed: Schedule['missed'];
  catch_up_minutes: number;
  paused_at: Date | null;
  next_at: Date | null;
  revision: number;
  created_by: string;
  created_at: Date;
}

function toSchedule(row: ScheduleRow): Schedule {
  return {
    id: row.id,
    name: row.name,
    cron: row.cron,
    zone: row.zone,
    dayRule: row.day_rule,
    environments: row.environments,
    selection: storedSelection.parse(row.selection),
    saved: row.saved === null ? undefined : toSaved(row.saved, row.saved_environments),
    appliedFrom: row.applied_from ?? undefined,
    priority: row.priority,
    options: toRunOptions(row.options),
    ref: row.ref ?? undefined,
    overlap: row.overlap,
    missed: row.missed,
    catchUpMinutes: row.catch_up_minutes,
    pausedAt: row.paused_at ?? undefined,
    nextAt: row.next_at ?? undefined,
    revision: row.revision,
    createdBy: row.created_by,
    createdAt: row.created_at,
  };
}

function toSaved(saved: SavedColumn, providesEnvironments: boolean): ScheduledSelection {
  const { id, name, priority, ref, disabledAt, disabledBy: by } = saved;
  const disabled = disabledAt !== null && by !== null ? { since: new Date(disabledAt), by } : undefined;
  const options = toRunOptions(saved.options);
  return { id, name, priority, options, ref: ref ?? undefined, disabled, providesEnvironments };
}
