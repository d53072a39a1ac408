import { mapInTurns } from '../../async/map-in-turns.ts';
import { type AllureEntry, allureEntries } from '../../report/allure.ts';
import type { ReportedRun } from '../../report/reported-run.ts';
import type { Context } from '../core/context.ts';
import { createSourceViewer } from '../core/source-view.ts';

/** The results of runs for Allure, with the addresses of the lines that failures come from. */
export async function allureEntriesOf(
  context: Pick<Context, 'config'>,
  runs: readonly ReportedRun[],
): Promise<AllureEntry[]> {
  const entries: AllureEntry[] = [];
  for (const reported of runs) {
    const viewSource = createSourceViewer(context, reported.run.modules);
    const ofRun = allureEntries(reported, (place) => viewSource(place).url ?? undefined);
    await mapInTurns(ofRun, (entry) => entries.push(entry));
  }
  return entries;
}
