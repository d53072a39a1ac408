import { z } from 'zod';
import { Fault } from '../../faults/fault.ts';
import type { Run } from '../../model/run.ts';
import { type ReportedRun, splitAttempts } from '../../report/reported-run.ts';
import type { Context } from '../core/context.ts';

const maxReportedRuns = 1000;
/** Of all runs of a report: 50 environments with all tests of Magento have 170,000 results. They are held in memory, and so is the report. */
const maxReportedResults = 200_000;
/** Of their messages. */
const maxReportedCharacters = 64 * 1024 * 1024;

/** The numbers of runs of a report. */
export const reportedIds = z
  .string()
  .max(maxReportedRuns * 16)
  .regex(/^\d{1,15}(,\d{1,15})*$/, 'must be numbers of runs with commas between them');

/** The runs with these numbers, each once. Errors: INPUT_INVALID, RUN_UNKNOWN. */
export async function readReportedRuns({ runs }: Pick<Context, 'runs'>, ids: string): Promise<Run[]> {
  const numbers = [...new Set(ids.split(',').map(Number))];
  if (numbers.length > maxReportedRuns) {
    throw new Fault('INPUT_INVALID', `At most ${maxReportedRuns} runs can be reported at once.`);
  }
  const reported: Run[] = [];
  for (const id of numbers) reported.push(await runs.get(id));
  return reported;
}

/** The runs with these numbers, as reports need them. Errors: INPUT_INVALID, RUN_UNKNOWN. */
export async function readReported(context: Context, ids: string): Promise<ReportedRun[]> {
  return withResults(context, await readReportedRuns(context, ids));
}

/** Runs with what reports say of them. Errors: INPUT_INVALID for more than a report can have. */
export async function withResults(
  { results, plans, notes }: Pick<Context, 'results' | 'plans' | 'notes'>,
  runs: readonly Run[],
): Promise<ReportedRun[]> {
  const reported: ReportedRun[] = [];
  let count = 0;
  let characters = 0;
  for (const run of runs) {
    const { id } = run;
    const all = await results.list(id);
    count += all.length;
    for (const { message = '' } of all) characters += message.length;
    if (count > maxReportedResults || characters > maxReportedCharacters) {
      throw new Fault(
        'INPUT_INVALID',
        `The runs have more than ${maxReportedResults} results, or more than ${maxReportedCharacters / 1024 ** 2} MB of messages: report fewer at once.`,
      );
    }
    const attempts = splitAttempts(all);
    const causes = attempts.results.flatMap(({ cause }) => cause ?? []);
    reported.push({
      run,
      ...attempts,
      plan: await plans.list(id),
      notes: await notes.ofCauses([...new Set(causes)]),
    });
  }
  return reported;
}
