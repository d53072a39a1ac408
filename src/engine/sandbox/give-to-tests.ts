import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:fs';
import { type FileHandle, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../../faults/fault.ts';
import type { ContainerSpec } from '../engine.ts';
import { readAll } from '../read-all.ts';
import { isRoot, testUser } from './confinement.ts';

/** Makes the user of the tests the owner of all that a folder contains. Errors: ENGINE_FAILED. */
export async function giveContentToTests(folder: string): Promise<void> {
  if (!isRoot()) return;
  const names = (await readdir(folder)).map((name) => join(folder, name));
  const argv = ['-R', '-h', '-P', `${testUser.uid}:${testUser.gid}`, '--', ...names];
  const chown = spawn('chown', argv, { stdio: ['ignore', 'ignore', 'pipe'] });
  const [errorOutput, [code]] = await Promise.all([readAll(chown.stderr), once(chown, 'close')]);
  if (code !== 0)
    throw new Fault(
      'ENGINE_FAILED',
      `The files of the sandbox ${folder} cannot be given to the user of its tests: ${errorOutput.trim()}`,
    );
}

/**
 * Makes the user of the tests the owner of the tmpfs of a sandbox in which no process of a test runs yet: bubblewrap creates them
 * for root. Errors: ENGINE_FAILED.
 */
export async function giveTmpfsToTests(init: number, { tmpfs }: ContainerSpec): Promise<void> {
  if (!isRoot()) return;
  for (const { target } of tmpfs) await giveFolder(`/proc/${init}/root`, target);
}

/**
 * Goes down folder by folder and follows no link: an earlier test may have left one, and from outside of the sandbox it leads
 * to a folder of the machine.
 */
async function giveFolder(root: string, target: string): Promise<void> {
  const flags = constants.O_RDONLY | constants.O_DIRECTORY;
  let folder: FileHandle = await open(root, flags);
  try {
    for (const name of target.split('/').filter((part) => part !== '')) {
      const next = await open(`/proc/self/fd/${folder.fd}/${name}`, flags | constants.O_NOFOLLOW);
      await folder.close();
      folder = next;
    }
    await folder.chown(testUser.uid, testUser.gid);
  } catch (error) {
    throw new Fault('ENGINE_FAILED', `${target} is no folder of the sandbox: ${(error as Error).message}`, {
      cause: error,
    });
  } finally {
    await folder.close().catch(() => {});
  }
}
