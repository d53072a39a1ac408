/** Which tests a run covers, as requested: the union of what is named, minus the exclusions. */
export interface Selection {
  all: boolean;
  tests: string[];
  groups: string[];
  suites: string[];
  /** Names of tests, groups or suites that are excluded. */
  exclude: string[];
}

/** A test that a run will execute, in the order of execution. */
export interface PlannedTest {
  /** MFTF's name of the test (the `name` attribute). */
  name: string;
  /** The suite whose before and after steps surround it. */
  suite: string | undefined;
}

export const emptySelection: Selection = { all: false, tests: [], groups: [], suites: [], exclude: [] };

/** Whether a selection names no tests. */
export function isEmptySelection(selection: Selection): boolean {
  const { all, tests, groups, suites } = selection;
  return !all && tests.length + groups.length + suites.length === 0;
}

/** A description of a selection with all names: `group smoke, test A, without B`. */
export function describeSelection(selection: Selection): string {
  return describe(selection, (word, names) => `${word} ${names.join(' ')}`);
}

/** The same for lists, where many names are counted: `20 tests: A, B and 18 more, without C`. */
export function summariseSelection(selection: Selection): string {
  return describe(selection, (word, names) =>
    names.length <= shownNames || word === 'without'
      ? `${word} ${listNames(names, ' ')}`
      : countNames(word, names),
  );
}

function describe(selection: Selection, describeNames: (word: string, names: string[]) => string): string {
  const { all, groups, suites, tests, exclude } = selection;
  const lists: [string, string[]][] = [
    ['group', groups],
    ['suite', suites],
    ['test', tests],
    ['without', exclude],
  ];
  const parts = lists
    .filter(([, names]) => names.length > 0)
    .map(([word, names]) => describeNames(word, names));
  return [...(all ? ['all'] : []), ...parts].join(', ');
}

/** More names are counted. */
const shownNames = 3;

/** Names with their number: `A`, `2 tests: A, B`, `20 tests: A, B and 18 more`. */
export function countNames(noun: string, names: readonly string[]): string {
  if (names.length === 1) return names[0] as string;
  return `${names.length} ${noun}s: ${listNames(names, ', ')}`;
}

function listNames(names: readonly string[], separator: string): string {
  if (names.length <= shownNames) return names.join(separator);
  const first = names.slice(0, shownNames - 1);
  return `${first.join(separator)} and ${names.length - first.length} more`;
}
