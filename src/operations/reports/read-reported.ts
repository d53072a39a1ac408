import { z } from 'zod';
import { Fault } from '../../faults/fault.ts';
import { type ReportedRun, splitAttempts } from '../../report/reported-run.ts';
import type { Context } from '../core/context.ts';

const maxReportedRuns = 1000;

/** The numbers of runs of a report. */
export const reportedIds = z
  .string()
  .max(maxReportedRuns * 16)
  .regex(/^\d{1,15}(,\d{1,15})*$/, 'must be numbers of runs with commas between them');

/** The runs with these numbers, as reports need them. Errors: INPUT_INVALID, RUN_UNKNOWN. */
export async function readReported(
  { runs, results, plans, notes }: Pick<Context, 'runs' | 'results' | 'plans' | 'notes'>,
  ids: string,
): Promise<ReportedRun[]> {
  const numbers = ids.split(',').map(Number);
  if (numbers.length > maxReportedRuns) {
    throw new Fault('INPUT_INVALID', `At most ${maxReportedRuns} runs can be reported at once.`);
  }
  const reported: ReportedRun[] = [];
  for (const id of numbers) {
    const run = await runs.get(id);
    const attempts = splitAttempts(await results.list(id));
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
