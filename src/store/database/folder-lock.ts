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
 * Allows one process for each data folder. The kernel enforces it by an flock(2) on the folder itself, which ends with the process that
 * holds it, however that ends: there is no stale lock to take over, no process id to mistake, and no lock file to delete. It also works
 * between containers that share the folder and cannot see each other's processes.
 *
 * Node has no flock. The program `flock` locks a descriptor that it inherits; such a lock belongs to the open file, so it remains when
 * `flock` has exited. `owner.json` only shows who the owner is.
 */
export interface FolderLock {
  /** Publishes the address of the owner's server, and the token that commands of the same user send to it. */
  publish(address: { url: string; token: string }): Promise<void>;
  /** Unlocks the folder. Never rejects. */
  release(): Promise<void>;
}

const owner = z.object({
  pid: z.number().int(),
  host: z.string(),
  since: z.iso.datetime(),
  /** The URL of the server in the owner, once it responds. */
  url: z.url().optional(),
  token: z.string().optional(),
});

/** The process that has a data folder open. */
export type FolderOwner = z.infer<typeof owner>;

/** `readFolderOwner` holds a shared lock for a few milliseconds; `lockFolder` retries for longer than that. */
const maxTries = 5;
const retryDelayMs = 50;

/** Locks an existing folder. Errors: DATA_FOLDER_IN_USE, which names the owner; CONFIG_INVALID without the program `flock`. */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const handle = await open(folder);
  try {
    for (let triesLeft = maxTries; !(await flock(handle, 'exclusive')); triesLeft--) {
      if (triesLeft === 1) throw inUse(folder, await readOwnerFile(folder));
      await delay(retryDelayMs);
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
 * The process that has the folder open now; `undefined` without one, or without the folder.
 * Errors: DATA_FOLDER_IN_USE when the owner does not publish who it is; CONFIG_INVALID without the program `flock`.
 */
export async function readFolderOwner(folder: string): Promise<FolderOwner | undefined> {
  const handle = await ifPresent(open(folder));
  if (!handle) return undefined;
  try {
    for (let triesLeft = maxTries; triesLeft > 0; triesLeft--) {
      if (await flock(handle, 'shared')) return undefined;
      const current = await readOwnerFile(folder);
      if (current) return current;
      // The owner has the lock and is about to write the file.
      await delay(retryDelayMs);
    }
    throw inUse(folder, undefined);
  } finally {
    await handle.close();
  }
}

/** Tries to lock once. False when another process holds the lock. */
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

/** Only the holder of the lock writes the file, and only its user can read it: it has the token. */
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
  const ownerText = by ? `process ${by.pid} on ${by.host} since ${by.since}` : 'another process';
  const serverText = by?.url ? `, which serves ${by.url}` : '';
  return new Fault('DATA_FOLDER_IN_USE', `The data folder ${folder} is in use by ${ownerText}${serverText}.`);
}
