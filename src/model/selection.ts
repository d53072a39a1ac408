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

/** A description of a selection with all names: `groups smoke, cart; test A, without B`. */
export function describeSelection(selection: Selection): string {
  return describe(
    selection,
    (list) => `${wordBefore(list, selection[list].length)} ${selection[list].join(', ')}`,
  );
}

/** The number of names in each list of a selection. */
export type SelectionLengths = Record<SelectionList, number>;

/**
 * The same for lists, where many names are counted: `20 tests: A, B and 18 more, without C`. `lengths` when `selection` has only the
 * first names of its lists, at least `shownNames` of each.
 */
export function summariseSelection(
  selection: Selection,
  lengths: SelectionLengths = lengthsOf(selection),
): string {
  return describe(selection, (list) => {
    const length = lengths[list];
    const names = listNames(selection[list], length);
    const word = wordBefore(list, length);
    return length <= shownNames || list === 'exclude' ? `${word} ${names}` : `${length} ${word}: ${names}`;
  });
}

type SelectionList = Exclude<keyof Selection, 'all'>;

function lengthsOf({ groups, suites, tests, exclude }: Selection): SelectionLengths {
  return { groups: groups.length, suites: suites.length, tests: tests.length, exclude: exclude.length };
}

/** The word before the names of a list. */
function wordBefore(list: SelectionList, length: number): string {
  if (list === 'exclude') return 'without';
  return length === 1 ? list.slice(0, -1) : list;
}

/** Lists are separated by semicolons, because their names are separated by commas. */
function describe(selection: Selection, describeList: (list: SelectionList) => string): string {
  const describeLists = (lists: readonly SelectionList[]) =>
    lists.filter((list) => selection[list].length > 0).map(describeList);
  const included = [...(selection.all ? ['all tests'] : []), ...describeLists(['groups', 'suites', 'tests'])];
  return [included.join('; '), ...describeLists(['exclude'])].filter((part) => part !== '').join(', ');
}

/** More names are counted. */
export const shownNames = 3;

/** `A, B and 18 more`. `length`: how many names there are; `names` may have only the first ones. */
function listNames(names: readonly string[], length: number): string {
  if (length <= shownNames) return names.join(', ');
  const first = names.slice(0, shownNames - 1);
  return `${first.join(', ')} and ${length - first.length} more`;
}
