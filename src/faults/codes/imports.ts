/** Codes of `matre import`. They are part of the registry in `fault.ts`. */
import { infrastructure, usage } from '../fault-entry.ts';

export const importFaults = {
  IMPORT_SOURCE_UNREACHABLE: infrastructure(
    502,
    // All of it is read before the first item is written.
    'Nothing was imported.',
    'Check the address, the user and the password of the database, and that this host may connect to it.',
  ),
  IMPORT_SOURCE_INVALID: usage(
    400,
    'Nothing was imported.',
    'Write the dump again with `mariadb-dump --default-character-set=utf8mb4 --single-transaction`, and check that it is whole. Of a later version of php-matre, update matre.',
  ),
  IMPORT_TOO_LARGE: usage(
    400,
    'Nothing was imported: the import would need too much memory.',
    'Import a part of the history with --since, or none with --no-history.',
  ),
  IMPORT_FILE_INVALID: usage(
    400,
    'Nothing was imported.',
    'Write the named file again, or remove it from the folder: it is cut, or of another format.',
  ),
  IMPORT_ATTACHMENT_MISSING: usage(
    400,
    'Nothing was imported.',
    'Bring the named file back to its folder, or import the results alone with --without-files.',
  ),
  IMPORT_ATTACHMENT_OUTSIDE: usage(
    400,
    'Nothing was imported: only files in the folder of the results are read.',
    'Put the named file into the folder of the results, or import the results alone with --without-files.',
  ),
  IMPORTED_FAILURE: infrastructure(
    500,
    'The run or the test had no result that can be trusted in the system that it was imported from.',
    'Nothing: it is history. The message is that of the other system.',
  ),
};
