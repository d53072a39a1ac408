import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { type FileHandle, mkdir, open, opendir, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { pathInside } from '../artifacts/safe-name.ts';
import { asDiskFull, Fault } from '../faults/fault.ts';
import { writeFileAtomically } from '../files/atomic-write.ts';
import { exists } from '../files/exists.ts';
import { ifPresent } from '../files/missing-file.ts';

/** What a backup has of the data folder: the rest is created again, or belongs to the database. */
const keyName = 'secret.key';
const fileFolders = ['runs', 'waiting-results'];
/** Exists while a restore is under way, and after one that was interrupted. */
const unfinishedName = 'restore-unfinished';
const stagingPrefix = 'restore-';

/** A file of the data folder, open for reading. The caller closes `handle`. */
export interface DataFile {
  /** Relative to the data folder, with `/`. */
  path: string;
  /** When it was opened: a log may grow. */
  size: number;
  handle: FileHandle;
}

/** The secret key file of a data folder, open; `undefined` without one. */
export async function openKeyFile(dataFolder: string): Promise<DataFile | undefined> {
  return openDataFile(dataFolder, join(dataFolder, keyName));
}

/**
 * The files of runs up to `newestRun`, and spooled results, in one data folder: one after the other, whatever their number. Files that
 * are removed meanwhile are left out, and so are incomplete ones.
 */
export async function* openRunFiles(dataFolder: string, newestRun: number): AsyncGenerator<DataFile> {
  for (const folder of fileFolders) {
    for await (const path of filesBelow(join(dataFolder, folder))) {
      const file = relative(dataFolder, path);
      const [, run] = /^runs\/(\d+)\//.exec(file) ?? [];
      if (run !== undefined && Number(run) > newestRun) continue;
      const open = await openDataFile(dataFolder, path);
      if (open) yield open;
    }
  }
}

async function openDataFile(dataFolder: string, path: string): Promise<DataFile | undefined> {
  const handle = await ifPresent(open(path));
  if (!handle) return undefined;
  try {
    const { size } = await handle.stat();
    return { path: relative(dataFolder, path), size, handle };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function* filesBelow(folder: string): AsyncGenerator<string> {
  const entries = await ifPresent(opendir(folder));
  if (!entries) return;
  for await (const entry of entries) {
    const path = join(folder, entry.name);
    // Hidden folders are drafts, see `createRunFolders`.
    if (entry.isDirectory() && !entry.name.startsWith('.')) yield* filesBelow(path);
    else if (entry.isFile() && !entry.name.startsWith('.unfinished-')) yield path;
  }
}

/** Files of a backup beside those in use, until the database is restored. */
export interface StagingArea {
  /** Writes a file. Errors: BACKUP_INVALID for a path that a backup cannot have, DISK_FULL. */
  write(path: string, content: AsyncIterable<Buffer>): Promise<void>;
  /** Moves the files in use to `set-aside`, and the staged ones to their place. Returns the folder with the former. */
  install(options: { files: boolean }): Promise<string>;
  /** Removes what is not installed. */
  discard(): Promise<void>;
}

/** Opens a staging area, and removes those that interrupted restores have left. */
export async function openStagingArea(dataFolder: string): Promise<StagingArea> {
  for (const name of (await ifPresent(readdir(dataFolder))) ?? []) {
    if (name.startsWith(stagingPrefix) && name !== unfinishedName)
      await rm(join(dataFolder, name), { recursive: true, force: true });
  }
  const stagingArea = join(dataFolder, `${stagingPrefix}${randomUUID()}`);
  await mkdir(stagingArea, { recursive: true, mode: 0o700 });

  const moveAside = async (name: string, aside: string) => {
    await mkdir(aside, { recursive: true, mode: 0o700 });
    await ifPresent(rename(join(dataFolder, name), join(aside, name)));
  };
  const installOne = async (name: string) => {
    if (await exists(join(stagingArea, name))) await rename(join(stagingArea, name), join(dataFolder, name));
  };

  return {
    async write(path, content) {
      const [top = ''] = path.split('/');
      if (path !== keyName && !(fileFolders.includes(top) && path !== top))
        throw new Fault('BACKUP_INVALID', `The backup has a file ${JSON.stringify(path)}.`);
      const target = pathInside(stagingArea, path);
      try {
        await mkdir(dirname(target), { recursive: true, mode: 0o750 });
        const mode = path === keyName ? 0o600 : 0o640;
        await pipeline(content, createWriteStream(target, { flags: 'wx', mode }));
      } catch (error) {
        throw asDiskFull(error);
      }
    },

    async install({ files }) {
      const aside = join(dataFolder, 'set-aside', `restore-${new Date().toISOString().replaceAll(':', '')}`);
      // Results that were spooled after the backup belong to claims that the database does not have.
      for (const name of files ? fileFolders : ['waiting-results']) {
        await moveAside(name, aside);
        await installOne(name);
      }
      if (await exists(join(stagingArea, keyName))) {
        await moveAside(keyName, aside);
        await installOne(keyName);
      }
      return aside;
    },

    discard: () => rm(stagingArea, { recursive: true, force: true }),
  };
}

/** From here on no process of matre starts on the data folder, until `markFinished`. */
export async function markUnfinished(dataFolder: string, backup: string): Promise<void> {
  await writeFileAtomically(join(dataFolder, unfinishedName), `${backup}\n`, { mode: 0o600, flush: true });
}

export async function markFinished(dataFolder: string): Promise<void> {
  await rm(join(dataFolder, unfinishedName), { force: true });
}

/** Errors: RESTORE_UNFINISHED when a restore on this data folder was interrupted. */
export async function assertNoUnfinishedRestore(dataFolder: string): Promise<void> {
  const stats = await ifPresent(stat(join(dataFolder, unfinishedName)));
  if (!stats) return;
  throw new Fault(
    'RESTORE_UNFINISHED',
    `A restore on ${dataFolder} was interrupted at ${stats.mtime.toISOString()}.`,
  );
}
