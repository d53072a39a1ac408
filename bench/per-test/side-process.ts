// A matre of the bench `per-test`, whose argv is a `Side` as JSON. It prints `ready`, executes the tests of each line that it reads (a
// JSON array of names) and prints a `Block` as JSON; it ends with its input.
import { createInterface } from 'node:readline';
import { createLocalCaller } from '../../src/cli/client/local.ts';
import { emptySelection } from '../../src/model/selection.ts';
import { listResults, listSteps, type StepView } from '../../src/operations/results/run-results.ts';
import { startMatre } from '../support/matre.ts';
import { joinGroup } from './processor-group.ts';

/** One of the two matres that are compared. */
export interface Side {
  settings: Record<string, string> & { MATRE_DATA: string };
  environment: { code: string; baseUrl: string; admin: { username: string; password: string } };
  /** The file of the group of processes that all of its processes belong to. */
  joinFile: string;
}

export interface ExecutedTest {
  test: string;
  status: string;
  message: string | null;
  /** Each step with its status, also those within action groups. */
  steps: string[];
  attachments: string[];
  /** When its first step began and its last one ended; milliseconds since 1970. */
  from: number | undefined;
  to: number | undefined;
}

export interface Block {
  seconds: number;
  /** From the claim to the first step of a test. */
  preparedMs: number | undefined;
  reason: string | undefined;
  tests: ExecutedTest[];
}

const side: Side = JSON.parse(process.argv[2] ?? '');
joinGroup(side.joinFile);
const matre = await startMatre({
  settings: { MATRE_ENGINE: 'sandbox', ...side.settings },
  environments: [side.environment],
});
const caller = createLocalCaller(matre.app);
console.log('ready');

for await (const line of createInterface(process.stdin)) {
  console.log(JSON.stringify(await execute(JSON.parse(line))));
}
await matre.close();

async function execute(tests: string[]): Promise<Block> {
  const [run] = await matre.finish(matre.environments, { ...emptySelection, tests });
  if (run === undefined) throw new Error('no run');
  const { tests: results } = await caller.call(listResults, { id: run.id });
  const executed: ExecutedTest[] = [];
  for (const { test, suite, status, message, attachments } of results) {
    const { steps } = await caller
      .call(listSteps, { id: run.id, test, ...(suite !== null && { suite }) })
      .catch(() => ({ steps: [] }));
    const all = steps.flatMap(withOwn);
    const times = all.flatMap(({ startedAt, durationMs }) =>
      startedAt === undefined ? [] : [startedAt, startedAt + durationMs],
    );
    executed.push({
      ...{ test, status, message },
      steps: all.map(({ name, status: of }) => `${of} ${name}`),
      attachments: attachments.map(({ name, kind }) => `${kind} ${name}`).sort(),
      from: times.length > 0 ? Math.min(...times) : undefined,
      to: times.length > 0 ? Math.max(...times) : undefined,
    });
  }
  const startedAt = run.startedAt?.getTime() ?? Number.NaN;
  const first = Math.min(...executed.map(({ from }) => from ?? Number.POSITIVE_INFINITY));
  return {
    seconds: ((run.finishedAt?.getTime() ?? Number.NaN) - startedAt) / 1000,
    preparedMs: Number.isFinite(first) ? first - startedAt : undefined,
    reason: run.reason?.message,
    tests: executed,
  };
}

function withOwn(step: StepView): StepView[] {
  return [step, ...step.steps.flatMap(withOwn)];
}
