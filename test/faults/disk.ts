import { spawnSync } from 'node:child_process';
import { statfs } from 'node:fs/promises';

/** A file system of its own, in memory, that can be full. */
export interface SmallDisk {
  /** From now on nothing more fits. */
  fill(): Promise<void>;
  free(): void;
  unmount(): void;
}

const sizeMb = 512;

/** Mounts one over an empty folder. `undefined` where that is not allowed: only root may, and not in every container. */
export function mountSmallDisk(folder: string): SmallDisk | undefined {
  const options = (size: string) => `size=${size},mode=0700`;
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', options(`${sizeMb}m`), 'matre-faults', folder]);
  if (mounted.status !== 0) return undefined;
  const resize = (size: string) =>
    spawnSync('mount', ['-o', `remount,${options(size)}`, folder]).status === 0;
  return {
    async fill() {
      // The kernel refuses a size below what is used, and workers go on writing meanwhile.
      for (let tries = 0; tries < 50; tries++) {
        const { bsize, blocks, bfree } = await statfs(folder);
        if (resize(String(bsize * Math.max(1, blocks - bfree)))) return;
      }
      throw new Error(`${folder} could not be filled`);
    },
    free() {
      if (!resize(`${sizeMb}m`)) throw new Error(`${folder} could not be freed`);
    },
    unmount() {
      spawnSync('umount', ['--lazy', folder]);
    },
  };
}
