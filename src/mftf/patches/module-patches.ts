import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Fault } from '../../faults/fault.ts';
import { maxPatchBytes, maxPatches } from '../../model/limits.ts';
import { defineTask } from '../../threads/task.ts';
import { type FileDiff, parseDiff } from './parse-diff.ts';
import { PatchMisfit } from './patch-misfit.ts';

/** A patch of the test module. */
export interface ModulePatch {
  /** Its path in the module. */
  name: string;
  files: FileDiff[];
}

/**
 * Reads the patches in a folder of a checkout: files `*.patch`, sorted by name. `undefined` when there is no such folder: modules and
 * branches may have none. For a worker thread. Errors: PATCH_FAILED for links, too many or too large files, and for what is no unified diff.
 */
export const readModulePatches = defineTask(
  import.meta.url,
  'readModulePatches',
  async ({ checkout, folder }: { checkout: string; folder: string }): Promise<ModulePatch[] | undefined> => {
    if (!hasFolder(checkout, folder)) return undefined;
    const entries = readdirSync(join(checkout, folder), { withFileTypes: true });
    const patches = entries.filter(({ name }) => name.endsWith('.patch'));
    if (patches.length > maxPatches) {
      throw new Fault('PATCH_FAILED', `${folder} has more than ${maxPatches} patches.`);
    }
    const bytes = patches.reduce((sum, { name }) => sum + lstatSync(join(checkout, folder, name)).size, 0);
    if (bytes > maxPatchBytes) {
      throw new Fault('PATCH_FAILED', `The patches in ${folder} have more than ${maxPatchBytes} bytes.`);
    }
    return patches
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map((entry) => {
        const name = `${folder}/${entry.name}`;
        if (!entry.isFile())
          throw new Fault('PATCH_FAILED', `${name} is a link or a folder, and not a file.`);
        return { name, files: read(join(checkout, name), name) };
      });
  },
);

/** Looks at each folder on the way, because a link could lead out of the checkout. */
function hasFolder(checkout: string, folder: string): boolean {
  let path = checkout;
  for (const part of folder.split('/')) {
    path = join(path, part);
    const info = lstatSync(path, { throwIfNoEntry: false });
    if (!info) return false;
    if (!info.isDirectory()) {
      throw new Fault('PATCH_FAILED', `${folder} of the test module is a link or a file, or behind one.`);
    }
  }
  return true;
}

function read(path: string, name: string): FileDiff[] {
  try {
    return parseDiff(readFileSync(path, 'latin1'));
  } catch (error) {
    if (!(error instanceof PatchMisfit)) throw error;
    throw new Fault('PATCH_FAILED', `${name}: ${error.message}.`);
  }
}
