import { statfs } from 'node:fs/promises';
import { formatBytes } from '../model/bytes.ts';

const minFreeFiles = 1_000;

/** The free bytes of a folder's file system, and in `tooLittle` why that is not enough; `undefined` for at least `minBytes`. */
export async function freeSpace(
  folder: string,
  minBytes: number,
): Promise<{ bytes: number; tooLittle: string | undefined }> {
  const { bavail, bsize, files, ffree } = await statfs(folder);
  const bytes = bavail * bsize;
  if (bytes < minBytes) {
    return {
      bytes,
      tooLittle: `${folder} has ${formatBytes(bytes)} left, less than ${formatBytes(minBytes)}`,
    };
  }
  // Some file systems report no number of files.
  const full = files > 0 && ffree < minFreeFiles;
  return { bytes, tooLittle: full ? `${folder} has room for ${ffree} more files only` : undefined };
}
