/** Whether an error of the file system means that there is nothing at a path. A name may be too long to exist. */
export function isMissingFile(error: unknown): boolean {
  const { code } = (error ?? {}) as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG';
}

/** Resolves as `work` does, or with `undefined` when the file that it reads is not there. Other errors reject. */
export async function ifPresent<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (isMissingFile(error)) return undefined;
    throw error;
  }
}
