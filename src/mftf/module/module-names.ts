import { readdir, readFile } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { ifPresent } from '../../files/missing-file.ts';
import { registeredName } from '../catalog/declarations.ts';

/**
 * The possible names of a checkout's modules in MFTF, sorted: a checkout has one module, or a vendor's folder of modules. A module
 * has the name in its registration.php if Magento loads that (`app/code/Vendor/Module`), else the name of its folder (measured
 * with MFTF 3.8). This depends on the tree, so both are returned. `target` is the folder of the checkout in the Magento tree.
 */
export async function moduleNames(checkout: string, target: string): Promise<string[]> {
  const entries = await readdir(checkout, { recursive: true, withFileTypes: true });
  const folders = entries
    .filter((entry) => entry.isDirectory() && entry.name === 'Mftf' && basename(entry.parentPath) === 'Test')
    .map((entry) => relative(checkout, join(entry.parentPath, '..')));
  const names = new Set<string>();
  for (const folder of folders) {
    names.add(basename(join(target, folder)));
    const registered = await registration(join(checkout, folder));
    if (registered) names.add(registered);
  }
  return [...names].sort();
}

async function registration(folder: string): Promise<string | undefined> {
  const content = await ifPresent(readFile(join(folder, 'registration.php'), 'utf8'));
  return content === undefined ? undefined : registeredName(content);
}
