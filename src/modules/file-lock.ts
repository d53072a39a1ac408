import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, fstatSync, futimesSync, openSync, rmSync, statSync } from 'node:fs';
import { Fault } from '../faults/fault.ts';

/** A lock on a file that is held. The kernel takes it back when the process dies, however it dies. */
export interface FileLock {
  /** To be given to child processes that should keep the lock should they outlive this process. */
  readonly fd: number;
  /** When `touch` was last called by whoever held it, or when the file was made. */
  readonly touched: Date;
  touch(): void;
  /** With `remove`, the file goes too. */
  release(options?: { remove?: boolean }): void;
}

/**
 * Waits for the lock on a file, across all processes of this machine; with `wait: false`, `undefined` when somebody else
 * has it. `flock` locks the open file that it inherits, so the lock stays with this process after `flock` has ended.
 * Rejects with the reason of `signal` when that aborts the waiting.
 */
export async function lockFile(path: string, options: { wait: false }): Promise<FileLock | undefined>;
export async function lockFile(
  path: string,
  options?: { wait?: true; signal?: AbortSignal },
): Promise<FileLock>;
export async function lockFile(
  path: string,
  options: { wait?: boolean; signal?: AbortSignal } = {},
): Promise<FileLock | undefined> {
  const { wait = true, signal } = options;
  for (;;) {
    signal?.throwIfAborted();
    const fd = openSync(path, 'a', 0o600);
    try {
      if (!(await flock(fd, wait, signal))) {
        closeSync(fd);
        return undefined;
      }
      const { ino, mtime } = fstatSync(fd);
      // Whoever held it before may have removed the file: then this is a lock on nothing.
      if (statSync(path, { throwIfNoEntry: false })?.ino !== ino) {
        closeSync(fd);
        continue;
      }
      return {
        fd,
        touched: mtime,
        touch: () => futimesSync(fd, new Date(), new Date()),
        release({ remove = false } = {}) {
          if (remove) rmSync(path, { force: true });
          closeSync(fd);
        },
      };
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  }
}

async function flock(fd: number, wait: boolean, signal: AbortSignal | undefined): Promise<boolean> {
  const child = spawn('flock', [wait ? '--exclusive' : '--nonblock', '3'], {
    stdio: ['ignore', 'ignore', 'ignore', fd],
  });
  const giveUp = () => child.kill();
  signal?.addEventListener('abort', giveUp, { once: true });
  try {
    const [code] = await once(child, 'exit');
    // Closing the file gives back what was got at the last moment.
    signal?.throwIfAborted();
    if (code === 0) return true;
    if (!wait && code === 1) return false;
    throw new Fault('INTERNAL', `flock ended with ${code}.`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new Fault('CONFIG_INVALID', 'The program `flock` (package util-linux) is missing.');
  } finally {
    signal?.removeEventListener('abort', giveUp);
  }
}
