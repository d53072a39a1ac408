import { statfs } from 'node:fs/promises';

/** Below this a run may not get to its end: a log may have 64 MB, the files of one test 256 MB. */
const leastFreeBytes = 1024 ** 3;
const leastFreeFiles = 1_000;

/** How much room there is for files in a folder, and why that may be too little for a run; `undefined` when it is enough. */
export async function freeSpace(folder: string): Promise<{ bytes: number; tooLittle: string | undefined }> {
  const { bavail, bsize, files, ffree } = await statfs(folder);
  const bytes = bavail * bsize;
  const megabytes = (count: number) => `${Math.round(count / 1024 ** 2)} MB`;
  if (bytes < leastFreeBytes) {
    const tooLittle = `${folder} has ${megabytes(bytes)} left, and a run may need ${megabytes(leastFreeBytes)}`;
    return { bytes, tooLittle };
  }
  // Some file systems count no files.
  const full = files > 0 && ffree < leastFreeFiles;
  return { bytes, tooLittle: full ? `${folder} has room for ${ffree} more files only` : undefined };
}
