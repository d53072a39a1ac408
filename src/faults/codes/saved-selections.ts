/** Codes of saved selections and of `matre apply`. They are part of the registry in `fault.ts`. */
import { usage } from '../fault-entry.ts';

export const savedSelectionFaults = {
  SAVED_SELECTION_UNKNOWN: usage(
    404,
    'Nothing was changed.',
    'Run `matre saved list` to see the saved selections.',
  ),
  SAVED_SELECTION_EXISTS: usage(
    409,
    'Nothing was changed.',
    'Choose another name, or edit the existing saved selection.',
  ),
  SAVED_SELECTION_DISABLED: usage(
    409,
    'Nothing was submitted, because the saved selection is switched off.',
    'Switch it on with `matre saved enable NAME`, or name the tests without it.',
  ),
  PROJECT_FILE_INVALID: usage(
    400,
    'Nothing was changed.',
    'Correct the file at the line and column; docs/project-file.md lists all fields.',
  ),
  SAVED_SELECTION_IN_USE: usage(
    409,
    'Nothing was changed, because schedules use the saved selection.',
    'Remove these schedules, or give them tests and environments of their own: `matre schedule edit NAME`.',
  ),
};
