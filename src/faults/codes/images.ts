/** Codes of the image of containers, and of what is changed in it. They are part of the registry in `fault.ts`. */
import { infrastructure } from '../fault-entry.ts';

const unusable = (meaning: string, remedy: string) => infrastructure(409, meaning, remedy);

export const imageFaults = {
  IMAGE_MISSING: unusable(
    'No container can be created, so nothing was executed.',
    'Build or load the image, or set MATRE_IMAGE to one that exists (`docker images`; for the sandbox, a folder).',
  ),
  IMAGE_UNSUITABLE: unusable(
    'The image lacks something that MFTF needs, so nothing was executed.',
    'Build the image from a Magento tree with its vendor folder, and run `vendor/bin/mftf build:project` in it.',
  ),
  PATCH_FAILED: unusable(
    'A patch of MATRE_PATCHES cannot be applied to the framework in the image, so nothing was executed.',
    'Correct the named patch for the version of the image, or remove it from MATRE_PATCHES (docs/patches.md).',
  ),
};
