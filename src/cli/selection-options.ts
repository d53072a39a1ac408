import { InvalidArgumentError, Option } from 'commander';
import { type Selection, type Severity, severities, withoutEmptyLists } from '../model/selection.ts';
import { collect } from './cli-context.ts';

/** The options that narrow the tests of a Playwright project; `tests` begins each description. */
export const playwrightOptions = (tests: string) => [
  new Option(
    '--playwright-grep <expression>',
    `${tests} whose file, titles and tags match a regular expression`,
  ),
  new Option('--playwright-project <name>', `${tests} of a project (repeatable)`).argParser(collect),
  new Option('--playwright-tag <tag>', `${tests} with a tag, such as @smoke (repeatable)`).argParser(collect),
  new Option('--playwright-file <file>', `${tests} in a file, such as "tests/cart*" (repeatable)`).argParser(
    collect,
  ),
];

/** The options that name tests. */
export const selectionOptions = () => [
  new Option('-t, --test <name>', 'tests by name (repeatable)').argParser(collect),
  new Option('-g, --group <name>', 'all tests of a group (repeatable; \\, is a comma in its name)').argParser(
    collect,
  ),
  new Option('-s, --suite <name>', 'all tests of a suite (repeatable)').argParser(collect),
  new Option(
    '--pattern <pattern>',
    'tests whose names match, such as "Storefront*Test" (repeatable)',
  ).argParser(collect),
  new Option('--all', 'all tests of the module'),
  new Option('--severity <severity>', 'only tests of a severity (repeatable)')
    .choices(severities)
    .argParser(collectSeverities),
  new Option(
    '--module <name>',
    'only tests of a Magento module, such as Magento_Checkout (repeatable)',
  ).argParser(collect),
  new Option('-x, --exclude <name>', 'exclude a test, group or suite, or a pattern (repeatable)').argParser(
    collect,
  ),
  new Option('--exclude-skipped', 'exclude the tests that the module marks as skipped'),
  new Option('--playwright', 'all tests of the Playwright project, beside those of MFTF that are named'),
  ...playwrightOptions('its tests'),
];

export interface PlaywrightOptions {
  playwright?: boolean;
  playwrightGrep?: string;
  playwrightProject?: string[];
  playwrightTag?: string[];
  playwrightFile?: string[];
}

export interface SelectionOptions extends PlaywrightOptions {
  test?: string[];
  group?: string[];
  suite?: string[];
  pattern?: string[];
  severity?: Severity[];
  module?: string[];
  all?: boolean;
  exclude?: string[];
  excludeSkipped?: boolean;
}

/** The selection of the options; `undefined` when none of them is set. */
export function readSelection(options: SelectionOptions): Selection | undefined {
  const { test, group, suite, pattern, severity, module, all, exclude, excludeSkipped } = options;
  const playwright = readPlaywright(options);
  const lists = [test, group, suite, pattern, severity, module, all, exclude, excludeSkipped, playwright];
  if (lists.every((each) => each === undefined)) return undefined;
  return withoutEmptyLists({
    all: all === true,
    tests: test ?? [],
    groups: group ?? [],
    suites: suite ?? [],
    patterns: pattern,
    severities: severity,
    modules: module,
    exclude: exclude ?? [],
    excludeSkipped,
    playwright,
  });
}

/** `undefined` when none of its options is set. */
export function readPlaywright(options: PlaywrightOptions): Selection['playwright'] {
  const { playwright, playwrightGrep, playwrightProject, playwrightTag, playwrightFile } = options;
  const parts = [playwright, playwrightGrep, playwrightProject, playwrightTag, playwrightFile];
  if (parts.every((part) => part === undefined)) return undefined;
  return {
    grep: playwrightGrep,
    projects: playwrightProject,
    // As Playwright prints them.
    tags: playwrightTag?.map((tag) => (tag.startsWith('@') ? tag : `@${tag}`)),
    files: playwrightFile,
  };
}

/** As `collect`, in any case. */
function collectSeverities(text: string, before: Severity[] = []): Severity[] {
  const names = collect(text.toUpperCase()).map((name) => {
    const severity = severities.find((each) => each === name);
    if (severity === undefined) throw new InvalidArgumentError(`It must be one of ${severities.join(', ')}.`);
    return severity;
  });
  return [...before, ...names];
}
