import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Only root may mount, and not in every container. */
export const canMount = spawnSync('unshare', ['--mount', 'true']).status === 0;

/** A separate file system in memory that can be full. */
export interface SmallDisk {
  folder: string;
  resize(kilobytes: number): void;
  /** From now on nothing more fits. */
  fill(): Promise<void>;
  /** Restores the original size. */
  free(): void;
  /** Works even when a process is still in it. */
  unmount(): void;
}

/** Mounts one of `kilobytes` kilobytes over an empty folder, or in a new one. */
export function mountSmallDisk(kilobytes: number, over?: string): SmallDisk {
  const folder = over ?? mkdtempSync(join(tmpdir(), 'matre-small-'));
  const options = (size: string) => `size=${size},mode=0700`;
  const remount = (size: string) =>
    spawnSync('mount', ['-o', `remount,${options(size)}`, folder]).status === 0;
  const resize = (kilobytes: number) => {
    if (!remount(`${kilobytes}k`)) throw new Error(`${folder} could not be made ${kilobytes} kB large`);
  };
  execFileSync('mount', ['-t', 'tmpfs', '-o', options(`${kilobytes}k`), 'matre-small', folder]);
  return {
    folder,
    resize,
    async fill() {
      // The kernel refuses a size below the used one, and workers continue to write meanwhile.
      for (let tries = 0; tries < 50; tries++) {
        const { bsize, blocks, bfree } = await statfs(folder);
        if (remount(String(bsize * Math.max(1, blocks - bfree)))) return;
      }
      throw new Error(`${folder} could not be filled`);
    },
    free: () => resize(kilobytes),
    unmount() {
      spawnSync('umount', ['--lazy', folder]);
      if (over === undefined) rmSync(folder, { recursive: true });
    },
  };
}
