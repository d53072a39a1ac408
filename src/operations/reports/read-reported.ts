import { z } from 'zod';
import { Fault } from '../../faults/fault.ts';
import type { CauseNote } from '../../model/cause-note.ts';
import type { Run } from '../../model/run.ts';
import type { ReportedRun, ReportedTest } from '../../report/reported-run.ts';
import type { RunMeasure } from '../../store/tables/reported-tests.ts';
import type { Context } from '../core/context.ts';

const maxReportedRuns = 1000;
/** Of all runs of a report: 50 environments with all tests of Magento have 170,000 results. */
const maxReportedResults = 200_000;
/** Of their messages. */
const maxReportedCharacters = 64 * 1024 * 1024;
/** Tests that are read at a time: fewer when their messages are long. */
const pageSize = { min: 10, max: 100 };
const pageCharacters = 256 * 1024;

/** The numbers of runs of a report. */
export const reportedIds = z
  .string()
  .max(maxReportedRuns * 16)
  .regex(/^\d{1,15}(,\d{1,15})*$/, 'must be numbers of runs with commas between them');

type Stores = Pick<Context, 'runs' | 'reportedTests' | 'notes'>;

/** The runs with these numbers, each once. Errors: INPUT_INVALID, RUN_UNKNOWN. */
export async function readReportedRuns({ runs }: Pick<Stores, 'runs'>, ids: string): Promise<Run[]> {
  const numbers = [...new Set(ids.split(',').map(Number))];
  if (numbers.length > maxReportedRuns) {
    throw new Fault('INPUT_INVALID', `At most ${maxReportedRuns} runs can be reported at once.`);
  }
  const reported: Run[] = [];
  for (const id of numbers) reported.push(await runs.get(id));
  return reported;
}

/** The runs with these numbers, as reports need them. Errors: INPUT_INVALID, RUN_UNKNOWN. */
export async function readReported(stores: Stores, ids: string): Promise<ReportedRun[]> {
  return withTests(stores, await readReportedRuns(stores, ids));
}

/** Runs with their tests, which are read when they are reported. Errors: INPUT_INVALID for more than a report can have. */
export async function withTests(stores: Stores, runs: readonly Run[]): Promise<ReportedRun[]> {
  const reported: ReportedRun[] = [];
  let count = 0;
  let characters = 0;
  for (const run of runs) {
    const measure = await stores.reportedTests.measure(run.id);
    count += measure.results;
    characters += measure.characters;
    if (count > maxReportedResults || characters > maxReportedCharacters) {
      throw new Fault(
        'INPUT_INVALID',
        `The runs have more than ${maxReportedResults} results, or more than ${maxReportedCharacters} characters of messages: report fewer at once.`,
      );
    }
    const { counts, durationMs } = measure;
    reported.push({ run, counts, durationMs, tests: () => readTests(stores, run.id, measure) });
  }
  return reported;
}

async function* readTests(
  { reportedTests, notes }: Stores,
  runId: number,
  { characters, lastPosition, maxMessage }: RunMeasure,
): AsyncGenerator<ReportedTest> {
  const fitting = Math.floor((pageCharacters * (lastPosition + 1)) / Math.max(1, characters));
  const limit = Math.min(pageSize.max, Math.max(pageSize.min, fitting));
  const cached = new Map<string, CauseNote | undefined>();
  for (let after = -1; after < lastPosition; after += limit) {
    // Not beyond the plan that was counted: a later import may have added tests to the run.
    const size = Math.min(limit, lastPosition - after);
    const page = await reportedTests.page(runId, { after, limit: size, maxMessage });
    const causes = page
      .flatMap(({ results }) => results.at(-1)?.cause ?? [])
      .filter((cause) => !cached.has(cause));
    const ofPage = await notes.ofCauses([...new Set(causes)]);
    for (const cause of causes) cached.set(cause, ofPage.get(cause));
    for (const test of page) {
      const cause = test.results.at(-1)?.cause;
      yield { ...test, note: cause === undefined ? undefined : cached.get(cause) };
    }
  }
}
