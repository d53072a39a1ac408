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
  /** The step that failed; absent when it is not known which one that is. */
  step?: FailedStepPlace | undefined;
}

export interface FailedStepPlace extends TreePlace {
  /** With the suffix of its call, when it comes from an action group. */
  stepKey: string;
  /** The call of the action group that it comes from. */
  call?: (TreePlace & { actionGroup: string; stepKey: string }) | undefined;
}

/** The places of a failure, the innermost first: the step, the call of its action group, the test. */
export function placesOf({ step, test }: ResultPlace): TreePlace[] {
  return [step, step?.call, test].flatMap((place) => (place ? [{ file: place.file, line: place.line }] : []));
}
