import { z } from 'zod';
import { Fault } from '../../faults/fault.ts';
import type { Environment } from '../../model/environment.ts';
import { isGlob, matchesEverything } from '../../model/glob.ts';
import { maxPatterns, maxPlaywrightGrepLength, maxTestNameLength } from '../../model/limits.ts';
import { isEmptySelection, type Selection, severities, withoutEmptyLists } from '../../model/selection.ts';
import type { Context } from '../core/context.ts';
import { groupName, line, testName } from '../core/fields.ts';
import { getEnvironment } from '../environments/get-environment.ts';

const names = z.array(testName).max(10_000).default([]);
const groupNames = z.array(groupName).max(10_000).default([]);

const isNarrowPattern = (text: string) => !matchesEverything(text);
const wideMessage = 'matches every name; leave it out, and select all tests with all';

/** A pattern of test names, see `glob.ts`. */
const pattern = line(maxTestNameLength)
  .refine((text) => /^[\w\\*?\x80-\u{10ffff}][\w.:\\ *?\x80-\u{10ffff}-]*$/u.test(text), {
    error: 'cannot be a pattern of test names',
    abort: true,
  })
  .refine(isGlob, 'has no * or ?; name a single test in tests')
  .refine(isNarrowPattern, wideMessage);

const moduleName = line(maxTestNameLength).refine(isNarrowPattern, wideMessage);

const playwrightNames = z.array(line(maxTestNameLength)).max(maxPatterns).optional();

const playwrightInput = z
  .strictObject({
    grep: line(maxPlaywrightGrepLength)
      .refine(isRegularExpression, 'must be a regular expression')
      .optional()
      .describe('A regular expression for the file, the titles and the tags of a test, separated by blanks'),
    projects: playwrightNames.describe('Only of projects with these names or patterns'),
    tags: playwrightNames.describe('Only tests with one of these tags, such as @smoke'),
    files: playwrightNames.describe('Only tests in these files, or patterns such as tests/cart*'),
  })
  .describe('Tests of the Playwright project besides: all, or those to which each field applies');

function isRegularExpression(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}

/** The selection of a request. */
export const selectionInput = z
  .strictObject({
    all: z.boolean().default(false),
    tests: names,
    groups: groupNames,
    suites: names,
    patterns: z
      .array(pattern)
      .max(maxPatterns)
      .optional()
      .describe(
        'Patterns of test names, such as Storefront*Test: * is any characters, ? is one; case-sensitive',
      ),
    severities: z
      .array(z.enum(severities))
      .max(severities.length)
      .optional()
      .describe('Only tests of one of these severities; without names of all tests'),
    modules: z
      .array(moduleName)
      .max(maxPatterns)
      .optional()
      .describe(
        'Only tests of one of these Magento modules, such as Magento_Checkout, Checkout or Acme_*; without names of all tests',
      ),
    exclude: groupNames.describe('Names or patterns of tests, groups or suites'),
    excludeSkipped: z
      .boolean()
      .optional()
      .describe('Without the tests that the module marks as skipped: they are not planned at all'),
    playwright: playwrightInput.optional(),
  })
  .overwrite(withoutEmptyLists);

/**
 * Refuses a selection without tests, and a ref that does not exist, before anything is queued, as far as the catalogs of the environments
 * are available. Errors: SELECTION_EMPTY, SELECTION_UNKNOWN, REF_UNKNOWN, ENVIRONMENT_UNKNOWN.
 */
export async function checkSelection(
  context: Context,
  selection: Selection,
  { codes = [], ref }: { codes?: readonly string[] | undefined; ref?: string | undefined } = {},
): Promise<void> {
  if (isEmptySelection(selection)) throw new Fault('SELECTION_EMPTY', 'No test is selected.');
  const environments: Environment[] = [];
  for (const code of new Set(codes)) environments.push(await getEnvironment(context, code));
  const tests = await context.resolveSelection(selection, { environments, ref });
  if (tests?.length === 0) throw new Fault('SELECTION_EMPTY', 'The selection covers no test.');
}
