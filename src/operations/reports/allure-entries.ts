import { type AllureEntry, allureEntries } from '../../report/allure.ts';
import type { ReportedRun } from '../../report/reported-run.ts';
import type { Context } from '../core/context.ts';
import { createSourceViewer } from '../core/source-view.ts';

/** The results of runs for Allure, with the addresses of the lines that failures come from. */
export async function* allureEntriesOf(
  context: Pick<Context, 'config'>,
  runs: readonly ReportedRun[],
): AsyncGenerator<AllureEntry> {
  for (const { run, tests } of runs) {
    const viewSource = createSourceViewer(context, run.modules);
    for await (const test of tests()) {
      yield* allureEntries(run, test, (place) => viewSource(place).url ?? undefined);
    }
  }
}
