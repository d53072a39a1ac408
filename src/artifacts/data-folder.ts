import { mkdir } from 'node:fs/promises';
import { asDiskFull, Fault } from '../faults/fault.ts';
import { asSentence } from '../faults/sentence.ts';

/**
 * Creates the data folder if it is missing, with access for its owner alone: it will contain the secret key, and files of the
 * team's tests. An existing folder keeps its mode, which its creator chose.
 *
 * Errors: CONFIG_INVALID when it cannot be created, DISK_FULL.
 */
export async function createDataFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch((error) => {
    const fault = asDiskFull(error);
    if (fault !== error) throw fault;
    throw new Fault('CONFIG_INVALID', asSentence(`MATRE_DATA cannot be created: ${error.message}`), {
      cause: error,
    });
  });
}
