import { Fault } from '../faults/fault.ts';
import { createGlobMatcher } from '../model/glob.ts';
import { isPlaywrightTest, type PlaywrightTest } from '../model/playwright.ts';
import { createCover } from '../model/playwright-cover.ts';
import type { PlannedTest, Selection } from '../model/selection.ts';
import { defineTask } from '../threads/task.ts';
import { nameOfTest, readReport, type TestLine } from './report-lines.ts';

/**
 * Reads the list of tests that the reporter wrote to a folder. Errors: PLAYWRIGHT_PROJECT_INVALID with what Playwright says, or for lines
 * that are not those of the reporter.
 */
export const readList = defineTask(
  import.meta.url,
  'readList',
  async ({ folder }: { folder: string }): Promise<PlaywrightTest[]> => {
    const { lines, unreadable } = await readReport(folder);
    const error = lines.find((line) => line.kind === 'error');
    if (error) {
      const where = error.place ? `${error.place.file}:${error.place.line}: ` : '';
      throw invalid(
        `Playwright says: ${where}${withoutColours(error.message ?? 'an error without a message')}`,
      );
    }
    if (unreadable > 0) throw invalid(`${unreadable} lines of the list of its tests cannot be read.`);
    const tests = lines.flatMap((line) => (line.kind === 'test' ? [testOf(line)] : []));
    return [...new Map(tests.map((test) => [`${test.suite ?? ''}:${test.name}`, test])).values()];
  },
);

function testOf({ kind: _, project, ...line }: TestLine): PlaywrightTest {
  return { ...line, name: nameOfTest(line), suite: project === '' ? undefined : project };
}

const invalid = (message: string) => new Fault('PLAYWRIGHT_PROJECT_INVALID', message);

/** A text without the colours of a terminal. */
export function withoutColours(text: string): string {
  return text.replace(/\u001b\[[\d;]*[A-Za-z]/g, '');
}

/**
 * The tests that a selection covers, in their order: those that it names, and those of its Playwright part. Tests of a project that others
 * need are executed with these, so that they count only when they, their project or their file is named. In a thread, because a regular
 * expression may take long. Errors: SELECTION_EMPTY, SELECTION_UNKNOWN, INPUT_INVALID for a wrong expression.
 */
export const selectTests = defineTask(
  import.meta.url,
  'selectTests',
  async ({
    tests,
    selection,
  }: {
    tests: PlaywrightTest[];
    selection: Pick<Selection, 'tests' | 'exclude' | 'excludeSkipped' | 'playwright'>;
  }): Promise<PlannedTest[]> => {
    const ownNames = selection.tests.filter(isPlaywrightTest);
    const allNames = new Set(tests.flatMap(namesOf));
    const unknown = ownNames.filter((name) => !allNames.has(name));
    if (unknown.length > 0) {
      throw new Fault('SELECTION_UNKNOWN', `Playwright has no test ${unknown.slice(0, 10).join(', ')}.`);
    }
    const { playwright } = selection;
    const names = new Set(ownNames);
    const covers = playwright === undefined ? () => false : createCover(playwright);
    const exclusions = selection.exclude.filter(isPlaywrightTest).map(createGlobMatcher);
    const result = tests.filter(
      (test) =>
        (covers(test) || namesOf(test).some((name) => names.has(name))) &&
        !exclusions.some((matches) => namesOf(test).some(matches)) &&
        !(selection.excludeSkipped && test.skipped),
    );
    if (result.length === 0) {
      throw new Fault('SELECTION_EMPTY', `The selection covers none of ${tests.length} tests of Playwright.`);
    }
    return result.map(({ name, suite }) => ({ name, suite }));
  },
);

const namesOf = ({ name, suite }: PlannedTest) => (suite === undefined ? [name] : [name, `${suite}:${name}`]);
