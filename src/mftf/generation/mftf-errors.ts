import { capture } from '../../engine/read-all.ts';
import type { PlannedTest } from '../../model/selection.ts';
import type { RunContainer } from './snapshot-archive.ts';

/**
 * The errors in MFTF's log since `prepare` emptied it, without time and source. MFTF's output only has the number of tests that
 * it could not generate (measured with 3.8). Errors: CONTAINER_VANISHED.
 */
export async function readMftfErrors({ engine, containerId, layout }: RunContainer): Promise<string[]> {
  const lastErrors = 'sed -n "/ERROR: /p" "$1" | tail -n 500';
  const argv = ['sh', '-c', lastErrors, 'sh', `${layout.acceptance}/mftf.log`];
  const { stdout } = await capture(engine, containerId, argv);
  return stdout
    .split('\n')
    .map((line) => withoutContext(line.replace(/^.*?ERROR: (?:Line \d+: )?/, '')))
    .filter((line) => line !== '' && !line.startsWith(prunedTreeError));
}

/** A line without the empty lists at its end. Not by a regular expression, which takes quadratic time when they are not at the end. */
function withoutContext(line: string): string {
  let end = line.length;
  while (line.endsWith(' []', end)) end -= ' []'.length;
  return line.slice(0, end);
}

/** Every generation from a pruned tree has it, because that has no composer.json, and it changes nothing. */
export const prunedTreeError = 'Invalid root composer json file';

/**
 * MFTF's error about a test that it did not generate, or about its suite; `undefined` when no error names them. Of several lines
 * about the same thing the longest has the most detail: each extends the one before.
 */
export function mftfErrorOf({ name, suite }: PlannedTest, mftfErrors: string[]): string | undefined {
  const longestAbout = (subject: string) => {
    const matching = mftfErrors.filter((line) => hasWord(line, subject) && !summaryLine.test(line));
    return matching.sort((a, b) => b.length - a.length)[0];
  };
  const error = longestAbout(name) ?? (suite === undefined ? undefined : longestAbout(suite));
  return error?.slice(0, 1_000);
}

/** Whether a name is in a text, and not as a part of another name. Names may have any letter, so `\b` does not help. */
function hasWord(text: string, name: string): boolean {
  const nameCharacter = /[\w\x80-\uffff]/;
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
    const [before, after] = [text.charAt(at - 1), text.charAt(at + name.length)];
    if (!nameCharacter.test(before) && !nameCharacter.test(after)) return true;
  }
  return false;
}

/** Follows every error and adds nothing to it. */
const summaryLine = /^(?:Failed to generate|Removed invalid test object) \S+$/;
