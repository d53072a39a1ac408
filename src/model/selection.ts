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

/** A short description of a selection, for lists: `group smoke, test A, without B`. */
export function describeSelection(selection: Selection): string {
  const parts: string[] = [];
  if (selection.all) parts.push('all');
  const add = (word: string, names: string[]) => {
    if (names.length > 0) parts.push(`${word} ${names.join(' ')}`);
  };
  add('group', selection.groups);
  add('suite', selection.suites);
  add('test', selection.tests);
  add('without', selection.exclude);
  return parts.join(', ');
}
