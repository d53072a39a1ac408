/**
 * A separate process that opens the lock store at the address in its first argument, reports the result, and has
 * nothing more to do.
 */
import { toFault } from '../../src/faults/fault.ts';
import { openLocks } from '../../src/locks/open-locks.ts';
import { createLog } from '../../src/log.ts';

const log = createLog({ level: 'silent' });
await openLocks({ dsn: process.argv[2], multiProcess: true, ttlMs: 3000, log }).then(
  (locks) => locks.close(),
  (error) => console.log(toFault(error).code),
);
