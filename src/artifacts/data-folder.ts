import { mkdir } from 'node:fs/promises';
import { Fault, namedDiskFull } from '../faults/fault.ts';

/**
 * Makes the data folder if it is not there, for its owner alone: it will hold the secret key, and what the tests of a team
 * leave behind. A folder that is there keeps its mode; whoever made it chose it.
 *
 * Errors: CONFIG_INVALID when it cannot be made, DISK_FULL.
 */
export async function createDataFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch((error) => {
    const named = namedDiskFull(error);
    if (named !== error) throw named;
    throw new Fault('CONFIG_INVALID', `MATRE_DATA cannot be made: ${error.message}.`, { cause: error });
  });
}
