/** Codes of the image of containers, and of what is changed in it. They are part of the registry in `fault.ts`. */

const infrastructure = (meaning: string, remedy: string) =>
  ({ kind: 'infrastructure', status: 409, transient: false, meaning, remedy }) as const;

export const imageFaults = {
  IMAGE_MISSING: infrastructure(
    'No container can be created, so nothing was executed.',
    'Build or load the image, or set MATRE_IMAGE to one that exists (`docker images`; for the sandbox, a folder).',
  ),
  IMAGE_UNSUITABLE: infrastructure(
    'The image lacks something that MFTF needs, so nothing was executed.',
    'Build the image from a Magento tree with its vendor folder, and run `vendor/bin/mftf build:project` in it.',
  ),
  PATCH_FAILED: infrastructure(
    'A patch of MATRE_PATCHES cannot be applied to the framework in the image, so nothing was executed.',
    'Correct the named patch for the version of the image, or remove it from MATRE_PATCHES (docs/patches.md).',
  ),
};
