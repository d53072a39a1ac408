import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ifPresent } from '../files/missing-file.ts';

/** How long a report stays; it can be made again. */
const keptMs = 24 * 60 * 60_000;
const maxReports = 20;
/** Of all reports together: four with as many files as one may have, or the usual twenty. */
const maxStoredBytes = 2 * 1024 ** 3;

/** The bytes that the files of a folder take on its disk. */
export async function bytesOnDisk(folder: string): Promise<number> {
  const entries = (await ifPresent(readdir(folder, { recursive: true, withFileTypes: true }))) ?? [];
  let bytes = 0;
  for (const entry of entries) {
    // Another process may have removed it.
    const stats = entry.isFile() ? await ifPresent(stat(join(entry.parentPath, entry.name))) : undefined;
    // Some file systems count blocks later.
    bytes += Math.max(stats?.size ?? 0, (stats?.blocks ?? 0) * 512);
  }
  return bytes;
}

/**
 * Removes reports that are old, the oldest of too many and of too large ones, and what an ended process left behind. The newest stays in
 * any case.
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
    if (ageMs > keptMs || isTooMuch) await rm(path, { recursive: true, force: true });
  }
}
