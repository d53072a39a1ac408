/** Codes of schedules. They are part of the registry in `fault.ts`. */
import { usage } from '../fault-entry.ts';

export const scheduleFaults = {
  SCHEDULE_UNKNOWN: usage(404, 'Nothing was changed.', 'Run `matre schedule list` to see the schedules.'),
  SCHEDULE_EXISTS: usage(409, 'Nothing was changed.', 'Choose another name, or edit the existing schedule.'),
  SCHEDULE_OVERLAPS: usage(
    409,
    'The schedule submitted no run there, because an earlier run of it is not finished.',
    'If that is not intended: `matre schedule edit NAME --overlap queue` or `replace`.',
  ),
  SCHEDULE_MISSED: usage(
    409,
    'The time passed while no scheduler was running, and the schedule does not catch it up.',
    'Keep `matre scheduler` or `matre up` running; see --missed and --catch-up of `matre schedule edit`.',
  ),
};
