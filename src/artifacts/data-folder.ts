import { randomUUID } from 'node:crypto';
import { chmod, lstat, mkdir, stat } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { asDiskFull, Fault } from '../faults/fault.ts';
import { asSentence } from '../faults/sentence.ts';
import { createFileOnce } from '../files/create-once.ts';

/** Access for all but the owner. */
const othersMask = 0o077;

/** Folders in the data folder that are closed as well: PGlite writes files of mode 0666, and checkouts are readable for containers. */
const closedFolders = ['database', 'modules'];

/**
 * Creates the data folder if it is missing, with access for its owner alone: it contains the secret key, the database, and files of
 * the team's tests. An existing folder is closed to others, unless that could be no folder of matre alone.
 *
 * Errors: CONFIG_INVALID when it cannot be created, DATA_FOLDER_OPEN when it cannot be closed, DISK_FULL.
 */
export async function createDataFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    if (!(await isOpen(folder))) return;
  } catch (error) {
    const fault = asDiskFull(error);
    if (fault !== error) throw fault;
    throw new Fault(
      'CONFIG_INVALID',
      asSentence(`MATRE_DATA cannot be created: ${(error as Error).message}`),
      { cause: error },
    );
  }
  if (await isShared(folder)) {
    throw open(folder, 'and it is no folder of matre alone, so matre does not change it');
  }
  await closeToOthers(folder);
}

/** The id of a data folder, the same for all processes and hosts that share it; it is created once. Rejects as the file system does. */
export const dataFolderId = (folder: string): Promise<string> =>
  createFileOnce(join(folder, 'folder-id'), randomUUID(), 0o600);

/** The data folder, and the folders in it that must be closed, as far as other users of this machine have access to them. */
export async function openFolders(folder: string): Promise<string[]> {
  const paths = [folder, ...closedFolders.map((name) => join(folder, name))];
  const open = await Promise.all(paths.map((path) => isOpen(path).catch(() => false)));
  return paths.filter((_path, index) => open[index]);
}

/** Takes the access to a folder from all but its owner. Errors: DATA_FOLDER_OPEN. */
export async function closeToOthers(folder: string): Promise<void> {
  let reason = 'and its file system keeps no modes';
  await chmod(folder, 0o700).catch((error: Error) => {
    reason = `and matre cannot change that: ${error.message}`;
  });
  if (await isOpen(folder)) throw open(folder, reason);
}

async function isOpen(path: string): Promise<boolean> {
  return ((await stat(path)).mode & othersMask) !== 0;
}

/** A folder that others certainly use: all of it would be lost for them. */
async function isShared(folder: string): Promise<boolean> {
  const path = resolve(folder);
  const isSticky = ((await lstat(path)).mode & 0o1000) !== 0;
  const holdsCurrentFolder = !/^\.\.(?:\/|$)/.test(relative(path, process.cwd()));
  return isSticky || holdsCurrentFolder || path === resolve(homedir()) || path === resolve(tmpdir());
}

function open(folder: string, reason: string): Fault {
  return new Fault(
    'DATA_FOLDER_OPEN',
    asSentence(`Other users of this machine have access to the data folder ${folder}, ${reason}`),
  );
}
