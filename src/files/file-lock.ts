import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, fstatSync, futimesSync, openSync, rmSync, statSync } from 'node:fs';
import { Fault } from '../faults/fault.ts';
import { isMissingFile } from './missing-file.ts';

/** A held lock on a file. The kernel releases it when the process dies, however it dies. */
export interface FileLock {
  /** For child processes that must keep the lock, should they outlive this process. */
  readonly fd: number;
  /** When a holder last called `touch`, or when the file was created. */
  readonly touched: Date;
  touch(): void;
  /** With `remove`, the file goes too. */
  release(options?: { remove?: boolean }): void;
}

/**
 * Acquires the lock on a file, across all processes of this machine; with `wait: false`, returns `undefined` when another holder
 * has it. `flock` locks the open file that it inherits, so this process keeps the lock after `flock` has ended.
 * Rejects with the reason of `signal` when that aborts the wait. Errors: CONFIG_INVALID when the program `flock` is missing.
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
      // The previous holder may have removed the file: then this lock protects nothing.
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
  const stop = () => child.kill();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const [code] = await once(child, 'exit');
    // A lock that was acquired at the last moment is released by closing the file.
    signal?.throwIfAborted();
    if (code === 0) return true;
    if (!wait && code === 1) return false;
    throw new Fault('INTERNAL', `flock ended with ${code}.`);
  } catch (error) {
    if (!isMissingFile(error)) throw error;
    throw new Fault('CONFIG_INVALID', 'The program `flock` (package util-linux) is missing: install it.');
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}
