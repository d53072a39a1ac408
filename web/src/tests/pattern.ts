import type { History } from './queries.ts';

/** What the grid says in one sentence: is it the test, the shop, or a commit? */
export interface Pattern {
  kind: 'passes' | 'flaky' | 'shop' | 'commit' | 'everywhere' | 'broken' | 'unknown';
  /** Environments that it is about. */
  environments: string[];
  /** The first commit with it. */
  commit?: { id: string; subject: string };
  /** Of the first result with it. */
  since?: string;
}

type Cell = NonNullable<History['rows'][number]['cells'][number]>;

/** From this share of changes on, on an environment with some answers, an answer says little. */
const flakyFrom = 0.3;
const fewestAnswers = 4;

export function patternOf({ rows, columns }: History): Pattern {
  const lines = rows.map(({ environment, flakiness, cells }) => {
    const places = cells.flatMap((cell, column) => (cell ? [{ cell, column }] : []));
    const answers = places.filter(({ cell }) => isAnswer(cell));
    return { environment, flakiness, answers, last: places.at(-1)?.cell };
  });
  const named = (those: typeof lines) => those.map(({ environment }) => environment);

  const flaky = lines.filter(
    ({ flakiness, answers }) => (flakiness ?? 0) >= flakyFrom && answers.length >= fewestAnswers,
  );
  if (flaky.length > 0) return { kind: 'flaky', environments: named(flaky) };

  const answered = lines.filter(({ answers }) => answers.length > 0);
  const failing = answered.filter(({ answers }) => answers.at(-1)?.cell.status === 'failed');
  if (failing.length === 0) {
    const broken = lines.filter(({ last }) => last?.status === 'broken');
    if (broken.length > 0) return { kind: 'broken', environments: named(broken) };
    return { kind: answered.length > 0 ? 'passes' : 'unknown', environments: named(answered) };
  }
  if (failing.length < answered.length) return { kind: 'shop', environments: named(failing) };

  // On all environments: where did it begin?
  const starts = failing.map(({ answers }) => {
    const lastPass = answers.findLastIndex(({ cell }) => cell.status === 'passed');
    return { before: answers[lastPass], first: answers[lastPass + 1] };
  });
  const first = starts.reduce((one, other) =>
    (other.first?.column ?? 0) < (one.first?.column ?? 0) ? other : one,
  ).first;
  const commitOf = (column: number | undefined) =>
    column === undefined ? undefined : (columns[column]?.commit ?? undefined);
  const commit = commitOf(first?.column);
  const everywhere: Pattern = {
    kind: 'everywhere',
    environments: named(failing),
    ...(first && starts.some(({ before }) => before) && { since: first.cell.at }),
  };
  // The same commit passed somewhere: then it is not what changed.
  const isNewThere =
    commit !== undefined &&
    starts.every(({ before }) => before !== undefined && commitOf(before.column)?.id !== commit.id) &&
    starts.every(({ first }) => commitOf(first?.column)?.id === commit.id);
  return isNewThere ? { ...everywhere, kind: 'commit', commit } : everywhere;
}

const isAnswer = ({ status }: Cell) => status === 'passed' || status === 'failed';
