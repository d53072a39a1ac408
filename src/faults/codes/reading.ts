/** Codes of reading a test module or the Magento tree of an image. They are part of the registry in `fault.ts`. */
import { infrastructure, transient } from '../fault-entry.ts';

export const readingFaults = {
  TREE_TOO_LARGE: infrastructure(
    502,
    'The test module or the Magento tree of the image exceeds a limit (docs/limits.md), so nothing was executed.',
    'Make the named file or folder smaller, or remove it from the module or the image.',
  ),
  TREE_TIMEOUT: transient(
    502,
    'The test module or the Magento tree of the image could not be read in time, so nothing was executed.',
    'Look for very large or very many files in the module or the image, and at the load of the machine; the run is retried.',
  ),
};
