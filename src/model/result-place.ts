/** A line of a file; the path is below the root of Magento. */
export interface TreePlace {
  file: string;
  /** From 1. */
  line: number;
}

/** Where a failure comes from, at the commits of its run. */
export interface ResultPlace {
  /** Where the test is declared first. */
  test: TreePlace;
  /** Where its suite is declared, when the steps before that failed; then `step` is one of these. */
  suite?: (TreePlace & { name: string }) | undefined;
  /** The step that failed; absent when it is not known which one that is. */
  step?: FailedStepPlace | undefined;
}

export interface FailedStepPlace extends TreePlace {
  /** With the suffix of its call, when it comes from an action group. */
  stepKey: string;
  /** The call of the action group that it comes from. */
  call?: (TreePlace & { actionGroup: string; stepKey: string }) | undefined;
}

/** The places of a failure, the innermost first: the step, the call of its action group, the suite, the test. */
export function placesOf({ step, suite, test }: ResultPlace): TreePlace[] {
  return [step, step?.call, suite, test].flatMap((place) =>
    place ? [{ file: place.file, line: place.line }] : [],
  );
}
