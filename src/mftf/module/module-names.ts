import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { defineTask } from '../../threads/task.ts';
import { maxPhpBytes, type Registration, readRegistrations } from '../catalog/registration/registration.ts';
import { folderFiles } from '../catalog/tree/folder-files.ts';
import { catalogPath } from '../catalog/tree/paths.ts';

const quotedModuleName = /["'](\w+_\w+)["']/g;

/** As `moduleNames`, for a worker thread. */
export const readModuleNames = defineTask(
  import.meta.url,
  'readModuleNames',
  async ({ checkout, target }: { checkout: string; target: string }) => moduleNames(checkout, target),
);

/** Of a file that is longer, this is enough to find the name. */
const maxScannedLength = 100_000;

/**
 * The possible names of a checkout's modules in MFTF, sorted: a checkout has one module, or a vendor's folder of modules. A module
 * has the name in its registration.php if Magento loads that (`app/code/Vendor/Module`), else the name of its folder (measured
 * with MFTF 3.8). This depends on the tree, so both are returned; of a registration.php that only PHP can read, every text that
 * may be the name. `target` is the folder of the checkout, relative to the Magento root. Errors: MODULE_INVALID.
 */
export function moduleNames(checkout: string, target: string): string[] {
  const folders = new Set<string>();
  const registered = new Map<string, string[]>();
  for (const files of folderFiles(checkout, target)) {
    for (const { path, place } of files) {
      const kind = catalogPath(path);
      if (kind && 'root' in kind) folders.add(kind.root.replace(/\/Test\/Mftf$/, ''));
      // A larger one registers nothing, and would fill the memory.
      if (basename(path) !== 'registration.php' || statSync(place).size > maxPhpBytes) continue;
      const folder = path.slice(0, -'/registration.php'.length);
      for (const { folder: of, name } of possibleRegistrations(readFileSync(place), folder)) {
        registered.set(of, [...(registered.get(of) ?? []), name]);
      }
    }
  }
  const names = [...folders].flatMap((folder) => [basename(folder), ...(registered.get(folder) ?? [])]);
  // An empty name means that of the folder.
  return [...new Set(names.filter((name) => name !== ''))].sort();
}

function possibleRegistrations(content: Buffer, folder: string): Registration[] {
  const registrations = readRegistrations(content, folder);
  if (registrations) return registrations;
  const texts = content.subarray(0, maxScannedLength).toString('utf8').matchAll(quotedModuleName);
  return [...new Set([...texts].map(([, name = '']) => name))].map((name) => ({ folder, name }));
}
