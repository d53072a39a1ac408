import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { constants, copyFile, lstat, mkdir, readdir, readFile, readlink, symlink } from 'node:fs/promises';
import { Fault } from '../faults/fault.ts';
import { isMissingFile } from '../files/missing-file.ts';
import { defineTask } from '../threads/task.ts';
import { type CheckoutLimits, createCheckoutCounter } from './checkout-limits.ts';

/**
 * Copies a folder, without `.git` and without `except`. Returns a hash of the copy: names, contents, links, and whether files are
 * executable; 40 hexadecimal digits. Files that git ignores are copied too: an `.env.<code>` often is one.
 *
 * Errors: MODULE_CHECKOUT_FAILED when it is not a folder, MODULE_INVALID for a device, pipe or socket, TREE_TOO_LARGE.
 */
export const snapshot = defineTask(
  import.meta.url,
  'snapshot',
  async (request: {
    source: string;
    target: string;
    except: string;
    limits: CheckoutLimits;
  }): Promise<string> => {
    const { source, target, except, limits } = request;
    const count = createCheckoutCounter(source, limits);
    const hash = createHash('sha256');
    const top = Buffer.from(source);
    const excluded = Buffer.from(except);
    // Names are bytes, which need not be UTF-8.
    const copy = async (from: Buffer, to: Buffer): Promise<void> => {
      const entries = await readdir(from, { withFileTypes: true, encoding: 'buffer' });
      entries.sort((a, b) => Buffer.compare(a.name, b.name));
      for (const entry of entries) {
        const [path, targetPath] = [below(from, entry.name), below(to, entry.name)];
        if (entry.name.equals(gitFolder) || path.equals(excluded)) continue;
        const name = path.subarray(top.length + 1);
        count.add(entry.isFile() ? (await lstat(path)).size : 0);
        count.check();
        const add = (kind: string, size = '') => hash.update(`${kind}\0`).update(name).update(`\0${size}`);
        if (entry.isDirectory()) {
          add('folder');
          await mkdir(targetPath);
          await copy(path, targetPath);
        } else if (entry.isSymbolicLink()) {
          const link = await readlink(path, 'buffer');
          add('link').update(link).update('\0');
          await symlink(link, targetPath);
        } else if (entry.isFile()) {
          await copyFile(path, targetPath, constants.COPYFILE_FICLONE);
          // Hashes the copy, because the original may change meanwhile.
          const { mode, size } = await lstat(targetPath);
          add(mode & 0o100 ? 'program' : 'file', `${size}\0`);
          if (size <= wholeBytes) hash.update(await readFile(targetPath));
          else for await (const piece of createReadStream(targetPath)) hash.update(piece);
        } else {
          throw new Fault('MODULE_INVALID', `${name} is neither a file nor a folder.`);
        }
      }
    };
    try {
      await copy(top, Buffer.from(target));
    } catch (error) {
      const isUnreadable = isMissingFile(error) || (error as NodeJS.ErrnoException).code === 'EACCES';
      if (!isUnreadable) throw error;
      throw new Fault('MODULE_CHECKOUT_FAILED', `${source} cannot be copied: ${(error as Error).message}`, {
        cause: error,
      });
    }
    return hash.digest('hex').slice(0, 40);
  },
);

/** A file of up to so many bytes is read at once, which is faster. */
const wholeBytes = 1024 * 1024;

const gitFolder = Buffer.from('.git');

function below(folder: Buffer, name: Buffer): Buffer {
  return Buffer.concat([folder, Buffer.from('/'), name]);
}
