import { PatchMisfit } from './patch-misfit.ts';

/** The folder of MFTF below the Magento root. */
export const frameworkFolder = 'vendor/magento/magento2-functional-testing-framework';

/** The folders below the Magento root whose files a patch may change: what executes tests, and nothing of the shop. */
const patchableFolders: readonly string[] = [
  frameworkFolder,
  'vendor/codeception',
  'vendor/php-webdriver',
  'vendor/allure-framework',
];

/** Added to the path of a patched file: the file of the image. */
export const imageSuffix = '.image';

const plainPath = /^[\w@+ -][\w.@+ -]*(?:\/[\w@+ -][\w.@+ -]*)*$/;

/** Generated there, and removed before each run. */
const generated = /\/FunctionalTestingFramework\/(?:Group\/[^/]*\.php$|_generated\/)/;

/** Throws a misfit unless a patch may change this file. `path` is relative to the Magento root. */
export function assertPatchable(path: string): void {
  const shown = JSON.stringify(path.slice(0, 200));
  if (!plainPath.test(path) || path.endsWith(imageSuffix)) {
    throw new PatchMisfit(`${shown} is not the path of a file that can be patched`);
  }
  if (generated.test(path)) throw new PatchMisfit(`${shown} is generated for each run`);
  if (!patchableFolders.some((folder) => path.startsWith(`${folder}/`))) {
    throw new PatchMisfit(
      `${shown} is not in ${patchableFolders.join(', ')}; paths are relative to the Magento root`,
    );
  }
}
