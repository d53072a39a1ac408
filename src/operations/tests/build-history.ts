import { flakinessOf } from '../../model/failure.ts';
import { groupBy } from '../../model/group-by.ts';
import type { PastResult } from '../../store/tables/results.ts';
import type { HistoryCellView, TestHistoryView } from './history-view.ts';

/**
 * The results of a test (the oldest first) as a grid of environments and commits. The first result of each environment at a
 * commit stands in the first column of that commit, the second in the next, so that results of one commit stand under each
 * other though each environment has runs of its own. `runs`: how many columns, the newest.
 */
export function viewHistory(
  all: readonly PastResult[],
  { test, suite, runs }: { test: string; suite: string | undefined; runs: number },
): TestHistoryView {
  const past = all.filter((each) => each.suite === suite);
  const columns = new Map<string, PastResult[]>();
  const seen = new Map<string, number>();
  for (const result of past) {
    const commit = result.commit?.id ?? '';
    const place = `${result.environment} ${commit}`;
    const number = seen.get(place) ?? 0;
    seen.set(place, number + 1);
    const column = `${commit} ${number}`;
    const members = columns.get(column);
    if (members) members.push(result);
    else columns.set(column, [result]);
  }
  // In the order of their first results, because the results are.
  const shown = [...columns.values()].slice(-runs);
  const rows = groupBy(shown.flat(), ({ environment }) => environment);
  const statistics = [...rows.values()].map(statisticsOf);
  const answers = statistics.flatMap(({ flakiness, answers }) =>
    flakiness === null ? [] : { flakiness, answers },
  );
  const pairs = answers.reduce((sum, each) => sum + each.answers - 1, 0);
  const changes = answers.reduce((sum, each) => sum + each.flakiness * (each.answers - 1), 0);
  const { answers: _answers, ...total } = statisticsOf(shown.flat());
  return {
    test,
    suite: suite ?? null,
    suites: [...new Set(all.map((each) => each.suite ?? null))].sort(),
    ...total,
    // Between environments nothing follows upon anything.
    flakiness: pairs === 0 ? null : changes / pairs,
    columns: shown.map((members) => ({
      commit: members[0]?.commit ?? null,
      at: (members[0] as PastResult).at.toISOString(),
      ...durations(members),
    })),
    rows: [...rows.keys()].sort().map((environment) => {
      const { answers: _answers, ...own } = statisticsOf(
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

/** Of results of one environment, as far as they follow upon each other. */
function statisticsOf(results: readonly PastResult[]) {
  const inTime = [...results].sort((one, other) => one.at.getTime() - other.at.getTime());
  const answers = inTime
    .filter(({ status }) => status === 'passed' || status === 'failed')
    .map(({ status }) => (status === 'passed' ? '.' : 'x'))
    .join('');
  const passed = [...answers].filter((answer) => answer === '.').length;
  return {
    results: results.length,
    answers: answers.length,
    passRate: answers === '' ? null : passed / answers.length,
    flakiness: flakinessOf(answers) ?? null,
    ...durations(results),
  };
}

/** Of those that ran to their end: how long a broken or skipped test took says nothing. */
function durations(results: readonly PastResult[]) {
  const sorted = results
    .filter(({ status }) => status === 'passed' || status === 'failed')
    .map(({ durationMs }) => durationMs)
    .sort((one, other) => one - other);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? null;
  return { p50Ms: at(0.5), p95Ms: at(0.95) };
}
