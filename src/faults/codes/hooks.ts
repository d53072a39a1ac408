/** Codes of hooks before and after runs. They are part of the registry in `fault.ts`. */
import { infrastructure, usage } from '../fault-entry.ts';

export const hookFaults = {
  HOOK_UNKNOWN: usage(
    404,
    'Nothing was changed.',
    'Run `matre hook list` to see the hooks and their environments.',
  ),
  HOOK_EXISTS: usage(
    409,
    'Nothing was added.',
    'Choose another name, or change the hook that has it: `matre hook edit NAME`.',
  ),
  HOOK_FAILED: infrastructure(
    409,
    'A hook did not do what the run needs. Before the tests: no test was started. After them: the results are valid, and the next run may find the shop in another state.',
    'Read the log of the hook (`matre show ID` names it), correct the cause, then retry the run.',
  ),
  HOOK_INTERRUPTED: infrastructure(
    409,
    'A hook was interrupted, and how far it came is unknown. It is not started again, because it does not say that it may be.',
    'Check the shop, then retry the run. A hook that may be started twice can say so: `matre hook edit NAME --repeatable`.',
  ),
};
