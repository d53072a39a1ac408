import type { History } from '../queries.ts';

/** The main pattern of a history: which of the test, a shop or a commit is the likely cause. */
export interface Pattern {
  kind: 'passes' | 'flaky' | 'shop' | 'commit' | 'everywhere' | 'broken' | 'unknown';
  /** The affected environments. */
  environments: string[];
  /** Whether it affects all environments with outcomes. */
  isEverywhere?: boolean;
  /** The first affected commit. */
  commit?: { id: string; subject: string };
  /** The time of the first affected result. */
  since?: string;
}

type Cell = NonNullable<History['rows'][number]['cells'][number]>;

/** A test with this share of changed outcomes, and at least `minOutcomes` of them, is flaky on an environment. */
const flakyFrom = 0.3;
const minOutcomes = 4;

/** The patterns of a history: first that of environments with stable outcomes, then the flaky ones. */
export function patternsOf({ rows, columns }: History): Pattern[] {
  const lines = rows.map(({ environment, flakiness, cells }): Line => {
    const places = cells.flatMap((cell, column) => (cell ? [{ cell, column }] : []));
    const outcomes = places.filter(({ cell }) => cell.status === 'passed' || cell.status === 'failed');
    const isFlaky = (flakiness ?? 0) >= flakyFrom && outcomes.length >= minOutcomes;
    return { environment, isFlaky, outcomes, last: places.at(-1)?.cell };
  });
  const flaky = lines.filter(({ isFlaky }) => isFlaky);
  const stable = lines.filter(({ isFlaky }) => !isFlaky);
  const patterns: Pattern[] = [];
  if (stable.some(({ last }) => last)) patterns.push(patternOf(stable, columns));
  if (flaky.length > 0) patterns.push({ kind: 'flaky', environments: codesOf(flaky) });
  return patterns.length > 0 ? patterns : [{ kind: 'unknown', environments: [] }];
}

interface Place {
  cell: Cell;
  column: number;
}

interface Line {
  environment: string;
  isFlaky: boolean;
  /** The results that passed or failed. */
  outcomes: Place[];
  last: Cell | undefined;
}

const codesOf = (lines: readonly Line[]) => lines.map(({ environment }) => environment);

function patternOf(lines: readonly Line[], columns: History['columns']): Pattern {
  const withOutcomes = lines.filter(({ outcomes }) => outcomes.length > 0);
  const failing = withOutcomes.filter(({ outcomes }) => outcomes.at(-1)?.cell.status === 'failed');
  if (failing.length === 0) {
    const broken = lines.filter(({ last }) => last?.status === 'broken');
    if (broken.length > 0) return { kind: 'broken', environments: codesOf(broken) };
    return { kind: withOutcomes.length > 0 ? 'passes' : 'unknown', environments: codesOf(withOutcomes) };
  }

  // The start of the failures on each environment.
  const starts = failing.map(({ outcomes }) => {
    const lastPass = outcomes.findLastIndex(({ cell }) => cell.status === 'passed');
    return { before: outcomes[lastPass], first: outcomes[lastPass + 1] as Place };
  });
  const first = starts.reduce((one, other) => (other.first.column < one.first.column ? other : one)).first;
  const commitOf = (place: Place | undefined) => (place && columns[place.column]?.commit) ?? undefined;
  const commit = commitOf(first);
  // A commit that passed before is not the cause: something else changed.
  const isNewCommit =
    commit !== undefined &&
    starts.every(
      ({ before, first }) =>
        before !== undefined && commitOf(before)?.id !== commit.id && commitOf(first)?.id === commit.id,
    );
  const isEverywhere = failing.length === withOutcomes.length;
  const since = { environments: codesOf(failing), isEverywhere, since: first.cell.at };
  if (isNewCommit && failing.length * 2 > withOutcomes.length) return { kind: 'commit', ...since, commit };
  if (!isEverywhere) return { kind: 'shop', environments: codesOf(failing) };
  if (starts.some(({ before }) => before)) return { kind: 'everywhere', ...since };
  return { kind: 'everywhere', environments: codesOf(failing), isEverywhere };
}
