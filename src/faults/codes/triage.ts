/** Codes of quarantines, notes of causes and comparisons. They are part of the registry in `fault.ts`. */
import { usage } from '../fault-entry.ts';

export const triageFaults = {
  TEST_NOT_RECORDED: usage(
    404,
    'Nothing was changed: a quarantine covers known failures, and the test has no result there.',
    'Name a test as `matre show RUN` lists it, Suite:Test in a suite, and an environment on which it failed.',
  ),
  CAUSE_UNKNOWN: usage(
    404,
    'Nothing was changed.',
    'Name a cause as `matre show RUN` prints it; for a quarantine, one of a failure of this test there.',
  ),
  NOTE_UNKNOWN: usage(404, 'Nothing was changed.', 'Run `matre note list` to see the notes of causes.'),
  NOTE_CHANGED: usage(
    409,
    'Nothing was changed: another user was faster.',
    'Read the note again, then change it if that is still needed.',
  ),
  COMPARE_UNKNOWN: usage(
    404,
    'Nothing was compared.',
    'Name a run (12), submission:5, an environment or a commit; `matre list` shows the runs.',
  ),
  COMPARE_AMBIGUOUS: usage(
    400,
    'Nothing was compared.',
    'Write what it is, such as run:12 or commit:a1b2c3d.',
  ),
  COMPARE_EMPTY: usage(
    409,
    'Nothing was compared, because only finished runs can be.',
    'Wait until the run is finished (`matre watch`), or name another one.',
  ),
  COMPARE_NOTHING_IN_COMMON: usage(
    409,
    'Nothing was compared: all tests would be on one side only.',
    'Compare runs of the same tests; `matre show` lists the tests of a run.',
  ),
  QUARANTINE_BROKEN: usage(
    409,
    'Nothing was changed: a broken test has no trustworthy result, so it always decides the verdict.',
    'Remove what breaks the test; `matre doctor` looks for it.',
  ),
  QUARANTINE_END_INVALID: usage(
    400,
    'Nothing was changed.',
    'Name an end from now to 90 days from now, such as `--until 14d`.',
  ),
  QUARANTINE_EXISTS: usage(
    409,
    'Nothing was changed.',
    'Change the other quarantine with `matre quarantine edit ID`, or end it first: `matre quarantine end ID`.',
  ),
  QUARANTINE_UNKNOWN: usage(
    404,
    'Nothing was changed.',
    'Run `matre quarantine list` to see the quarantines.',
  ),
  QUARANTINE_ENDED: usage(409, 'Nothing was changed.', 'Nothing to do: it covers no failure any more.'),
};
