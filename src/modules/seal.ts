import { chmod, lstat, readdir, readlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Fault } from '../faults/fault.ts';
import { defineTask } from '../threads/task.ts';

/**
 * Prepares a folder for mounting into containers: files become read-only, and everything readable for any user that PHP runs as.
 * Links must not leave the folder. File names are bytes, which need not be UTF-8.
 *
 * Errors: MODULE_INVALID for a link that leaves the folder, or an entry that is neither file, folder nor link.
 */
export const seal = defineTask(import.meta.url, 'seal', async ({ root }: { root: string }): Promise<void> => {
  const top = Buffer.from(root);
  const walk = async (folder: Buffer): Promise<void> => {
    await chmod(folder, 0o755);
    for (const entry of await readdir(folder, { withFileTypes: true, encoding: 'buffer' })) {
      const path = Buffer.concat([folder, slash, entry.name]);
      const name = path.subarray(top.length + 1).toString();
      if (entry.isDirectory()) await walk(path);
      else if (entry.isFile()) await chmod(path, (await lstat(path)).mode & 0o100 ? 0o555 : 0o444);
      else if (!entry.isSymbolicLink()) {
        throw new Fault('MODULE_INVALID', `${name} is neither a file nor a folder.`);
      } else if (!(await staysInside(root, path.toString('latin1')))) {
        const target = await readlink(path);
        throw new Fault('MODULE_INVALID', `The link ${name} leads out of the test module, to ${target}.`);
      }
    }
  };
  await walk(top);
});

const slash = Buffer.from('/');

/**
 * Follows a link step by step, also through other links. The result must not depend on this machine, because the same link may
 * have another target in a container. So this is not `realpath`. The characters of `link` are its bytes.
 */
async function staysInside(root: string, link: string): Promise<boolean> {
  const top = Buffer.from(root).toString('latin1');
  let at = dirname(link);
  const steps = [link.slice(at.length + 1)];
  // The kernel follows at most 40 links as well.
  for (let followed = 0; steps.length > 0; ) {
    const step = steps.shift() ?? '';
    if (step === '' || step === '.') continue;
    if (step === '..') {
      if (at === top) return false;
      at = dirname(at);
      continue;
    }
    const next = join(at, step);
    const target = await readlink(Buffer.from(next, 'latin1'), 'latin1').catch(() => undefined);
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
