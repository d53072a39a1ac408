/** Which tests a run covers, as it was asked for. Everything named is joined; exclusions are taken away at the end. */
export interface Selection {
  all: boolean;
  tests: string[];
  groups: string[];
  suites: string[];
  /** Names of tests, groups or suites that are left out. */
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

/** Whether a selection asks for anything at all. */
export function selectsNothing(selection: Selection): boolean {
  const { all, tests, groups, suites } = selection;
  return !all && tests.length + groups.length + suites.length === 0;
}

/** A selection in few words, for lists: `group smoke, test A, without B`. */
export function describeSelection(selection: Selection): string {
  const parts: string[] = [];
  if (selection.all) parts.push('all');
  const named = (word: string, names: string[]) => {
    if (names.length > 0) parts.push(`${word} ${names.join(' ')}`);
  };
  named('group', selection.groups);
  named('suite', selection.suites);
  named('test', selection.tests);
  named('without', selection.exclude);
  return parts.join(', ');
}
