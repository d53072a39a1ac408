import { createHash } from 'node:crypto';
import { constants, copyFile, lstat, mkdir, readdir, readFile, readlink, symlink } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { Fault } from '../faults/fault.ts';
import { isMissingFile } from '../files/missing-file.ts';

/**
 * Copies a folder, without `.git` and without `except`. Returns a hash of the copy: names, contents, links, and whether files are
 * executable; 40 hexadecimal digits. Files that git ignores are copied too: an `.env.<code>` often is one.
 *
 * Errors: MODULE_CHECKOUT_FAILED when it is not a folder, MODULE_INVALID for a device, pipe or socket.
 */
export async function snapshot(source: string, target: string, except: string): Promise<string> {
  const hash = createHash('sha256');
  const copy = async (from: string, to: string): Promise<void> => {
    const entries = await readdir(from, { withFileTypes: true });
    entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      const [path, targetPath] = [join(from, entry.name), join(to, entry.name)];
      if (entry.name === '.git' || path === except) continue;
      const name = relative(source, path);
      if (entry.isDirectory()) {
        hash.update(`folder\0${name}\0`);
        await mkdir(targetPath);
        await copy(path, targetPath);
      } else if (entry.isSymbolicLink()) {
        const link = await readlink(path);
        hash.update(`link\0${name}\0${link}\0`);
        await symlink(link, targetPath);
      } else if (entry.isFile()) {
        await copyFile(path, targetPath, constants.COPYFILE_FICLONE);
        // Hashes the copy, because the original may change meanwhile.
        const content = await readFile(targetPath);
        const executable = (await lstat(targetPath)).mode & 0o100 ? 'program' : 'file';
        hash.update(`${executable}\0${name}\0${content.length}\0`).update(content);
      } else {
        throw new Fault('MODULE_INVALID', `${name} is neither a file nor a folder.`);
      }
    }
  };
  try {
    await copy(source, target);
  } catch (error) {
    const isUnreadable = isMissingFile(error) || (error as NodeJS.ErrnoException).code === 'EACCES';
    if (!isUnreadable) throw error;
    throw new Fault('MODULE_CHECKOUT_FAILED', `${source} cannot be copied: ${(error as Error).message}`, {
      cause: error,
    });
  }
  return hash.digest('hex').slice(0, 40);
}
