import { createHash } from 'node:crypto';
import { z } from 'zod';
import { isFault } from '../../faults/fault.ts';
import { isSignedIn, ownerOf } from '../../model/access.ts';
import type { Step } from '../../model/result.ts';
import type { Run } from '../../model/run.ts';
import { type AllureEntry, isShown } from '../../report/allure.ts';
import { createHistoryLines } from '../../report/allure-history.ts';
import { type AllureStep, allureSteps } from '../../report/allure-steps.ts';
import type { Context } from '../core/context.ts';
import { defineOperation } from '../core/operation.ts';
import { readSmallFile, readSteps } from '../results/steps-file.ts';
import { allureEntriesOf } from './allure-entries.ts';
import { readReportedRuns, reportedIds, withTests } from './read-reported.ts';

/** Earlier runs of each environment that a report knows. */
const maxPastRuns = 20;
/** Of all environments of a report: Allure holds all of them in its memory. */
const maxAllPastRuns = 100;
/** Of all tests of a report, for the same reason. A test of MFTF has one to two hundred. */
const maxReportedSteps = 60_000;

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
    path: z.string().describe('The address of the page on this server. Anyone who has it can open the page'),
  }),
  async run(context, { ids }, { principal }) {
    const runs = await readReportedRuns(context, ids);
    const state = runs.map((run) => [run.id, run.attempt, run.state, run.verdict, run.counts]);
    const key = createHash('sha256').update(JSON.stringify(state)).digest('hex');
    const user = isSignedIn(principal) ? ownerOf(principal) : undefined;
    const name = await context.allureReports.make(key, user, async () => ({
      title: titleOf(runs),
      results: withSteps(context, allureEntriesOf(context, await withTests(context, runs))),
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

/** The entries of a report, each with the steps of a test that did not pass. */
async function* withSteps(
  context: Pick<Context, 'artifacts'>,
  entries: AsyncIterable<AllureEntry>,
): AsyncGenerator<{ runId: number; result: AllureEntry['result']; steps: AllureStep[] }> {
  let left = maxReportedSteps;
  for await (const { run, reported, result } of entries) {
    const file = reported?.attachments.find(({ kind }) => kind === 'steps');
    const steps: AllureStep[] = [];
    if (reported && file && isShown(reported.status) && left > 0) {
      const read = await readStepsOf(context, run.id, file.path);
      left -= countSteps(read);
      if (left >= 0) steps.push(...allureSteps(read, { ...reported, uuid: result.uuid }));
    }
    yield { runId: run.id, result, steps };
  }
}

/** The steps in a file of a run; none when it is not there any more, or damaged. */
async function readStepsOf(
  { artifacts }: Pick<Context, 'artifacts'>,
  runId: number,
  path: string,
): Promise<Step[]> {
  try {
    return readSteps(await readSmallFile(await artifacts.open(runId, path))).steps;
  } catch (error) {
    if (isFault(error, 'NOT_FOUND') || isFault(error, 'RESULT_UNREADABLE')) return [];
    throw error;
  }
}

const countSteps = (steps: readonly Step[]): number =>
  steps.reduce((sum, step) => sum + 1 + countSteps(step.steps), 0);

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
  const lineOf = createHistoryLines();
  for (const run of inOrder) yield await lineOf({ ...run, results: await pastRuns.results(run.id) });
}
