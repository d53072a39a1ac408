/** Which tests of a Playwright project a run covers: those to which each of these applies; all tests when none is set. */
export interface PlaywrightSelection {
  /** A regular expression of JavaScript, for the file, the titles and the tags of a test, separated by blanks. */
  grep?: string | undefined;
  /** Names of projects of the configuration, or patterns of them. */
  projects?: string[] | undefined;
  /** With `@`. */
  tags?: string[] | undefined;
  /** Files below the folder of the project, or patterns of them. */
  files?: string[] | undefined;
}

/** Between the file and the titles in the name of a Playwright test. No name of MFTF has it. */
export const titleSeparator = ' › ';

/** Whether a test is one of Playwright, by its name: `tests/cart.spec.ts › Cart › adds a product`. Its suite is its project. */
export function isPlaywrightTest(name: string): boolean {
  return name.includes(titleSeparator);
}

/** The selection without empty lists; `undefined` when it covers no tests of Playwright. */
export function withoutEmptyParts(
  selection: PlaywrightSelection | undefined,
): PlaywrightSelection | undefined {
  if (selection === undefined) return undefined;
  const { grep, projects = [], tags = [], files = [] } = selection;
  return {
    ...(grep !== undefined && grep !== '' && { grep }),
    ...(projects.length > 0 && { projects }),
    ...(tags.length > 0 && { tags }),
    ...(files.length > 0 && { files }),
  };
}

/** `Playwright tests of project chromium, tag @smoke, file tests/cart.spec.ts, with "adds"`. */
export function describePlaywright({
  grep,
  projects = [],
  tags = [],
  files = [],
}: PlaywrightSelection): string {
  const list = (word: string, names: readonly string[]) =>
    names.length === 0 ? [] : [`${names.length === 1 ? word : `${word}s`} ${names.join(' or ')}`];
  const parts = [...list('project', projects), ...list('tag', tags), ...list('file', files)];
  const limits = parts.length === 0 ? '' : ` of ${parts.join(', ')}`;
  const subject = limits === '' && grep === undefined ? 'all Playwright tests' : 'Playwright tests';
  return `${subject}${limits}${grep === undefined ? '' : ` with ${JSON.stringify(grep)}`}`;
}

/** A test of a Playwright project. */
export interface PlaywrightTest {
  /** Its file and its titles, see `isPlaywrightTest`. */
  name: string;
  /** Its project of the configuration. */
  suite: string | undefined;
  /** Below the folder of the project. */
  file: string;
  line: number;
  /** Of the groups around it and itself, as written. */
  titles: string[];
  tags: string[];
  /** Its project marks it as skipped. */
  skipped: boolean;
  /** It is in a group whose tests depend on those before them. */
  serial: boolean;
  /** Other projects need its project, which is executed before or after theirs. */
  needed: boolean;
}
