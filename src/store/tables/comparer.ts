import type { ResultClass } from '../../model/result-class.ts';
import type { TestToCompare } from './compared-tests.ts';

/** A finished run with what it tested. Its time is that of the database, so that the clock of a worker does not matter. */
export interface ComparedRun {
  id: number;
  at: Date;
  commit: string | undefined;
  shopVersion: string | undefined;
}

/** A run that was compared before, and how slow it was: 2 for twice as slow as usual. */
export interface EarlierRun extends ComparedRun {
  slowness: number;
}

/** Compares the tests of a run with the earlier outcomes of each. */
export interface Comparer<Examined> {
  /** How many outcomes of each test are kept. */
  keptOutcomes: number;
  /** Called for some tests after the others, in the order of the plan. */
  examine(
    run: ComparedRun,
    tests: readonly TestToCompare[],
    earlierRuns: ReadonlyMap<number, EarlierRun>,
  ): Promise<Examined[]>;
  /** The classes of all tests of a run, in the order of the plan. */
  classify(tests: readonly Examined[]): {
    slowness: number;
    tests: readonly { classes: readonly ResultClass[]; usualMs: number | undefined; flaky: boolean }[];
  };
}
