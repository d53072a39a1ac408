import { setTimeout as pause } from 'node:timers/promises';
import { type Fault, isFault, toFault } from '../faults/fault.ts';
import { type Firing, requestedBySchedule, type Schedule } from '../model/schedule.ts';
import type { Selection } from '../model/selection.ts';
import { type Database, notifySchedules, type Queryable } from '../store/database/database.ts';
import { addFiring, setFiringRuns } from '../store/tables/firings.ts';
import { cancelRun, insertRuns } from '../store/tables/runs.ts';
import {
  lockRevision,
  lockScheduleEnvironments,
  readOpenRuns,
  readSchedule,
  setNextTime,
} from '../store/tables/schedules.ts';
import { judgeOverdue } from './overdue.ts';
import { planRuns } from './overlap.ts';

/** The time, from whoever decides what time it is: the database, so that all processes agree. */
export type Clock = () => Promise<Date>;

export interface Firer {
  /**
   * Deals with a schedule that is due: its firing, with the runs that it made, or `undefined` when another process was faster or the
   * schedule was changed, or when `stopping` aborts before it fires. Nothing else has happened then.
   */
  due(schedule: Schedule, now: Date, stopping?: AbortSignal): Promise<Firing | undefined>;
  /**
   * Fires now, by the same rules, also when it is paused; its times stay as they are. `also` is done in the same
   * transaction. Errors: SCHEDULE_UNKNOWN; those of `also`.
   */
  byHand(
    name: string,
    by: string,
    also?: (transaction: Queryable, firing: Firing) => Promise<void>,
  ): Promise<Firing>;
}

/** Longer than the tests of a module take to be fetched and read, unless its repository hangs. */
const defaultPatienceMs = 30_000;

/** What a firing is before it is written down. */
type Cause = Pick<Firing, 'dueAt' | 'firedAt' | 'by' | 'missed'>;

/**
 * Fires schedules. One transaction inserts the runs, writes down the firing and moves the schedule on; the row of the schedule is
 * the lock, so that any number of processes may try and one of them does it. Whether the selection is known is asked before,
 * because that may take seconds; who takes too long is not waited for, and the run finds out.
 */
export function createFirer(deps: {
  database: Database;
  clock: Clock;
  /** Errors: those of a selection that covers nothing, or names what is not there. */
  resolveSelection(selection: Selection): Promise<unknown>;
  patienceMs?: number;
}): Firer {
  const { database, clock, patienceMs = defaultPatienceMs } = deps;

  async function problemOf({ selection }: Schedule, stopping?: AbortSignal): Promise<Fault | undefined> {
    const known = new AbortController();
    const signal = AbortSignal.any([known.signal, ...(stopping ? [stopping] : [])]);
    try {
      await Promise.race([deps.resolveSelection(selection), pause(patienceMs, undefined, { signal })]);
      return undefined;
    } catch (error) {
      return stopping?.aborted ? undefined : toFault(error);
    } finally {
      known.abort();
    }
  }

  return {
    async due(schedule, now, stopping) {
      const { nextAt } = schedule;
      if (nextAt === undefined || nextAt > now) return undefined;
      const overdue = judgeOverdue({ ...schedule, nextAt }, now);
      const missed = overdue.verdict === 'missed';
      const problem = missed ? undefined : await problemOf(schedule, stopping);
      if (stopping?.aborted) return undefined;
      const cause = { dueAt: overdue.dueAt, firedAt: await clock(), by: undefined, missed: overdue.missed };
      return database.transaction(async (transaction) => {
        if (!(await lockRevision(transaction, schedule))) return undefined;
        const firing = missed
          ? await addFiring(transaction, { ...describeMissed(schedule), ...cause })
          : await fire(transaction, schedule, cause, problem);
        await setNextTime(transaction, schedule.id, overdue.nextAt);
        await notifySchedules(transaction);
        return firing;
      });
    },

    async byHand(name, by, also) {
      // What was looked at before the transaction may have been changed when it begins: then it is looked at again.
      for (;;) {
        const schedule = await readSchedule(database, name);
        const problem = await problemOf(schedule);
        const cause = { dueAt: undefined, firedAt: await clock(), by, missed: 0 };
        const fired = await database.transaction(async (transaction) => {
          if (!(await lockRevision(transaction, schedule))) return undefined;
          const firing = await fire(transaction, schedule, cause, problem);
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
  const why =
    missed === 'skip' ? 'missed times are skipped' : `it was missed more than ${catchUpMinutes} min ago`;
  return {
    scheduleId: id,
    outcome: 'skipped' as const,
    reason: { code: 'SCHEDULE_MISSED' as const, message: `Nobody was there to fire in time, and ${why}.` },
  };
}

/** `undefined`, and nothing has happened, when that time was dealt with before. The caller has locked the schedule. */
async function fire(
  transaction: Queryable,
  schedule: Schedule,
  cause: Cause,
  problem: Fault | undefined,
): Promise<Firing | undefined> {
  const { id, name, selection, priority } = schedule;
  const firing = { ...cause, scheduleId: id };
  if (problem) {
    const { code, message } = problem;
    return addFiring(transaction, { ...firing, outcome: 'failed', reason: { code, message } });
  }
  // Environments before runs, as a claim locks them: the other way round the two could wait for each other.
  const environments = await lockScheduleEnvironments(transaction, id);
  const open = await readOpenRuns(transaction, id);
  const { start, cancel, reasons } = planRuns({ ...schedule, environments }, open);
  const everywhereRemoved = environments.every(({ removed }) => removed);
  const outcome = start.length > 0 ? 'fired' : everywhereRemoved ? 'failed' : 'skipped';
  const [first] = reasons;
  const reason = first && { code: first.code, message: reasons.map(({ message }) => message).join(' ') };
  const added = await addFiring(transaction, { ...firing, outcome, reason });
  if (!added || start.length === 0) return added;
  for (const run of cancel) await cancelOlder(transaction, run);
  const made = await insertRuns(
    transaction,
    start.map((environmentId) => ({
      environmentId,
      selection,
      priority,
      requestedBy: requestedBySchedule(name),
      scheduleId: id,
    })),
  );
  const runs = made.map((run) => run.id);
  await setFiringRuns(transaction, added.id, runs);
  return { ...added, runs };
}

async function cancelOlder(transaction: Queryable, id: number): Promise<void> {
  try {
    await cancelRun(transaction, id);
  } catch (error) {
    // It has come to its end by itself.
    if (!isFault(error, 'RUN_FINISHED')) throw error;
  }
}
