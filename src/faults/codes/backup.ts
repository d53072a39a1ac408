/** Codes of `matre backup` and `matre restore`. They are part of the registry in `fault.ts`. */
import { usage } from '../fault-entry.ts';

export const backupFaults = {
  BACKUP_INVALID: usage(
    400,
    'Nothing was restored: the file is damaged, incomplete, or no backup of matre.',
    'Restore another backup. A backup that `matre backup` has reported as complete is whole: check how the file was copied.',
  ),
  DATABASE_IN_USE: usage(
    409,
    'Nothing was restored: processes that use the database would continue with rows that no longer exist.',
    'Stop all servers, workers and schedulers on all hosts, then restore again.',
  ),
  DATABASE_NOT_EMPTY: usage(
    409,
    'Nothing was restored, and the database was not changed.',
    'Restore into an empty database, or add --replace to lose what the database has now.',
  ),
  DATABASE_NOT_OURS: usage(
    409,
    'Nothing was restored: a restore drops all tables of the database.',
    'Correct DATABASE_URL: matre needs a database of its own.',
  ),
  RESTORE_UNFINISHED: usage(
    409,
    'matre does not start: the database or the data folder may be of two different times.',
    'Repeat the restore with --replace, until it ends without an error.',
  ),
};
