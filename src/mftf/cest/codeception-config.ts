import { parseDocument } from 'yaml';
import { CestRefusal } from './refusal.ts';

/** The folder of a suite's Cests, relative to that of codeception.yml. */
const folderOf = (suite: string) => `tests/functional/Magento/_generated/${suite}/`;

/**
 * The codeception.yml of an image with the entries of suites: a group for each, and the class of each that has one. Throws CestRefusal
 * for a file that is not built as expected.
 */
export function writeCodeceptionConfig(
  ofImage: string | undefined,
  suites: readonly { name: string; hasClass: boolean }[],
): string {
  if (ofImage === undefined) throw new CestRefusal('the codeception.yml of the image is not known');
  const document = parseDocument(ofImage);
  const enabled = document.getIn(['extensions', 'enabled']);
  if (document.errors.length > 0 || enabled === undefined) {
    throw new CestRefusal('the codeception.yml of the image is not built as expected');
  }
  for (const { name, hasClass } of suites) {
    if (hasClass) document.addIn(['extensions', 'enabled'], `Group\\${name}`);
    document.setIn(['groups', name], [folderOf(name)]);
  }
  return document.toString();
}
