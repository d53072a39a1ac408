import { stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { freeSpace } from '../../artifacts/free-space.ts';
import { formatBytes } from '../../model/bytes.ts';
import { type Check, type Finding, ok, problem } from '../check.ts';

/** The log of one run may have 64 MiB, and the files of one test 256 MiB. */
export const minFreeBytes = 1024 ** 3;

/** The folder for temporary files, when it is not on the disk of the data folder. */
export async function temporaryFolder(dataFolder: string): Promise<string | undefined> {
  const [data, temporary] = await Promise.all([stat(dataFolder), stat(tmpdir())]);
  return data.dev === temporary.dev ? undefined : tmpdir();
}

export const diskFull: Check = {
  name: 'disk-full',
  labels: { subject: 'the disk space', ok: 'there is enough disk space', problem: 'a disk is almost full' },
  description: 'the free space and inodes of the data folder and of the folder for temporary files',
  symptoms: ['No space left on device'],
  codes: ['DISK_FULL'],
  fix: 'removes checkouts of the test module and containers that no run needs any more',

  async run({ config, containers, runningCommits, allEnvironments }) {
    const removeUnused = async () => {
      const { modules, pool } = await containers();
      const checkouts = await modules.prune(await runningCommits());
      const removed = await pool.prune(allEnvironments);
      return `Removed ${checkouts.length} checkouts and ${removed.length} containers.`;
    };
    const { dataFolder } = config.store;
    const temporary = await temporaryFolder(dataFolder);
    const folders = temporary === undefined ? [dataFolder] : [dataFolder, temporary];
    return Promise.all(
      folders.map(async (folder): Promise<Finding> => {
        const { bytes, tooLittle } = await freeSpace(folder, minFreeBytes);
        if (tooLittle === undefined) return ok(`${formatBytes(bytes)} are free.`, folder);
        const remedy = `df -h ${folder}; docker system df; then free space, or move MATRE_DATA to a larger disk.`;
        return problem('DISK_FULL', `${tooLittle}.`, { about: folder, remedy, repair: removeUnused });
      }),
    );
  },
};
