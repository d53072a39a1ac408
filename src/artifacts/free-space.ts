import { statfs } from 'node:fs/promises';

const leastFreeFiles = 1_000;

/** How much room there is for files in a folder, and why that is too little; `undefined` when it is at least `leastBytes`. */
export async function freeSpace(
  folder: string,
  leastBytes: number,
): Promise<{ bytes: number; tooLittle: string | undefined }> {
  const { bavail, bsize, files, ffree } = await statfs(folder);
  const bytes = bavail * bsize;
  const megabytes = (count: number) => `${Math.round(count / 1024 ** 2)} MB`;
  if (bytes < leastBytes) {
    return { bytes, tooLittle: `${folder} has ${megabytes(bytes)} left, less than ${megabytes(leastBytes)}` };
  }
  // Some file systems count no files.
  const full = files > 0 && ffree < leastFreeFiles;
  return { bytes, tooLittle: full ? `${folder} has room for ${ffree} more files only` : undefined };
}
