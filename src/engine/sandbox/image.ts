import { createHash } from 'node:crypto';
import { lstat, readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../../faults/fault.ts';

/**
 * How many levels of the folder are read: `var/www/html/vendor/<vendor>` is 5. A whole Magento has 75,000 files, which takes a
 * second before each run; the upper levels have a few hundred, and a build or an installation of packages always touches them.
 * A deeper edit is not noticed: `touch` the folder of the image, or replace the containers.
 */
const depth = 5;

/** The folder of an image, without links in its path. Rejects with IMAGE_MISSING. */
export async function imageFolder(reference: string): Promise<string> {
  const folder = await realpath(reference).catch(() => undefined);
  if (folder === undefined || !(await lstat(folder)).isDirectory()) {
    throw new Fault(
      'IMAGE_MISSING',
      `The sandbox needs a folder as its image, and ${reference} is not a folder.`,
    );
  }
  return folder;
}

/**
 * The id of a folder as an image: a hash of its path and of the names, sizes and times of its
 * upper levels. Errors: IMAGE_MISSING.
 */
export async function folderId(reference: string): Promise<string> {
  const folder = await imageFolder(reference);
  const hash = createHash('sha256').update(folder);
  await describeFolder(folder, '', depth, (line) => hash.update(`${line}\n`));
  return `folder:${hash.digest('hex')}`;
}

async function describeFolder(
  folder: string,
  inside: string,
  levels: number,
  emit: (line: string) => void,
): Promise<void> {
  const { mode, size, mtimeMs } = await lstat(join(folder, inside));
  emit(`${inside}\0${mode}\0${size}\0${mtimeMs}`);
  if (levels === 0) return;
  const entries = await readdir(join(folder, inside), { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(inside, entry.name);
    if (entry.isDirectory()) {
      await describeFolder(folder, path, levels - 1, emit);
    } else {
      const { mode, size, mtimeMs } = await lstat(join(folder, path));
      emit(`${path}\0${mode}\0${size}\0${mtimeMs}`);
    }
  }
}
