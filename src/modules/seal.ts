import { chmod, lstat, readdir, readlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { Fault } from '../faults/fault.ts';

/**
 * Prepares a folder for mounting into containers: files become read-only, and everything readable for any user that PHP runs as.
 * Links must not leave the folder.
 *
 * Errors: MODULE_INVALID for a link that leaves the folder, or an entry that is neither file, folder nor link.
 */
export async function seal(root: string): Promise<void> {
  const walk = async (folder: string): Promise<void> => {
    await chmod(folder, 0o755);
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) await walk(path);
      else if (entry.isFile()) await chmod(path, (await lstat(path)).mode & 0o100 ? 0o555 : 0o444);
      else if (!entry.isSymbolicLink()) {
        throw new Fault('MODULE_INVALID', `${relative(root, path)} is neither a file nor a folder.`);
      } else if (!(await staysInside(root, path))) {
        throw new Fault(
          'MODULE_INVALID',
          `The link ${relative(root, path)} leads out of the test module, to ${await readlink(path)}.`,
        );
      }
    }
  };
  await walk(root);
}

/**
 * Follows a link step by step, also through other links. The result must not depend on this machine, because the same link may
 * have another target in a container. So this is not `realpath`.
 */
async function staysInside(root: string, link: string): Promise<boolean> {
  let at = dirname(link);
  const steps = relative(at, link).split('/');
  // The kernel follows at most 40 links as well.
  for (let followed = 0; steps.length > 0; ) {
    const step = steps.shift() ?? '';
    if (step === '' || step === '.') continue;
    if (step === '..') {
      if (at === root) return false;
      at = dirname(at);
      continue;
    }
    const next = join(at, step);
    const target = await readlink(next).catch(() => undefined);
    if (target === undefined) {
      at = next;
      continue;
    }
    followed += 1;
    if (target.startsWith('/') || followed > 40) return false;
    steps.unshift(...target.split('/'));
  }
  return true;
}
