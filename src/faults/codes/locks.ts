/** Codes of the lock store. They are part of the registry in `fault.ts`. */
import { infrastructure, transient, usage } from '../fault-entry.ts';

export const lockFaults = {
  LOCK_STORE_NOT_SHARED: usage(
    400,
    'Several processes could run tests on one environment at the same time.',
    'Set LOCK_DSN=redis://host:6379 to a Redis that all matre processes share.',
  ),
  LOCK_STORE_UNREACHABLE: transient(
    503,
    'No new run starts until the lock store answers.',
    'Check that Redis is up and that LOCK_DSN is right.',
  ),
  LOCK_LOST: transient(
    503,
    'The run was stopped, because another run could have started on its environment.',
    'Check the health and the clock of the lock store; the run is retried.',
  ),
  LOCK_VALUE_FOREIGN: infrastructure(
    503,
    'No process can have that lock, so no run starts there and waiting runs keep waiting. Runs under way continue.',
    'Find out which program writes into that Redis, and give matre one of its own, with a password. `matre doctor --fix` renames the value, which frees the place.',
  ),
  LOCK_NOT_HELD: usage(
    409,
    'Nothing was changed.',
    'Run `matre locks list` to see the locks and their holders.',
  ),
};
