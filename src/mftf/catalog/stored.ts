import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ifPresent } from '../../files/missing-file.ts';

/** Removes the files with a prefix that were used least recently, but for `max` of them. */
export async function pruneStored(folder: string, prefix: string, max: number): Promise<void> {
  const files: { path: string; usedAt: number }[] = [];
  for (const name of await readdir(folder)) {
    if (!name.startsWith(prefix)) continue;
    const path = join(folder, name);
    const info = await ifPresent(stat(path));
    if (info) files.push({ path, usedAt: info.mtimeMs });
  }
  files.sort((a, b) => b.usedAt - a.usedAt);
  for (const { path } of files.slice(max)) await rm(path, { force: true });
}
