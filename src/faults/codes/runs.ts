/** Codes of requests about runs. They are part of the registry in `fault.ts`. */
import { usage } from '../fault-entry.ts';

export const runFaults = {
  REF_UNKNOWN: usage(
    400,
    'Nothing would be executed: the tests of another commit are not those that were requested.',
    'Name a branch, a tag, or the id of a commit that the repository of the test module has.',
  ),
  REF_UNRELATED: usage(
    400,
    'Nothing was compared or submitted: without a commit that both come from, nothing says where one left the other.',
    'Name a ref whose history the tested commit shares, or compare with the ref itself, without --merge-base. If the repository of the test module is a shallow clone, fetch its whole history: `git fetch --unshallow`.',
  ),
  RUN_UNKNOWN: usage(404, 'Nothing was changed.', 'Run `matre list` to see the runs.'),
  FILES_REMOVED: usage(
    410,
    'Its log, screenshots and other files are removed; the run and its results stay.',
    'They cannot be restored. Set MATRE_KEEP_FILES to keep the files of runs longer.',
  ),
  RUN_FINISHED: usage(409, 'Nothing was changed.', 'Only queued or running runs can be cancelled.'),
  RUN_NOT_QUEUED: usage(
    409,
    'Nothing was changed: only a queued run has a place in a queue.',
    'Run `matre show` to see the state of the run.',
  ),
  RUN_NOT_FINISHED: usage(
    409,
    'Nothing was changed.',
    'Wait for the run to finish, or cancel it, then retry it.',
  ),
  MAX_FAILURES_REACHED: usage(
    409,
    'The test was not executed and counts as skipped: as many tests as its run allows had failed.',
    'Correct the failures, then execute them and the rest again: `matre retry ID --failed`.',
  ),
  NOTHING_TO_RETRY: usage(
    400,
    'No run was submitted: the run has no test that failed, was broken or has no result.',
    'Retry all of its tests: `matre retry` without --failed.',
  ),
};
