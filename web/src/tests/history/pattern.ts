import type { History } from '../queries.ts';

/** What the grid says in one sentence: is it the test, the shop, or a commit? */
export interface Pattern {
  kind: 'passes' | 'flaky' | 'shop' | 'commit' | 'everywhere' | 'broken' | 'unknown';
  /** Environments that it is about. */
  environments: string[];
  /** Of those that gave an answer, all. */
  isEverywhere?: boolean;
  /** The first commit with it. */
  commit?: { id: string; subject: string };
  /** Of the first result with it. */
  since?: string;
}

type Cell = NonNullable<History['rows'][number]['cells'][number]>;

/** From this share of changes on, on an environment with some answers, an answer says little. */
const flakyFrom = 0.3;
const minOutcomes = 4;

/** The weightiest first: of environments on which its answers mean something, then those on which it is flaky. */
export function patternsOf({ rows, columns }: History): Pattern[] {
  const lines = rows.map(({ environment, flakiness, cells }): Line => {
    const places = cells.flatMap((cell, column) => (cell ? [{ cell, column }] : []));
    const answers = places.filter(({ cell }) => cell.status === 'passed' || cell.status === 'failed');
    const isFlaky = (flakiness ?? 0) >= flakyFrom && answers.length >= minOutcomes;
    return { environment, isFlaky, answers, last: places.at(-1)?.cell };
  });
  const flaky = lines.filter(({ isFlaky }) => isFlaky);
  const steady = lines.filter(({ isFlaky }) => !isFlaky);
  const patterns: Pattern[] = [];
  if (steady.some(({ last }) => last)) patterns.push(patternOf(steady, columns));
  if (flaky.length > 0) patterns.push({ kind: 'flaky', environments: named(flaky) });
  return patterns.length > 0 ? patterns : [{ kind: 'unknown', environments: [] }];
}

interface Place {
  cell: Cell;
  column: number;
}

interface Line {
  environment: string;
  isFlaky: boolean;
  /** Results that passed or failed. */
  answers: Place[];
  last: Cell | undefined;
}

const named = (lines: readonly Line[]) => lines.map(({ environment }) => environment);

function patternOf(lines: readonly Line[], columns: History['columns']): Pattern {
  const answered = lines.filter(({ answers }) => answers.length > 0);
  const failing = answered.filter(({ answers }) => answers.at(-1)?.cell.status === 'failed');
  if (failing.length === 0) {
    const broken = lines.filter(({ last }) => last?.status === 'broken');
    if (broken.length > 0) return { kind: 'broken', environments: named(broken) };
    return { kind: answered.length > 0 ? 'passes' : 'unknown', environments: named(answered) };
  }

  // Where did it begin on each of them?
  const starts = failing.map(({ answers }) => {
    const lastPass = answers.findLastIndex(({ cell }) => cell.status === 'passed');
    return { before: answers[lastPass], first: answers[lastPass + 1] as Place };
  });
  const first = starts.reduce((one, other) => (other.first.column < one.first.column ? other : one)).first;
  const commitOf = (place: Place | undefined) => (place && columns[place.column]?.commit) ?? undefined;
  const commit = commitOf(first);
  // Not where the same commit passed before: then something else changed.
  const isNewThere =
    commit !== undefined &&
    starts.every(
      ({ before, first }) =>
        before !== undefined && commitOf(before)?.id !== commit.id && commitOf(first)?.id === commit.id,
    );
  const isEverywhere = failing.length === answered.length;
  const since = { environments: named(failing), isEverywhere, since: first.cell.at };
  if (isNewThere && failing.length * 2 > answered.length) return { kind: 'commit', ...since, commit };
  if (!isEverywhere) return { kind: 'shop', environments: named(failing) };
  if (starts.some(({ before }) => before)) return { kind: 'everywhere', ...since };
  return { kind: 'everywhere', environments: named(failing), isEverywhere };
}
