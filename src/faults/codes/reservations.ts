/** Codes of reservations and limits of waiting. They are part of the registry in `fault.ts`. */
import { usage } from '../fault-entry.ts';

export const reservationFaults = {
  RESERVATION_UNKNOWN: usage(
    404,
    'Nothing was changed.',
    'Run `matre reservations list` to see the reservations that have not ended.',
  ),
  RESERVATION_ENDED: usage(409, 'Nothing was changed.', 'Reserve the environment again: `matre reserve`.'),
  RESERVATION_TIME_INVALID: usage(
    400,
    'Nothing was changed.',
    'Name an end that is later than now and than the begin, such as `--until 15:00` or `--for 2h`; at most 14 days.',
  ),
  RESERVATIONS_TOO_MANY: usage(
    409,
    'Nothing was changed.',
    'Cancel some that are not needed: `matre reservations list`, `matre reservations end ID`.',
  ),
  WAITED_TOO_LONG: usage(
    409,
    'The run was cancelled before it started; no test was executed.',
    'Submit it again, with a longer --wait-at-most or without; `matre status` shows what runs wait for.',
  ),
};
