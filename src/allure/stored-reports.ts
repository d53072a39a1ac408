import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ifPresent } from '../files/missing-file.ts';

/** A report that is older is removed; it can be made again. */
const maxAgeMs = 24 * 60 * 60_000;
const maxReports = 20;
/** The disk space of all reports: enough for four of the largest (512 MiB of files), or for 20 of the usual size. */
const maxStoredBytes = 2 * 1024 ** 3;

/** The bytes that the files of a folder take on its disk. */
export async function bytesOnDisk(folder: string): Promise<number> {
  const entries = (await ifPresent(readdir(folder, { recursive: true, withFileTypes: true }))) ?? [];
  let bytes = 0;
  for (const entry of entries) {
    // Another process may have removed it.
    const stats = entry.isFile() ? await ifPresent(stat(join(entry.parentPath, entry.name))) : undefined;
    // A file that was just written may have no blocks yet, because some file systems allocate them later.
    bytes += Math.max(stats?.size ?? 0, (stats?.blocks ?? 0) * 512);
  }
  return bytes;
}

/**
 * Removes what is older than a day: reports, and the unfinished ones of ended processes. Then removes the oldest while there are too many
 * or they need more than `maxBytes`, but not the newest.
 */
export async function removeOldReports(folder: string, maxBytes: number = maxStoredBytes): Promise<void> {
  const entries = await Promise.all(
    (await readdir(folder)).map(async (name) => {
      const stats = await ifPresent(stat(join(folder, name)));
      return { path: join(folder, name), ageMs: Date.now() - (stats?.mtimeMs ?? 0) };
    }),
  );
  const newestFirst = entries.sort((one, other) => one.ageMs - other.ageMs);
  let bytes = 0;
  for (const [index, { path, ageMs }] of newestFirst.entries()) {
    bytes += await bytesOnDisk(path);
    const isTooMuch = index > 0 && (index >= maxReports || bytes > maxBytes);
    if (ageMs > maxAgeMs || isTooMuch) await rm(path, { recursive: true, force: true });
  }
}
