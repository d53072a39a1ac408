import { Fault, isFault } from '../faults/fault.ts';
import type { PlaywrightTest } from '../model/playwright.ts';
import type { PlannedTest, Selection } from '../model/selection.ts';
import type { Threads } from '../threads/threads.ts';
import { selectTests } from './list-task.ts';

/** A regular expression that backtracks may take forever, and keeps one of few threads from reading what others want. */
const limitMs = 2_000;

/** The tests that a selection covers, of those that a project listed. Errors: those of `selectTests`, and the reason of `signal`. */
export async function selectInThread(
  readers: Threads,
  tests: PlaywrightTest[],
  { tests: names, exclude, excludeSkipped, playwright }: Selection,
  signal?: AbortSignal,
): Promise<PlannedTest[]> {
  const selection = { tests: names, exclude, excludeSkipped, playwright };
  const options = { subject: 'the selection of Playwright tests', limitMs, ...(signal && { signal }) };
  return readers.run(selectTests, { tests, selection }, options).catch((error: unknown) => {
    if (!isFault(error, 'TREE_TIMEOUT')) throw error;
    const message = `Selecting tests of Playwright takes longer than ${limitMs / 1000} s: simplify the regular expression.`;
    throw new Fault('INPUT_INVALID', message, { cause: error });
  });
}
