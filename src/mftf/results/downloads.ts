import type { OutcomeAttachment } from './outcome.ts';

/** The folder of what browsers downloaded, relative to the output folder. */
export const downloadsOutput = 'downloads';

/**
 * The downloads of a test as attachments, from the paths of all files of its process. Those of the tests of a suite are in a folder
 * with the name of each.
 */
export function downloadsOf(
  { test, suite }: { test: string; suite: string | undefined },
  files: Iterable<string>,
): OutcomeAttachment[] {
  const folder = suite === undefined ? `${downloadsOutput}/` : `${downloadsOutput}/${test}/`;
  return [...files]
    .filter((file) => file.startsWith(folder))
    .map((file) => ({ name: `Download ${file.slice(folder.length)}`, kind: 'other', file }));
}
