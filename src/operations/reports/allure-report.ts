import { z } from 'zod';
import { keyOfContent } from '../../allure/report-maker.ts';
import type { Run } from '../../model/run.ts';
import { allureResults } from '../../report/allure.ts';
import { historyLine } from '../../report/allure-history.ts';
import type { Context } from '../core/context.ts';
import { defineOperation } from '../core/operation.ts';
import { readReportedRuns, reportedIds, withResults } from './read-reported.ts';

/** Earlier runs of each environment that a report knows. */
const maxPastRuns = 20;
/** Of all environments of a report: Allure holds all of them in its memory. */
const maxAllPastRuns = 100;

export const makeAllureReport = defineOperation({
  name: 'runs.allureReport',
  method: 'POST',
  path: '/api/allure-reports',
  summary:
    'Make the page of Allure for runs, with all attempts and the history of their environments; it stays for a day, and again has the same address while nothing changes',
  role: 'viewer',
  audited: false,
  input: z.object({ ids: reportedIds }),
  output: z.object({
    path: z.string().describe('The address of the page on this server. Whoever has it can open the page'),
  }),
  async run(context, { ids }) {
    const runs = await readReportedRuns(context, ids);
    const state = runs.map((run) => [run.id, run.attempt, run.state, run.verdict, run.counts]);
    const name = await context.allureReports.make(keyOfContent(state), async () => ({
      title: titleOf(runs),
      results: (await withResults(context, runs)).flatMap((each) =>
        allureResults([each]).map((result) => ({ runId: each.run.id, result })),
      ),
      history: historyOf(context, runs),
    }));
    return { path: `/api/allure-reports/${name}/index.html` };
  },
});

function titleOf(runs: readonly Run[]): string {
  const [first] = runs;
  if (first === undefined) return 'matre';
  return runs.length === 1
    ? `Run ${first.id} on ${first.environmentCode}`
    : `Runs ${first.id} and ${runs.length - 1} more`;
}

/** The runs before those of the report, a line for each, the oldest first. */
async function* historyOf({ pastRuns }: Context, reported: readonly Run[]): AsyncGenerator<string> {
  const oldest = new Map<number, Date>();
  for (const run of reported) {
    const time = run.startedAt ?? run.queuedAt;
    const earlier = oldest.get(run.environmentId);
    if (earlier === undefined || time < earlier) oldest.set(run.environmentId, time);
  }
  const max = Math.max(1, Math.min(maxPastRuns, Math.floor(maxAllPastRuns / oldest.size)));
  const runs = await Promise.all([...oldest].map(([id, time]) => pastRuns.before(id, time, max)));
  const inOrder = runs.flat().sort((one, other) => one.finishedAt.getTime() - other.finishedAt.getTime());
  for (const run of inOrder) yield historyLine({ ...run, results: await pastRuns.results(run.id) });
}
