import { spawn } from 'node:child_process';
import { type FileHandle, open, readFile, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { delay } from '../../async/delay.ts';
import { Fault } from '../../faults/fault.ts';
import { writeFileAtomically } from '../../files/atomic-write.ts';
import { ifPresent } from '../../files/missing-file.ts';

/**
 * One process for each data folder, kept so by the kernel: an flock(2) on the folder itself. It ends with the process that
 * holds it, however that ends, so there is nothing stale to take over, no process id to mistake, and no file that
 * somebody could delete; and it holds across containers that share the folder, which cannot see each other's processes.
 *
 * Node has no flock. The program `flock` locks a descriptor that it inherits; such a lock belongs to the open file, so
 * it stays ours when `flock` has exited. `owner.json` beside it only tells people and programs who the owner is.
 */
export interface FolderLock {
  /** Tells other processes where the server of the owner answers, and what commands of the same user show to it. */
  publish(address: { url: string; token: string }): Promise<void>;
  /** Never rejects. */
  release(): Promise<void>;
}

const owner = z.object({
  pid: z.number().int(),
  host: z.string(),
  since: z.iso.datetime(),
  /** Of the server that runs in the owner, once it answers. */
  url: z.url().optional(),
  token: z.string().optional(),
});

/** The process that has a data folder open. */
export type FolderOwner = z.infer<typeof owner>;

/** `readFolderOwner` holds a shared lock for a few milliseconds; an opener waits that out before it gives up. */
const tries = 5;
const pauseMs = 50;

/** Locks a folder that exists. Errors: DATA_FOLDER_IN_USE names the owner; CONFIG_INVALID when there is no `flock`. */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const handle = await open(folder);
  try {
    for (let left = tries; !(await flock(handle, 'exclusive')); left--) {
      if (left === 1) throw inUse(folder, await readOwnerFile(folder));
      await delay(pauseMs);
    }
    const self = { pid: process.pid, host: hostname(), since: new Date().toISOString() };
    await writeOwnerFile(folder, self);
    return {
      publish: (address) => writeOwnerFile(folder, { ...self, ...address }),
      async release() {
        await rm(ownerFile(folder), { force: true }).catch(() => undefined);
        await handle.close().catch(() => undefined);
      },
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/**
 * The process that has the folder open now; `undefined` when there is none (or no such folder).
 * Errors: DATA_FOLDER_IN_USE when there is one that does not say who it is.
 */
export async function readFolderOwner(folder: string): Promise<FolderOwner | undefined> {
  const handle = await ifPresent(open(folder));
  if (!handle) return undefined;
  try {
    for (let left = tries; left > 0; left--) {
      if (await flock(handle, 'shared')) return undefined;
      const found = await readOwnerFile(folder);
      if (found) return found;
      // It has the lock and is about to write the file.
      await delay(pauseMs);
    }
    throw inUse(folder, undefined);
  } finally {
    await handle.close();
  }
}

/** Tries once; false when another process holds the lock. */
function flock(handle: FileHandle, mode: 'exclusive' | 'shared'): Promise<boolean> {
  return new Promise((resolve, reject) => {
    // The handle becomes descriptor 3 of the child.
    const child = spawn('flock', [`--${mode}`, '--nonblock', '3'], {
      stdio: ['ignore', 'ignore', 'pipe', handle.fd],
    });
    let errorOutput = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      errorOutput += text;
    });
    child.on('error', (error) => {
      reject(
        new Fault(
          'CONFIG_INVALID',
          'The embedded database needs the program `flock` (package util-linux) to guard its folder, or set DATABASE_URL.',
          { cause: error },
        ),
      );
    });
    child.on('close', (code) => {
      if (code === 0) resolve(true);
      else if (code === 1 && errorOutput === '') resolve(false);
      else
        reject(
          new Fault('CONFIG_INVALID', `The data folder cannot be locked: ${errorOutput.trim() || code}.`),
        );
    });
  });
}

const ownerFile = (folder: string) => join(folder, 'owner.json');

/** By rename, so that a reader never sees half of it. Only the holder of the lock writes, and only its user reads. */
async function writeOwnerFile(folder: string, content: FolderOwner): Promise<void> {
  await writeFileAtomically(ownerFile(folder), `${JSON.stringify(content)}\n`, { mode: 0o600 });
}

async function readOwnerFile(folder: string): Promise<FolderOwner | undefined> {
  try {
    return owner.parse(JSON.parse(await readFile(ownerFile(folder), 'utf8')));
  } catch {
    return undefined;
  }
}

function inUse(folder: string, by: FolderOwner | undefined): Fault {
  const who = by ? `process ${by.pid} on ${by.host} since ${by.since}` : 'another process';
  const where = by?.url ? `, which serves ${by.url}` : '';
  return new Fault('DATA_FOLDER_IN_USE', `The data folder ${folder} is in use by ${who}${where}.`);
}
