import { flakinessOf } from '../../model/failure.ts';
import { groupBy } from '../../model/group-by.ts';
import type { PastResult } from '../../store/tables/results.ts';
import type { HistoryCellView, TestHistoryView } from './history-view.ts';

/**
 * The results of a test (the oldest first) as a grid of environments and commits. The first result of each environment at a commit is in
 * the first column of that commit, the second in the next, so that results of one commit are in the same columns although each
 * environment has its own runs. `runs`: the number of columns, the newest.
 */
export function buildHistory(
  all: readonly PastResult[],
  { test, suite, runs }: { test: string; suite: string | undefined; runs: number },
): TestHistoryView {
  const results = all.filter((each) => each.suite === suite);
  const columns = new Map<string, PastResult[]>();
  const counts = new Map<string, number>();
  for (const result of results) {
    const commit = result.commit?.id ?? '';
    const key = `${result.environment} ${commit}`;
    const number = counts.get(key) ?? 0;
    counts.set(key, number + 1);
    const column = `${commit} ${number}`;
    const members = columns.get(column);
    if (members) members.push(result);
    else columns.set(column, [result]);
  }
  // A Map keeps the order of insertion, which is that of the first results.
  const shown = [...columns.values()].slice(-runs);
  const rows = groupBy(shown.flat(), ({ environment }) => environment);
  const statistics = [...rows.values()].map(statisticsOf);
  const changing = statistics.flatMap(({ flakiness, outcomes }) =>
    flakiness === null ? [] : { flakiness, outcomes },
  );
  const pairs = changing.reduce((sum, each) => sum + each.outcomes - 1, 0);
  const changes = changing.reduce((sum, each) => sum + each.flakiness * (each.outcomes - 1), 0);
  const { outcomes: _outcomes, ...total } = statisticsOf(shown.flat());
  return {
    test,
    suite: suite ?? null,
    suites: [...new Set(all.map((each) => each.suite ?? null))].sort(),
    ...total,
    // Only neighbours on the same environment count.
    flakiness: pairs === 0 ? null : changes / pairs,
    columns: shown.map((members) => ({
      commit: members[0]?.commit ?? null,
      at: (members[0] as PastResult).at.toISOString(),
      ...durations(members),
    })),
    rows: [...rows.keys()].sort().map((environment) => {
      const { outcomes: _outcomes, ...own } = statisticsOf(
        shown.flat().filter((each) => each.environment === environment),
      );
      const cells = shown.map((members) => {
        const result = members.find((each) => each.environment === environment);
        return result ? viewCell(result) : null;
      });
      return { environment, ...own, cells };
    }),
  };
}

function viewCell({ runId, status, durationMs, message, at }: PastResult): HistoryCellView {
  return { run: runId, status, durationMs, message: message ?? null, at: at.toISOString() };
}

/** Statistics of results. The flakiness makes sense for the results of one environment only. */
function statisticsOf(results: readonly PastResult[]) {
  const byTime = [...results].sort((one, other) => one.at.getTime() - other.at.getTime());
  const outcomes = byTime
    .filter(({ status }) => status === 'passed' || status === 'failed')
    .map(({ status }) => (status === 'passed' ? '.' : 'x'))
    .join('');
  const passed = [...outcomes].filter((outcome) => outcome === '.').length;
  return {
    results: results.length,
    outcomes: outcomes.length,
    passRate: outcomes === '' ? null : passed / outcomes.length,
    flakiness: flakinessOf(outcomes) ?? null,
    ...durations(results),
  };
}

/** Percentiles of the durations of passed and failed results: those of broken and skipped ones are meaningless. */
function durations(results: readonly PastResult[]) {
  const sorted = results
    .filter(({ status }) => status === 'passed' || status === 'failed')
    .map(({ durationMs }) => durationMs)
    .sort((one, other) => one - other);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? null;
  return { p50Ms: at(0.5), p95Ms: at(0.95) };
}
