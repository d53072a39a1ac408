import type { Schedule } from '../../model/schedule.ts';
import { newRecurrence, type Recurrence } from '../../schedule/times.ts';

/** The recurrence after a change; `current` itself when it stays. A new expression gets the rule of cron. Errors: INPUT_INVALID. */
export function recurrenceOf(current: Schedule, changes: Partial<Recurrence>): Recurrence {
  const { cron, zone, dayRule } = { ...current, ...changes };
  if (cron !== current.cron) return newRecurrence({ cron, zone });
  return zone === current.zone && dayRule === current.dayRule ? current : { cron, zone, dayRule };
}
