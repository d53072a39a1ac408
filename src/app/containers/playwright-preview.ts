import { isFault } from '../../faults/fault.ts';
import type { ResolvedSelection } from '../../mftf/catalog/selection.ts';
import { coversPlaywright, type PlannedTest, type Selection } from '../../model/selection.ts';
import { shortCommit } from '../../model/short-commit.ts';
import { selectInThread } from '../../playwright/select-in-thread.ts';
import type { Database } from '../../store/database/database.ts';
import { createPlaywrightLists } from '../../store/tables/playwright-lists.ts';
import type { Threads } from '../../threads/threads.ts';

/** What a preview says of the tests of Playwright that a selection covers. */
interface PlaywrightPreview {
  tests: PlannedTest[];
  skipped: ResolvedSelection['skipped'];
  /** Where they come from; `undefined` when the selection has none. */
  note: string | undefined;
}

/**
 * The tests of Playwright that a selection covers on an environment, as its last run listed them: only a container can list them. Errors:
 * SELECTION_EMPTY, SELECTION_UNKNOWN, INPUT_INVALID.
 */
export async function previewPlaywright(
  { database, readers }: { database: Database; readers: Threads },
  environmentId: number | undefined,
  request: Selection,
): Promise<PlaywrightPreview> {
  if (!coversPlaywright(request)) return { tests: [], skipped: [], note: undefined };
  const list =
    environmentId === undefined ? undefined : await createPlaywrightLists({ database }).get(environmentId);
  if (list === undefined) {
    const note = 'The tests of Playwright are not known yet: a run lists them in its container.';
    return { tests: [], skipped: [], note };
  }
  const tests = await selectInThread(readers, list.tests, request).catch((error) => {
    // The list may be older than what is selected.
    if (isFault(error, 'SELECTION_EMPTY', 'SELECTION_UNKNOWN')) return [];
    throw error;
  });
  const skipped = new Set(list.tests.filter((test) => test.skipped).map(({ name }) => name));
  return {
    tests,
    skipped: tests.flatMap(({ name }) =>
      skipped.has(name) ? [{ test: name, because: 'the project marks it as skipped' }] : [],
    ),
    note: `Tests of Playwright are those of commit ${shortCommit(list.commit)}, as the last run listed them.`,
  };
}
