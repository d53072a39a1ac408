/** How a Cest of ours compares with that of MFTF. */
export type Comparison =
  | { kind: 'identical' }
  /** The same steps; annotations or the frame differ. */
  | { kind: 'same-steps'; first: LinePair }
  | { kind: 'different'; first: LinePair };

/** The first lines that differ. */
export interface LinePair {
  line: number;
  expected: string;
  actual: string;
}

export function compareCests(expected: string, actual: string): Comparison {
  if (expected === actual) return { kind: 'identical' };
  const steps = firstDifference(stepsOf(expected), stepsOf(actual));
  if (steps !== undefined) return { kind: 'different', first: steps };
  const lines = firstDifference(expected.split('\n'), actual.split('\n'));
  return { kind: 'same-steps', first: lines ?? { line: 0, expected: '', actual: '' } };
}

/** What runs: the lines of methods, without comments before them. */
function stepsOf(cest: string): string[] {
  return cest.split('\n').filter((line) => /^\t\t|^\tpublic function|^ {2,}[^ *]|^\s*$/.test(line));
}

function firstDifference(expected: readonly string[], actual: readonly string[]): LinePair | undefined {
  const length = Math.max(expected.length, actual.length);
  for (let line = 0; line < length; line += 1) {
    if (expected[line] !== actual[line]) {
      return { line: line + 1, expected: expected[line] ?? '(end)', actual: actual[line] ?? '(end)' };
    }
  }
  return undefined;
}

/** Like lines differ alike: what is between quotes, names and numbers do not count. */
export function kindOf({ expected, actual }: LinePair): string {
  return `${shape(expected)}  <>  ${shape(actual)}`;
}

function shape(line: string): string {
  return line
    .trim()
    .replace(/ \/\/ stepKey: .*/, '')
    .replace(/"(?:[^"\\]|\\.)*"/g, '""')
    .replace(/'(?:[^'\\]|\\.)*'/g, "''")
    .replace(/\$(?!I\b|this\b)\w+/g, '$x')
    .slice(0, 110);
}
