import type { ResultClass } from '#src/model/result-class.ts';
import type { MatrixCell, MatrixRow } from '#src/operations/submissions/matrix-view.ts';

/** What a cell says in one word: the class that matters most, else the outcome. */
export type ResultState = ResultClass | 'broken' | 'failed' | 'skipped' | 'passed' | 'running';

/** What the rows can be filtered by. `other`: failed, neither new nor known. */
export const classFilters = ['new', 'other', 'broken', 'known', 'flaky', 'slower', 'fixed'] as const;
export type ClassFilter = (typeof classFilters)[number];

/** The class of a failure that matters most, then that of a pass. */
const failureClasses = ['new', 'known', 'flaky'] as const;
const passClasses = ['flaky', 'slower', 'fixed'] as const;

export function stateOf({ outcome, classes }: MatrixCell): ResultState {
  if (outcome === null) return 'running';
  if (outcome === 'failed') return failureClasses.find((each) => classes.includes(each)) ?? 'failed';
  if (outcome === 'passed') return passClasses.find((each) => classes.includes(each)) ?? 'passed';
  return outcome;
}

/** Whether a result has a class, is broken, or failed without being new or known. */
export function hasClass({ outcome, classes }: MatrixCell, which: ClassFilter): boolean {
  if (which === 'broken') return outcome === 'broken';
  if (which === 'other')
    return outcome === 'failed' && !classes.includes('new') && !classes.includes('known');
  return classes.includes(which);
}

/** How much longer than usual a result took: 1.8 for 180 % more; `undefined` when that is unknown. */
export function growthOf(cell: MatrixCell | undefined): number | undefined {
  const { durationMs = null, usualMs = null } = cell ?? {};
  return durationMs === null || usualMs === null || usualMs <= 0 ? undefined : durationMs / usualMs - 1;
}

/** The name of a test with its suite, as the command line and addresses write it. */
export const qualifiedName = ({ test, suite }: Pick<MatrixRow, 'test' | 'suite'>) =>
  suite === null ? test : `${suite}:${test}`;

/** The address of the result of a test. */
export const resultPage = (row: Pick<MatrixRow, 'test' | 'suite'>, { run }: MatrixCell) =>
  `/runs/${run}?test=${encodeURIComponent(qualifiedName(row))}`;
