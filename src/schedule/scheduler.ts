import { delay } from '../async/delay.ts';
import type { Service } from '../async/interval.ts';
import { createOutageLog } from '../async/outage-log.ts';
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

/** The longest pause between checks: the delay until a new or changed schedule takes effect. */
const maxSleepMs = 1_000;

/**
 * Fires schedules when they are due, until `stop`, which waits for firings under way. Any number of processes may do so. While the
 * database is unreachable it retries; times that pass meanwhile are late or missed by the rules of their schedule.
 */
export function startScheduler(deps: SchedulerDependencies): Service {
  const { schedules, clock, log } = deps;
  const stopping = new AbortController();
  const { signal } = stopping;

  const outage = createOutageLog({
    onBegin(error) {
      const { code, message } = toFault(error);
      log.warn({ code, reason: message }, 'Due schedules cannot be read; trying again.');
    },
    onEnd: () => log.info('The scheduler has recovered.'),
    key: (error) => toFault(error).code,
  });

  log.info('The scheduler is up.');
  const running = (async () => {
    while (!signal.aborted) {
      let sleepMs = maxSleepMs;
      try {
        await fireDue(deps, signal);
        const next = await schedules.nextDue();
        if (next) sleepMs = Number(next) - Number(await clock());
        outage.succeeded();
      } catch (error) {
        outage.failed(error);
      }
      await delay(Math.min(Math.max(sleepMs, 50), maxSleepMs), signal);
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
 * Fires every schedule that is due now and returns the firings. Each fires separately: a fault of one does not delay the others.
 * When `stopping` aborts, no further schedule fires. Errors: those of reading which schedules are due.
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
  else log.info(fields, outcome === 'fired' ? 'A schedule fired.' : 'A schedule skipped a time.');
}
