import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Only root may mount. */
export const canMount = process.getuid?.() === 0;

/** A file system in memory of so many kilobytes, which is soon full. */
export function mountSmallDisk(kilobytes: number): {
  folder: string;
  resize(kilobytes: number): void;
  unmount(): void;
} {
  const folder = mkdtempSync(join(tmpdir(), 'matre-small-'));
  const mount = (options: string) =>
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'matre-small', folder]);
  mount(`size=${kilobytes}k`);
  return {
    folder,
    resize: (kilobytes) => mount(`remount,size=${kilobytes}k`),
    unmount() {
      execFileSync('umount', [folder]);
      rmSync(folder, { recursive: true });
    },
  };
}
