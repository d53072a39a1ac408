import type { Status } from '../../model/result.ts';
import { type Counts, type Verdict, verdictOf } from '../../model/run.ts';
import { emptySelection, type Selection } from '../../model/selection.ts';
import type { ImportedResult, ImportedRun, ImportedSubmission } from '../../store/tables/imported-runs.ts';
import type { PhpRecords, PhpResult, PhpRun, PhpSuite, SourceProblem } from '../records.ts';
import { countOf } from './item.ts';

export interface MappedHistory {
  /** In the order in which their first runs were created. */
  submissions: MappedSubmission[];
  leftovers: SourceProblem[];
}

export interface MappedSubmission extends Omit<ImportedSubmission, 'runs'> {
  /** The id of the suite there. */
  suiteId: number | undefined;
  runs: MappedRun[];
}

/** A run with its id there, the code of its environment here, and the files of its results there. */
export interface MappedRun extends Omit<ImportedRun, 'environmentId' | 'id' | 'results' | 'hasFiles'> {
  sourceId: number;
  code: string;
  results: MappedResult[];
}

export interface MappedResult extends Omit<ImportedResult, 'attachments'> {
  screenshot: string | undefined;
  output: string | undefined;
}

/** A firing of a suite creates its runs one after the other, in seconds. */
const firingMs = 60_000;
/** No test ran longer there. */
const maxTestMs = 60 * 60_000;

interface Dependencies {
  /** The codes of environments here by id there. */
  codes: ReadonlyMap<number, string>;
  userNames: ReadonlyMap<number, string>;
  schedules: ReadonlyMap<number, string>;
}

/** The finished runs of MFTF. Runs of one firing of a suite become one submission. */
export function mapHistory(
  records: Pick<PhpRecords, 'runs' | 'results' | 'suites' | 'users'>,
  deps: Dependencies,
): MappedHistory {
  const mapped: MappedHistory = { submissions: [], leftovers: [] };
  const suites = new Map(records.suites.map((suite) => [suite.id, suite]));
  const left = createCounter();
  const open = new Map<number, MappedSubmission>();
  for (const run of records.runs) {
    const problem = problemOf(run, deps);
    if (problem !== undefined) {
      left.add('run', problem);
      continue;
    }
    const suite = suites.get(run.suiteId ?? 0);
    const mappedRun = toRun(run, { ...deps, suite, results: records.results.get(run.id) ?? [], left });
    const isFired = run.trigger === 'scheduler' && suite !== undefined;
    const earlier = isFired ? open.get(suite.id) : undefined;
    if (earlier && belongsTo(earlier, mappedRun)) {
      earlier.runs.push(mappedRun);
      continue;
    }
    const scheduleName = isFired ? deps.schedules.get(suite.id) : undefined;
    const submission: MappedSubmission = {
      name: scheduleName ?? suite?.name,
      suiteId: suite?.id,
      scheduleName,
      selection: selectionOf(run, suite),
      requestedBy: requesterOf(run, scheduleName, deps),
      createdAt: mappedRun.queuedAt,
      runs: [mappedRun],
    };
    mapped.submissions.push(submission);
    if (isFired) open.set(suite.id, submission);
  }
  mapped.leftovers.push(...left.problems());
  return mapped;
}

function belongsTo({ createdAt, runs }: MappedSubmission, run: MappedRun): boolean {
  const sinceStart = run.queuedAt.getTime() - createdAt.getTime();
  return sinceStart >= 0 && sinceStart <= firingMs && runs.every(({ code }) => code !== run.code);
}

/** Problems of many rows, each with the number of its rows. */
function createCounter() {
  const counts = new Map<string, { kind: string; reason: string; count: number }>();
  return {
    add(kind: string, reason: string) {
      const key = `${kind}: ${reason}`;
      const entry = counts.get(key) ?? { kind, reason, count: 0 };
      entry.count += 1;
      counts.set(key, entry);
    },
    problems: (): SourceProblem[] =>
      [...counts.values()].map(({ kind, reason, count }) => ({ kind, name: countOf(count, kind), reason })),
  };
}

const ends = ['completed', 'failed', 'cancelled'];

/** Why a run is left out. */
function problemOf(run: PhpRun, { codes }: Dependencies): string | undefined {
  if (run.type === 'playwright') return 'its results lack the files by which matre names tests of Playwright';
  if (!codes.has(run.environmentId)) return 'its environment is not imported';
  if (!ends.includes(run.status)) return 'it is not finished: import again when it is';
  if (run.createdAt === undefined && run.startedAt === undefined) return 'it has no valid time';
  return undefined;
}

function requesterOf(run: PhpRun, scheduleName: string | undefined, { userNames }: Dependencies): string {
  if (scheduleName !== undefined) return `schedule ${scheduleName}`;
  const user = run.userId === undefined ? undefined : userNames.get(run.userId);
  return user ?? `php-matre ${run.trigger}`.slice(0, 100).trim();
}

function selectionOf({ filter }: PhpRun, suite: PhpSuite | undefined): Selection {
  const text = filter ?? suite?.pattern ?? '';
  if (suite?.type === 'mftf_group') {
    return { ...emptySelection, groups: [text], exclude: suite.excluded };
  }
  return text === '' ? { ...emptySelection, all: true } : { ...emptySelection, tests: [text] };
}

function toRun(
  run: PhpRun,
  {
    codes,
    suite,
    results,
    left,
  }: Dependencies & {
    suite: PhpSuite | undefined;
    results: readonly PhpResult[];
    left: ReturnType<typeof createCounter>;
  },
): MappedRun {
  const queuedAt = run.createdAt ?? run.startedAt ?? new Date(0);
  const mapped = toResults(results, { run, suite, queuedAt, left });
  const lastAt = mapped.reduce(
    (latest, { startedAt, durationMs }) => Math.max(latest, startedAt.getTime() + durationMs),
    (run.startedAt ?? queuedAt).getTime(),
  );
  const counts = countsOf(mapped);
  const verdict: Verdict =
    run.status === 'cancelled' ? 'cancelled' : mapped.length === 0 ? 'broken' : verdictOf(counts);
  return {
    sourceId: run.id,
    code: codes.get(run.environmentId) ?? '',
    verdict,
    reason:
      verdict === 'broken' ? (run.errorMessage ?? 'Tests had no result that can be trusted.') : undefined,
    counts,
    queuedAt,
    startedAt: run.startedAt ?? (mapped.length > 0 ? mapped[0]?.startedAt : undefined),
    finishedAt: run.completedAt ?? new Date(lastAt),
    results: mapped,
  };
}

function countsOf(results: readonly Pick<MappedResult, 'status'>[]): Counts {
  const count = (status: Status) => results.filter((result) => result.status === status).length;
  return {
    planned: results.length,
    ...{
      passed: count('passed'),
      failed: count('failed'),
      broken: count('broken'),
      skipped: count('skipped'),
    },
    ...{ flaky: 0, quarantined: 0 },
  };
}

/** The last result of each test, in the order of execution. */
function toResults(
  results: readonly PhpResult[],
  deps: { run: PhpRun; suite: PhpSuite | undefined; queuedAt: Date; left: ReturnType<typeof createCounter> },
): MappedResult[] {
  const { run, suite, queuedAt, left } = deps;
  const byTest = new Map<string, MappedResult>();
  let before = run.startedAt ?? queuedAt;
  for (const result of results) {
    const test = testOf(result, run, suite);
    const endedAt = result.createdAt ?? before;
    // The time since the test before, when none was measured.
    const waited = Math.min(maxTestMs, Math.max(0, endedAt.getTime() - before.getTime()));
    const durationMs = Math.min(result.durationMs ?? waited, 2_147_483_647);
    before = endedAt;
    if (test === undefined) {
      left.add('result', 'its test is not known');
      continue;
    }
    const status = statusOf(result);
    if (status === undefined) {
      left.add('result', 'its status is not known');
      continue;
    }
    if (byTest.delete(test)) left.add('result', 'the same test has a later result in the run');
    byTest.set(test, {
      ...{ test, status, durationMs, message: result.message },
      ...{ screenshot: result.screenshot, output: result.output },
      startedAt: new Date(endedAt.getTime() - durationMs),
      recordedAt: endedAt,
    });
  }
  return [...byTest.values()];
}

/** The name of a generated class and method: `CheckoutTestCest:checkoutTest`. */
const cestName = /^(?:.*\\)?([A-Z]\w*?)Cest(?::{1,2}\w+)?$/;
const testName = /^[\w\\\x80-\u{10ffff}][\w.:\\ \x80-\u{10ffff}-]{0,254}$/u;

/** The name of the test in MFTF; `undefined` when it is not known. */
function testOf({ name, testId }: PhpResult, run: PhpRun, suite: PhpSuite | undefined): string | undefined {
  const ofCest = cestName.exec(name)?.[1];
  if (ofCest !== undefined) return ofCest;
  // What could not be read from the output has this name there.
  if (name !== '' && name !== 'Unknown' && testName.test(name)) return name;
  if (testId !== undefined && testName.test(testId)) return testId;
  const single = suite?.type === 'mftf_group' ? undefined : run.filter;
  return single !== undefined && testName.test(single) ? single : undefined;
}

/**
 * An exception in a test is `broken` there and `failed` here, where `broken` means that there is no answer. php-matre names a test by its
 * class when it was executed.
 */
function statusOf({ status, name }: PhpResult): Status | undefined {
  if (status === 'broken') return cestName.test(name) ? 'failed' : 'broken';
  return status === 'passed' || status === 'failed' || status === 'skipped' ? status : undefined;
}
