import { delay } from '../async/delay.ts';
import { type Fault, isFault, toFault } from '../faults/fault.ts';
import type { Environment } from '../model/environment.ts';
import { areNoRunOptions } from '../model/run-options.ts';
import {
  type Firing,
  requestedBySchedule,
  type Schedule,
  type ScheduledSelection,
} from '../model/schedule.ts';
import type { Selection } from '../model/selection.ts';
import { type Database, notifySchedules, type Queryable } from '../store/database/database.ts';
import { readEnvironments } from '../store/tables/environments.ts';
import { addFiring, setFiringRuns } from '../store/tables/firings.ts';
import { cancelRun, insertRuns } from '../store/tables/runs.ts';
import {
  lockScheduleEnvironments,
  lockUnchanged,
  readOpenRuns,
  readSchedule,
  setNextTime,
} from '../store/tables/schedules.ts';
import { judgeOverdue } from './overdue.ts';
import { planRuns } from './overlap.ts';

/** The current time, by the clock of the database, so that all processes agree. */
export type Clock = () => Promise<Date>;

export interface Firer {
  /**
   * Fires a schedule that is due, or records why it does not fire. Returns the firing, with the runs that it submitted; `undefined`,
   * and nothing has changed, when another process was faster, when the schedule was changed, or when `stopping` aborts first.
   */
  due(schedule: Schedule, now: Date, stopping?: AbortSignal): Promise<Firing | undefined>;
  /**
   * Fires a schedule now, by the same rules, also when it is paused; its next time stays the same. `also` runs in the same
   * transaction. Errors: SCHEDULE_UNKNOWN; those of `also`.
   */
  byHand(
    name: string,
    by: string,
    also?: (transaction: Queryable, firing: Firing) => Promise<void>,
  ): Promise<Firing>;
}

/** Longer than it takes to fetch and read the tests of a module, unless its repository hangs. */
const defaultTimeoutMs = 30_000;

/** Why and when a schedule fires. */
type Trigger = Pick<Firing, 'dueAt' | 'firedAt' | 'by' | 'missed'>;

/**
 * Fires schedules. One transaction inserts the runs, records the firing and sets the next time of the schedule; the row of the
 * schedule is the lock, so that any number of processes may try and one of them fires it. The selection is checked before, because
 * that may take seconds; after `timeoutMs` the check is abandoned and the schedule fires; the run reports a selection that is unknown.
 */
export function createFirer(deps: {
  database: Database;
  clock: Clock;
  /** Rejects for a selection that covers no test, or names one that does not exist. */
  resolveSelection(
    selection: Selection,
    place: { environments: readonly Environment[]; ref: string | undefined },
  ): Promise<unknown>;
  timeoutMs?: number;
}): Firer {
  const { database, clock, timeoutMs = defaultTimeoutMs } = deps;

  /** The fault of a selection that cannot be executed; `undefined` when there is none, or none is known in time. */
  async function findSelectionFault(
    { selection, environments, ref, saved }: Schedule,
    stopping?: AbortSignal,
  ): Promise<Fault | undefined> {
    const done = new AbortController();
    const signal = AbortSignal.any([done.signal, ...(stopping ? [stopping] : [])]);
    try {
      // Not `withTimeout`: `stopping` ends the wait as well.
      const check = async () => {
        const ids = environments.filter(({ removed }) => !removed).map(({ id }) => id);
        const place = { environments: await readEnvironments(database, ids), ref: ref ?? saved?.ref };
        await deps.resolveSelection(selection, place);
      };
      await Promise.race([check(), delay(timeoutMs, signal)]);
      return undefined;
    } catch (error) {
      return stopping?.aborted ? undefined : toFault(error);
    } finally {
      done.abort();
    }
  }

  return {
    async due(schedule, now, stopping) {
      const { nextAt } = schedule;
      if (nextAt === undefined || nextAt > now) return undefined;
      const overdue = judgeOverdue({ ...schedule, nextAt }, now);
      const missed = overdue.verdict === 'missed';
      const selectionFault = missed ? undefined : await findSelectionFault(schedule, stopping);
      if (stopping?.aborted) return undefined;
      const trigger = { dueAt: overdue.dueAt, firedAt: await clock(), by: undefined, missed: overdue.missed };
      return database.transaction(async (transaction) => {
        if (!(await lockUnchanged(transaction, schedule))) return undefined;
        const firing = missed
          ? await addFiring(transaction, { ...describeMissed(schedule), ...trigger })
          : await fire(transaction, schedule, trigger, selectionFault);
        await setNextTime(transaction, schedule.id, overdue.nextAt);
        await notifySchedules(transaction);
        return firing;
      });
    },

    async byHand(name, by, also) {
      // The schedule may have changed between the check and the transaction: then both are repeated.
      for (;;) {
        const schedule = await readSchedule(database, name);
        const selectionFault = await findSelectionFault(schedule);
        const trigger = { dueAt: undefined, firedAt: await clock(), by, missed: 0 };
        const fired = await database.transaction(async (transaction) => {
          if (!(await lockUnchanged(transaction, schedule))) return undefined;
          const firing = await fire(transaction, schedule, trigger, selectionFault);
          if (firing) await also?.(transaction, firing);
          await notifySchedules(transaction);
          return firing;
        });
        if (fired) return fired;
      }
    },
  };
}

function describeMissed({ id, missed, catchUpMinutes }: Schedule) {
  const explanation =
    missed === 'skip' ? 'missed times are skipped' : `it was missed more than ${catchUpMinutes} min ago`;
  return {
    scheduleId: id,
    outcome: 'skipped' as const,
    reason: {
      code: 'SCHEDULE_MISSED' as const,
      message: `No scheduler was running at that time, and ${explanation}.`,
    },
  };
}

function describeDisabled({ name, disabled }: ScheduledSelection) {
  const message = `Its saved selection ${JSON.stringify(name)} was switched off by ${disabled?.by} at ${disabled?.since.toISOString()}.`;
  return { outcome: 'skipped' as const, reason: { code: 'SAVED_SELECTION_DISABLED' as const, message } };
}

/**
 * Records the firing and submits its runs; `undefined`, and nothing has changed, when that time was fired before. The caller
 * has locked the schedule.
 */
async function fire(
  transaction: Queryable,
  schedule: Schedule,
  trigger: Trigger,
  selectionFault: Fault | undefined,
): Promise<Firing | undefined> {
  const { id, name, selection, saved, priority, options, ref } = schedule;
  const firing = { ...trigger, scheduleId: id };
  if (saved?.disabled) return addFiring(transaction, { ...firing, ...describeDisabled(saved) });
  if (selectionFault) {
    const { code, message } = selectionFault;
    return addFiring(transaction, { ...firing, outcome: 'failed', reason: { code, message } });
  }
  // Environments before runs, the order in which a claim locks them: the reverse order could deadlock with it.
  const environments = await lockScheduleEnvironments(transaction, id);
  const open = await readOpenRuns(transaction, id);
  const { start, cancel, reasons } = planRuns({ ...schedule, environments }, open);
  const areAllRemoved = environments.every(({ removed }) => removed);
  const outcome = start.length > 0 ? 'fired' : areAllRemoved ? 'failed' : 'skipped';
  const [first] = reasons;
  const reason = first && { code: first.code, message: reasons.map(({ message }) => message).join(' ') };
  const added = await addFiring(transaction, { ...firing, outcome, reason });
  if (!added || start.length === 0) return added;
  for (const run of cancel) await cancelOlder(transaction, run, requestedBySchedule(name));
  const inserted = await insertRuns(
    transaction,
    start.map((environmentId) => ({
      environmentId,
      selection,
      priority: priority || (saved?.priority ?? 0),
      options: areNoRunOptions(options) ? (saved?.options ?? options) : options,
      ref: ref ?? saved?.ref,
      requestedBy: requestedBySchedule(name),
      scheduleId: id,
    })),
    { name, savedSelectionId: saved?.id },
  );
  const runs = inserted.map((run) => run.id);
  await setFiringRuns(transaction, added.id, runs);
  return { ...added, runs };
}

async function cancelOlder(transaction: Queryable, id: number, by: string): Promise<void> {
  try {
    await cancelRun(transaction, id, by);
  } catch (error) {
    // It has finished in the meantime.
    if (!isFault(error, 'RUN_FINISHED')) throw error;
  }
}
