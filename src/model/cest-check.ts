/** The first difference between a file that matre wrote and the one that MFTF generated. */
export interface CestDifference {
  /** The file, below the folder of generated files; the class of a suite below that of suites. */
  file: string;
  /** From 1; 0 when one of the two wrote no such file. */
  line: number;
  /** What MFTF wrote there. */
  expected: string;
  /** What matre wrote there. */
  actual: string;
}

/** The result of a comparison of Cests of matre with those of the MFTF of an image. */
export type CestCheckOutcome =
  | { outcome: 'same' }
  | { outcome: 'different'; difference: CestDifference }
  /** MFTF generated none of the tests, so there was nothing to compare. */
  | { outcome: 'impossible'; reason: string };

/** A difference as a sentence. */
export function describeDifference({ file, line, expected, actual }: CestDifference): string {
  if (line === 0) return `${file}: MFTF wrote ${expected}, matre ${actual}.`;
  return `${file}:${line}: MFTF wrote "${expected}", matre "${actual}".`;
}
