import {
  describePlaywright,
  isPlaywrightTest,
  type PlaywrightSelection,
  withoutEmptyParts,
} from './playwright.ts';

/** The values of the annotation `severity` of MFTF, the most severe first. */
export const severities = ['BLOCKER', 'CRITICAL', 'MAJOR', 'AVERAGE', 'MINOR'] as const;
export type Severity = (typeof severities)[number];

/**
 * Which tests a run covers, as requested: the union of what is named, of these only the severities and modules if there are any, minus
 * the exclusions. Severities and modules without names are those of all tests. What is optional is absent when it requests nothing:
 * runs with the same selection are found by the hash of its JSON, also those from before it.
 */
export interface Selection {
  all: boolean;
  tests: string[];
  groups: string[];
  suites: string[];
  /** Patterns of names of tests (see `glob.ts`), or of `Suite:Test`. */
  patterns?: string[] | undefined;
  severities?: Severity[] | undefined;
  /** Names of Magento modules or patterns of them, with or without the vendor: `Magento_Checkout`, `Checkout`, `Acme_*`. */
  modules?: string[] | undefined;
  /** Names or patterns of tests, groups or suites that are excluded. */
  exclude: string[];
  /** Without the tests that the module marks as skipped; absent when they are planned. */
  excludeSkipped?: boolean | undefined;
  /** Tests of the Playwright project besides; absent when there are none but those that `tests` names. */
  playwright?: PlaywrightSelection | undefined;
}

/** A test that a run will execute, in the order of execution. */
export interface PlannedTest {
  /** MFTF's name of the test (the `name` attribute). */
  name: string;
  /** The suite whose before and after steps surround it. */
  suite: string | undefined;
}

export const emptySelection: Selection = { all: false, tests: [], groups: [], suites: [], exclude: [] };

/** The optional lists of a selection. */
const optionalLists = ['patterns', 'severities', 'modules'] as const;

/** The selection without optional lists that are empty, and without a switch that is off. */
export function withoutEmptyLists(selection: Selection): Selection {
  const { all, tests, groups, suites, exclude, excludeSkipped } = selection;
  const playwright = withoutEmptyParts(selection.playwright);
  const set = optionalLists.filter((list) => selection[list] !== undefined && selection[list].length > 0);
  const lists = Object.fromEntries(set.map((list) => [list, selection[list]]));
  return {
    ...{ all, tests, groups, suites, ...lists, exclude },
    ...(excludeSkipped && { excludeSkipped }),
    ...(playwright && { playwright }),
  };
}

/** Whether a selection names single tests, groups, suites or patterns. */
export function namesTests({ tests, groups, suites, patterns = [] }: Selection): boolean {
  return tests.length + groups.length + suites.length + patterns.length > 0;
}

/** Whether a selection covers only some severities or modules of what it names. */
function narrows({ severities = [], modules = [] }: Selection): boolean {
  return severities.length + modules.length > 0;
}

/** Whether a selection selects nothing. */
export function isEmptySelection(selection: Selection): boolean {
  return (
    !selection.all && !namesTests(selection) && !narrows(selection) && selection.playwright === undefined
  );
}

/** The part of a selection that MFTF executes; it may be empty. */
export function ofMftf({ playwright: _, tests, exclude, ...selection }: Selection): Selection {
  const isOfMftf = (name: string) => !isPlaywrightTest(name);
  return { ...selection, tests: tests.filter(isOfMftf), exclude: exclude.filter(isOfMftf) };
}

/** Whether a selection covers tests of Playwright. */
export function coversPlaywright({ playwright, tests }: Selection): boolean {
  return playwright !== undefined || tests.some(isPlaywrightTest);
}

/** A description of a selection with all names: `groups smoke, cart; test A; only severity MAJOR, without B`. */
export function describeSelection(selection: Selection): string {
  return describe(
    selection,
    (list) => `${wordBefore(list, namesOf(selection, list).length)} ${namesOf(selection, list).join(', ')}`,
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
    const names = listNames(namesOf(selection, list), length);
    const word = wordBefore(list, length);
    const isCounted = length > shownNames && includingLists.some((each) => each === list);
    return isCounted ? `${length} ${word}: ${names}` : `${word} ${names}`;
  });
}

/** The lists of a selection. */
export const selectionLists = [
  'groups',
  'suites',
  'tests',
  'patterns',
  'severities',
  'modules',
  'exclude',
] as const;
type SelectionList = (typeof selectionLists)[number];

const includingLists = ['groups', 'suites', 'tests', 'patterns'] as const satisfies readonly SelectionList[];

const namesOf = (selection: Selection, list: SelectionList): readonly string[] => selection[list] ?? [];

function lengthsOf(selection: Selection): SelectionLengths {
  const lengths = selectionLists.map((list) => [list, namesOf(selection, list).length]);
  return Object.fromEntries(lengths) as SelectionLengths;
}

/** The word before the names of a list. */
function wordBefore(list: SelectionList, length: number): string {
  if (list === 'exclude') return 'without';
  if (list === 'severities') return 'only severity';
  if (list === 'modules') return length === 1 ? 'only module' : 'only modules';
  return length === 1 ? list.slice(0, -1) : list;
}

/** Lists are separated by semicolons, because their names are separated by commas. */
function describe(selection: Selection, describeList: (list: SelectionList) => string): string {
  const describeLists = (lists: readonly SelectionList[]) =>
    lists.filter((list) => namesOf(selection, list).length > 0).map(describeList);
  const isOfAll = selection.all || (narrows(selection) && !namesTests(selection));
  const included = [
    ...(isOfAll ? ['all tests'] : []),
    ...describeLists([...includingLists, 'severities', 'modules']),
    ...(selection.playwright ? [describePlaywright(selection.playwright)] : []),
  ];
  const excluded = [
    ...describeLists(['exclude']),
    ...(selection.excludeSkipped ? ['without skipped tests'] : []),
  ];
  return [included.join('; '), ...excluded].filter((part) => part !== '').join(', ');
}

/** More names are counted. */
export const shownNames = 3;

/** `A, B and 18 more`. `length`: how many names there are; `names` may have only the first ones. */
export function listNames(names: readonly string[], length: number): string {
  if (length <= shownNames) return names.join(', ');
  const first = names.slice(0, shownNames - 1);
  return `${first.join(', ')} and ${length - first.length} more`;
}
