import type { CauseView, TestResultView } from '#src/operations/results/results-view.ts';

/** The filters, in order of display. */
export const filters = [
  'failed',
  'quarantined',
  'broken',
  'flaky',
  'running',
  'passed',
  'skipped',
  'waiting',
] as const;
export type Filter = (typeof filters)[number];

export const orders = {
  status: 'Failures first',
  plan: 'Order of execution',
  slowest: 'Slowest first',
  name: 'Name',
} as const;
export type Order = keyof typeof orders;

export interface ListOptions {
  /** An empty string means all. */
  filter: Filter | '';
  /** Every word must occur in the name, the suite or the message. */
  search: string;
  order: Order;
  /** Groups several failures with the same cause. */
  byCause: boolean;
}

export type Row =
  | { kind: 'cause'; key: string; cause: CauseView; tests: TestResultView[] }
  | { kind: 'test'; key: string; test: TestResultView; cause: CauseView | undefined };

/** The unique name of a test in a run, as in MFTF and `matre run --test`. */
export const nameOf = ({ test, suite }: { test: string; suite: string | null }): string =>
  suite === null ? test : `${suite}:${test}`;

export const isFailure = ({ status }: Pick<TestResultView, 'status'>): boolean =>
  status === 'failed' || status === 'broken';

/** Filters and sorts the tests into the rows of the list. */
export function arrange(
  tests: readonly TestResultView[],
  causes: readonly CauseView[],
  { filter, search, order, byCause }: ListOptions,
): Row[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const visibleTests = tests
    .filter((test) => matchesFilter(test, filter) && matchesWords(test, words))
    .sort(compare[order]);
  if (!byCause || order !== 'status') return visibleTests.map((test) => rowOf(test, undefined));
  const failures = visibleTests.filter(isFailure);
  const others = visibleTests.filter((test) => !isFailure(test));
  return [...groupByCause(failures, causes), ...others.map((test) => rowOf(test, undefined))];
}

/** The outcome of a test: `flaky` when it passed after a failure in the same run, else its status. */
export const outcomeOf = ({ status, flakyInRun }: Pick<TestResultView, 'status' | 'flakyInRun'>) =>
  flakyInRun ? 'flaky' : status;

function matchesFilter(test: TestResultView, filter: Filter | ''): boolean {
  if (filter === '') return true;
  return filter === 'quarantined' ? test.quarantine !== null : filter === outcomeOf(test);
}

function matchesWords({ test, suite, message, reason }: TestResultView, words: readonly string[]): boolean {
  if (words.length === 0) return true;
  const text = `${test} ${suite ?? ''} ${message ?? ''} ${reason?.message ?? ''}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

const byPlan = (one: TestResultView, other: TestResultView) => one.position - other.position;

const outcomeOrder = ['failed', 'broken', 'running', 'flaky', 'passed', 'skipped', 'waiting'];
/** New failures come first and flaky ones last; among passed tests, those that often change come first. */
const classificationOrder = ['new', undefined, 'known', 'flaky'];

function rank(test: TestResultView): number {
  const { flaky, failure } = test;
  const within = failure ? classificationOrder.indexOf(failure.classification ?? undefined) : flaky ? 0 : 1;
  return outcomeOrder.indexOf(outcomeOf(test)) * classificationOrder.length + within;
}

const compare: Record<Order, (one: TestResultView, other: TestResultView) => number> = {
  status: (one, other) => rank(one) - rank(other) || byPlan(one, other),
  plan: byPlan,
  slowest: (one, other) => (other.durationMs ?? -1) - (one.durationMs ?? -1) || byPlan(one, other),
  name: (one, other) => one.test.localeCompare(other.test) || byPlan(one, other),
};

const rowOf = (test: TestResultView, cause: CauseView | undefined): Row => ({
  kind: 'test',
  key: nameOf(test),
  test,
  cause,
});

/** Groups by cause, the most frequent first; failures without a shared cause follow in their order. */
function groupByCause(failures: readonly TestResultView[], causes: readonly CauseView[]): Row[] {
  const rows: Row[] = [];
  const groupedTests = new Set<TestResultView>();
  for (const cause of causes) {
    const names = new Set(cause.tests.map(nameOf));
    const tests = failures.filter((test) => names.has(nameOf(test)));
    if (tests.length < 2) continue;
    rows.push({ kind: 'cause', key: `cause ${cause.cause}`, cause, tests });
    for (const test of tests) {
      groupedTests.add(test);
      rows.push(rowOf(test, cause));
    }
  }
  const ungrouped = failures.filter((test) => !groupedTests.has(test)).map((test) => rowOf(test, undefined));
  return [...rows, ...ungrouped];
}
