import { setTimeout as pause } from 'node:timers/promises';
import { toFault } from '../faults/fault.ts';
import type { Logger } from '../log.ts';
import type { Firing, Schedule } from '../model/schedule.ts';
import type { Schedules } from '../store/tables/schedules.ts';
import type { Clock, Firer } from './fire.ts';

export interface SchedulerDependencies {
  schedules: Pick<Schedules, 'due' | 'nextDue'>;
  firer: Pick<Firer, 'due'>;
  clock: Clock;
  log: Logger;
}

/** At least so often is looked at what is due: a schedule that was added or changed is seen by then. */
const lookEveryMs = 1_000;

/**
 * Fires what is due until `stop`, which waits for what is under way. Any number of processes may do so. While the database is
 * away it tries again; what came due meanwhile is late or missed by the rules of its schedule.
 */
export function startScheduler(deps: SchedulerDependencies): { stop(): Promise<void> } {
  const { schedules, clock, log } = deps;
  const stopping = new AbortController();
  const { signal } = stopping;

  log.info('The scheduler is up.');
  const running = (async () => {
    let trouble: string | undefined;
    while (!signal.aborted) {
      let sleepMs = lookEveryMs;
      try {
        await fireDue(deps, signal);
        const next = await schedules.nextDue();
        if (next) sleepMs = Number(next) - Number(await clock());
        if (trouble) log.info('The scheduler goes on.');
        trouble = undefined;
      } catch (error) {
        // Once, not every second.
        const { code, message } = toFault(error);
        if (trouble !== code)
          log.warn({ code, reason: message }, 'Schedules cannot be looked at; trying again.');
        trouble = code;
      }
      await pause(Math.min(Math.max(sleepMs, 50), lookEveryMs), undefined, { signal }).catch(() => undefined);
    }
  })();

  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

/**
 * Deals with every schedule that is due now, each by itself: what is wrong with one does not hold up the others. Nothing more is
 * begun when `stopping` aborts. Errors: those of finding out what is due.
 */
export async function fireDue(
  { schedules, firer, clock, log }: SchedulerDependencies,
  stopping?: AbortSignal,
): Promise<Firing[]> {
  const now = await clock();
  const due = await schedules.due(now);
  const fired = await Promise.all(
    due.map(async (schedule) => {
      try {
        const firing = await firer.due(schedule, now, stopping);
        if (firing) logFiring(log, schedule, firing);
        return firing ?? [];
      } catch (error) {
        const { code, message } = toFault(error);
        log.error(
          { schedule: schedule.name, code, reason: message },
          'A schedule could not be fired; trying again.',
        );
        return [];
      }
    }),
  );
  return fired.flat();
}

function logFiring(log: Logger, { name }: Schedule, firing: Firing): void {
  const { dueAt, outcome, runs, missed, reason } = firing;
  const fields = {
    schedule: name,
    due: dueAt,
    outcome,
    runs,
    missed,
    code: reason?.code,
    reason: reason?.message,
  };
  if (outcome === 'failed') log.warn(fields, 'A schedule failed.');
  else log.info(fields, outcome === 'fired' ? 'A schedule fired.' : 'A time of a schedule was skipped.');
}
