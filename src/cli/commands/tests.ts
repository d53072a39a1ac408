import type { Command } from 'commander';
import type { z } from 'zod';
import { createCover } from '../../model/playwright-cover.ts';
import { shortCommit } from '../../model/short-commit.ts';
import { type CatalogTestView, listTests } from '../../operations/tests/tests.ts';
import { type CliContext, jsonOption, print } from '../cli-context.ts';
import { clean } from '../output/format.ts';
import { printTable } from '../output/table.ts';
import type { Output } from '../output/terminal.ts';
import { type PlaywrightOptions, playwrightOptions, readPlaywright } from '../selection-options.ts';

type Catalog = z.output<typeof listTests.output>;

export function registerTests(command: Command, context: CliContext): void {
  command
    .argument('[text]', 'only those whose name, title, group or suite contains this text')
    .option('-e, --env <code>', 'with the image and the test modules of an environment')
    .option('-g, --group <name>', 'only those of a group')
    .option('-s, --suite <name>', 'only those of a suite')
    .option('--ref <ref>', 'at a branch, tag or commit of the first test module; of MFTF')
    .option('--playwright', 'only tests of Playwright');
  for (const option of playwrightOptions('only tests of Playwright')) command.addOption(option);
  command
    .option('--names', 'print only the names of tests, groups and suites, one a line, for completion')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExamples:\n  matre tests checkout\n  matre tests --group smoke\n  matre tests --playwright-tag @smoke',
    )
    .action(async (search: string | undefined, options) => {
      const all = await context.withCaller((caller) =>
        caller.call(listTests, { search, environment: options.env, ref: options.ref }),
      );
      const catalog = within(all, options);
      print(context, options, catalog, (output) => {
        const { tests, groups, suites, playwright } = catalog;
        const testsOfPlaywright = playwright?.tests ?? [];
        if (options.names) {
          const names = [...tests, ...groups, ...suites, ...testsOfPlaywright].map(({ name }) => name);
          for (const name of new Set(names)) output.line(name);
          return;
        }
        if (tests.length + groups.length + suites.length + testsOfPlaywright.length === 0) {
          output.line(
            emptyText(search ?? options.group ?? options.suite, readPlaywright(options) !== undefined),
          );
          return;
        }
        if (tests.length + groups.length + suites.length > 0) printMftf(output, catalog);
        if (testsOfPlaywright.length === 0 || playwright === undefined) return;
        if (tests.length > 0) output.line();
        printPlaywright(output, playwright);
      });
    });
}

function printMftf(output: Output, { tests, groups, suites, commit }: Catalog): void {
  printTable(
    output,
    [
      { heading: 'Test', text: ({ name }) => name },
      { heading: 'Suites', text: ({ suites }) => suites.join(', ') || '-' },
      { heading: 'Groups', text: ({ groups }) => groups.join(', ') || '-' },
      { heading: 'Note', text: noteOf },
    ],
    tests,
  );
  const listText = (all: typeof groups) => all.map(({ name, tests }) => `${name} (${tests})`).join(', ');
  output.line();
  if (groups.length > 0) output.line(`Groups: ${listText(groups)}`);
  if (suites.length > 0) output.line(`Suites: ${listText(suites)}`);
  output.line(`Tests: ${tests.length}, at ${shortCommit(commit.id)} ${clean(commit.subject)}`);
}

function printPlaywright(
  output: Output,
  { tests, commit, listedAt }: NonNullable<Catalog['playwright']>,
): void {
  printTable(
    output,
    [
      { heading: 'Test of Playwright', text: ({ name }) => name },
      { heading: 'Project', text: ({ project }) => project ?? '-' },
      { heading: 'Tags', text: ({ tags }) => tags.join(', ') || '-' },
      { heading: 'Note', text: ({ skipped }) => (skipped ? 'skipped' : '') },
    ],
    tests,
  );
  output.line();
  const at = `${shortCommit(commit)}, as a run listed them at ${listedAt.slice(0, 16)}`;
  output.line(`Tests of Playwright: ${tests.length}, at ${at}`);
}

/** The part of a catalog that is in a group and in a suite, and what is covered of Playwright, as far as they are named. */
function within(
  { playwright: list, ...catalog }: Catalog,
  options: PlaywrightOptions & { group?: string | undefined; suite?: string | undefined },
): Catalog {
  const { group, suite } = options;
  const selection = readPlaywright(options);
  if (selection !== undefined) {
    const covers = createCover(selection);
    const tests = list?.tests.filter(({ project, ...test }) =>
      covers({ ...test, suite: project ?? undefined }),
    );
    return {
      ...catalog,
      tests: [],
      groups: [],
      suites: [],
      ...(list && tests && { playwright: { ...list, tests } }),
    };
  }
  if (group === undefined && suite === undefined) return { ...catalog, ...(list && { playwright: list }) };
  const isIn = ({ groups, suites }: CatalogTestView) =>
    (group === undefined || groups.includes(group)) && (suite === undefined || suites.includes(suite));
  return {
    ...catalog,
    tests: catalog.tests.filter(isIn),
    groups: catalog.groups.filter(({ name }) => name === group),
    suites: catalog.suites.filter(({ name }) => name === suite),
  };
}

function emptyText(search: string | undefined, isOfPlaywright: boolean): string {
  if (isOfPlaywright)
    return 'No such test of Playwright is known. A run with tests of Playwright lists all of them.';
  return search === undefined
    ? 'The test module has no tests.'
    : `No test, group or suite contains "${clean(search)}". \`matre tests\` lists all.`;
}

function noteOf({ skipped, unusable }: CatalogTestView): string {
  if (unusable !== null) return `cannot be generated: ${unusable}`;
  return skipped === null ? '' : `skipped: ${skipped}`;
}
