import type { DefinedKind } from './lint-use.ts';

/** The levels of findings, as SARIF names them; the gravest first. */
export const lintLevels = ['error', 'warning', 'note'] as const;
export type LintLevel = (typeof lintLevels)[number];

/**
 * The rules of `matre lint` by their codes. Errors are what MFTF or the browser stops at; warnings are what makes tests worth less;
 * notes are what could be removed.
 */
export const lintRules = {
  FILE_INVALID: ['error', 'A file cannot be read as MFTF reads it.'],
  ACTION_GROUP_UNKNOWN: ['error', 'A step calls an action group that no module has.'],
  PARENT_UNKNOWN: ['error', 'A test, action group or data extends something that no module has.'],
  REFERENCE_UNKNOWN: ['error', 'A reference names data, a page or a section that no module has.'],
  ELEMENT_UNKNOWN: ['error', 'A reference names an element that its section does not have.'],
  FIELD_UNKNOWN: ['error', 'A reference names a field that the data does not have.'],
  DATA_UNKNOWN: ['error', 'A step or other data uses data that no module has.'],
  OPERATION_UNKNOWN: ['error', 'No metadata says how data of a type is created, updated or read.'],
  ARGUMENT_UNKNOWN: ['warning', 'A call has an argument that the action group does not have.'],
  ARGUMENT_MISSING: ['error', 'A call lacks an argument without a default value.'],
  ELEMENT_ARGUMENTS: [
    'warning',
    'A reference has more or fewer arguments than the element or page has parameters.',
  ],
  STEP_KEY_DUPLICATE: ['error', 'Two steps of a test, hook or action group have the same key.'],
  SELECTOR_INVALID: ['error', 'A selector is neither CSS nor XPath.'],
  SELECTOR_MISREAD: ['warning', 'A selector means something else than it seems to.'],
  SECTION_UNKNOWN: ['warning', 'A page lists a section that no module has.'],
  TEST_UNKNOWN: ['warning', 'A suite includes or excludes a test that no module has.'],
  ACTION_REMOVED: ['warning', 'An action was removed from MFTF 3.'],
  DEPRECATED_USE: ['warning', 'Something that is deprecated is used.'],
  NO_ASSERTION: ['warning', 'A test checks nothing.'],
  HARD_SLEEP: ['warning', 'A step waits for a time instead of an event.'],
  ACTION_GROUP_UNUSED: ['note', 'No test or suite uses an action group.'],
  DATA_UNUSED: ['note', 'No test or suite uses data.'],
  ELEMENT_UNUSED: ['note', 'No test or suite uses an element.'],
} as const satisfies Record<string, readonly [LintLevel, string]>;
export type LintCode = keyof typeof lintRules;
export const lintCodes = Object.keys(lintRules) as LintCode[];

/** What `matre lint` says of a place in a file of tests. */
export interface LintFinding {
  code: LintCode;
  level: LintLevel;
  /** Relative to the folder that was checked, with slashes. */
  path: string;
  line: number;
  message: string;
  /** What has it; null for a whole file. */
  definition: { kind: DefinedKind; name: string } | null;
  /** Identifies it in a baseline: the same after lines were moved or a file was renamed. */
  fingerprint: string;
}

/** Levels that a user chose for codes; `off` leaves findings of the code out. */
export type ChosenLevels = Partial<Record<LintCode, LintLevel | 'off'>>;

export interface LintResult {
  /** Files that were checked. */
  files: number;
  /** Files that were read, with those of the Magento tree. */
  treeFiles: number;
  /** All of them, by path and line. */
  findings: LintFinding[];
}

/** Findings of one answer: 3 MB. Commands ask until they have all. */
export const maxFindingsOfPage = 5_000;

/** `place`: by path and line. `level`: the gravest first, of each level those first that no baseline has, and then by path and line. */
export const findingsOrders = ['place', 'level'] as const;
export type FindingsOrder = (typeof findingsOrders)[number];

export interface FindingsQuery {
  level?: LintLevel | undefined;
  code?: LintCode | undefined;
  /** Words that the path, the message or the code has, in any case. */
  search?: string | undefined;
  /** `new`: only those that the baseline of the module does not have. */
  only?: 'new' | undefined;
  order?: FindingsOrder | undefined;
  /** The number of findings before the first one of the page. */
  offset: number;
  limit: number;
}

export interface RuleCount {
  code: LintCode;
  level: LintLevel;
  findings: number;
}

/** Some of the findings of a check. */
export interface FindingsPage {
  files: number;
  treeFiles: number;
  /** How many findings each rule has of those that match `search` and `only`. */
  rules: RuleCount[];
  /** The number of findings that match the whole query. */
  total: number;
  findings: (LintFinding & { inBaseline: boolean })[];
  /** The number of findings behind this page. */
  more: number;
  /** The baseline in the root of the test modules; null without one. `problem` says why it cannot be read. */
  baseline: { findings: number; outdated: number; problem: string | null } | null;
}

/** Whether a level is as grave as another one. */
export function isAtLeast(level: LintLevel, other: LintLevel): boolean {
  return lintLevels.indexOf(level) <= lintLevels.indexOf(other);
}

/** The findings with the levels that a user chose, without those that are off. */
export function withLevels(findings: readonly LintFinding[], levels: ChosenLevels): LintFinding[] {
  return findings.flatMap((finding) => {
    const level = levels[finding.code] ?? finding.level;
    return level === 'off' ? [] : [{ ...finding, level }];
  });
}

/** What is checked: a Magento tree, or a folder in it, or a test module beside it. */
export interface LintFolders {
  /** A Magento root on this machine, or the definitions of one as a server sends them. */
  tree: string | Uint8Array;
  /** What is checked, in the tree or elsewhere. */
  folder: string;
  /** Where MFTF meets the folder below Magento when it is not in the tree. */
  target: string;
}
