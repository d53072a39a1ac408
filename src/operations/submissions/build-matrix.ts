import type { CauseNote } from '../../model/cause-note.ts';
import { comparedPairs } from '../../model/failure-headline.ts';
import { groupBy } from '../../model/group-by.ts';
import type { Submission } from '../../model/submission.ts';
import type { Matrix, MatrixCell, SeenCause, FirstSeen as SeenRun } from '../../store/tables/matrix.ts';
import { viewNote } from '../triage/note-view.ts';
import type { FirstSeen, MatrixView } from './matrix-view.ts';

/** More values do not help to recognise a cause. */
const maxValues = 5;
/** More causes are not one evening's work, and finding each costs time. */
const maxCauses = 200;

/** More tests that fail or are slower are a bad evening, not news about each. */
const maxDated = 400;

/** The results of a matrix of which it is said since when: those that failed, and those that are slower; at most `maxDated` of each. */
export function datedResults(cells: readonly MatrixCell[]): MatrixCell[] {
  const failed = cells.filter(({ outcome }) => outcome === 'failed');
  const slower = cells.filter(({ classes }) => classes.includes('slower'));
  return [...failed.slice(0, maxDated), ...slower.slice(0, maxDated)];
}

/** A failure that has a cause. */
export type Failure = MatrixCell & { cause: string };

/** The failures of a matrix by cause: the causes with the most failures, at most `maxCauses`. */
export function failuresByCause(cells: readonly MatrixCell[]): Map<string, Failure[]> {
  const failures = cells.filter((cell): cell is Failure => cell.cause !== undefined);
  const groups = [...groupBy(failures, ({ cause }) => cause)];
  groups.sort(([, one], [, other]) => other.length - one.length);
  return new Map(groups.slice(0, maxCauses));
}

/**
 * The rows of a matrix by name, each with a cell for each run, in the order of the runs. `notable`: without the tests that passed everywhere
 * without a class, and those that were skipped everywhere. `dated`: since when tests fail or are slower.
 */
export function buildRows(
  runs: Submission['runs'],
  cells: readonly MatrixCell[],
  { notable, dated }: { notable: boolean; dated: Awaited<ReturnType<Matrix['since']>> },
): MatrixView['rows'] {
  const firstSeen = new Map(dated.map((each) => [placeOf(each), viewFirst(each.first)]));
  const columns = new Map(runs.map(({ id }, index) => [id, index]));
  const rows = new Map<string, MatrixView['rows'][number]>();
  for (const { test, suite, runId, ...cell } of cells) {
    const name = `${test}:${suite}`;
    let row = rows.get(name);
    if (row === undefined) {
      row = { test, suite: suite || null, cells: runs.map(() => null) };
      rows.set(name, row);
    }
    // Most cells passed without a class, and need no key.
    const isPlain = cell.outcome === 'passed' && cell.classes.length === 0;
    const since = isPlain ? undefined : firstSeen.get(placeOf({ test, suite, runId }));
    row.cells[columns.get(runId) ?? 0] = {
      outcome: cell.outcome ?? null,
      classes: cell.classes,
      durationMs: cell.durationMs ?? null,
      usualMs: cell.usualMs ?? null,
      cause: cell.cause ?? null,
      ...(cell.quarantined && { quarantined: true }),
      ...(since && { since }),
      run: runId,
    };
  }
  // Here, because a database sorts 24,000 texts by the rules of a language, which takes longer than all else.
  const names = [...rows.keys()].sort();
  const all = names.map((name) => rows.get(name) as MatrixView['rows'][number]);
  return notable ? all.filter(isNotable) : all;
}

/** Its cells differ, failed, or have a class. A cell that is not there, because the test is not planned, differs from none. */
function isNotable({ cells }: MatrixView['rows'][number]): boolean {
  const present = cells.filter((cell) => cell !== null);
  return present.some(
    ({ outcome, classes }) =>
      outcome === 'failed' || outcome === 'broken' || classes.length > 0 || outcome !== present[0]?.outcome,
  );
}

export function buildCauses(
  runs: Submission['runs'],
  failures: ReadonlyMap<string, readonly Failure[]>,
  seen: readonly SeenCause[],
  notes: ReadonlyMap<string, CauseNote>,
): MatrixView['causes'] {
  const codes = new Map(runs.map(({ id, environmentCode }) => [id, environmentCode]));
  const seenByCause = new Map(seen.map((each) => [each.cause, each]));
  return [...failures].map(([cause, own]) => {
    const { messages = [], first } = seenByCause.get(cause) ?? {};
    const note = notes.get(cause);
    return {
      cause,
      message: messages[0] ?? '',
      values: comparedPairs(messages, maxValues),
      tests: new Set(own.map(({ test, suite }) => `${suite}:${test}`)).size,
      environments: [...new Set(own.flatMap(({ runId }) => codes.get(runId) ?? []))].toSorted(),
      since: first ? viewFirst(first) : null,
      note: note ? viewNote(note) : null,
    };
  });
}

const viewFirst = ({ submissionId, runId, at, commit }: SeenRun): FirstSeen => ({
  ...{ submission: submissionId ?? null, run: runId, at: at.toISOString(), commit: commit ?? null },
});

const placeOf = ({ test, suite, runId }: Pick<MatrixCell, 'test' | 'suite' | 'runId'>) =>
  `${runId} ${suite}:${test}`;
