/** Codes of submissions. They are part of the registry in `fault.ts`. */
import { usage } from '../fault-entry.ts';

export const submissionFaults = {
  SUBMISSION_UNKNOWN: usage(404, 'Nothing was changed.', 'Run `matre submission` to see the submissions.'),
  SUBMISSION_NOT_FINISHED: usage(
    404,
    'Nothing was changed.',
    'Wait until its first submission is finished; `matre submission` lists those under way.',
  ),
};
