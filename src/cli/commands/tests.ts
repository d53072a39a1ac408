import type { Command } from 'commander';
import type { z } from 'zod';
import { type CatalogTestView, listTests } from '../../operations/tests/tests.ts';
import { type CliContext, jsonOption, print } from '../cli-context.ts';
import { clean } from '../output/format.ts';
import { printTable } from '../output/table.ts';

type Catalog = z.output<typeof listTests.output>;

export function registerTests(command: Command, context: CliContext): void {
  command
    .argument('[text]', 'only those whose name, title, group or suite contains this text')
    .option('-e, --env <code>', 'with the image and the test modules of an environment')
    .option('-g, --group <name>', 'only those of a group')
    .option('-s, --suite <name>', 'only those of a suite')
    .option('--ref <ref>', 'at a branch, tag or commit of the first test module')
    .option('--names', 'print only the names of tests, groups and suites, one a line, for completion')
    .addOption(jsonOption())
    .addHelpText('after', '\nExamples:\n  matre tests checkout\n  matre tests --group smoke')
    .action(async (search: string | undefined, options) => {
      const all = await context.withCaller((caller) =>
        caller.call(listTests, { search, environment: options.env, ref: options.ref }),
      );
      const catalog = within(all, options);
      print(context, options, catalog, (output) => {
        const { tests, groups, suites, commit } = catalog;
        if (options.names) {
          for (const { name } of [...tests, ...groups, ...suites]) output.line(name);
          return;
        }
        if (tests.length + groups.length + suites.length === 0) {
          output.line(emptyText(search ?? options.group ?? options.suite));
          return;
        }
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
        const listText = (all: typeof groups) =>
          all.map(({ name, tests }) => `${name} (${tests})`).join(', ');
        output.line();
        if (groups.length > 0) output.line(`Groups: ${listText(groups)}`);
        if (suites.length > 0) output.line(`Suites: ${listText(suites)}`);
        output.line(`Tests: ${tests.length}, at ${commit.id.slice(0, 12)} ${clean(commit.subject)}`);
      });
    });
}

/** The part of a catalog that is in a group and in a suite, as far as they are named. */
function within(
  catalog: Catalog,
  { group, suite }: { group?: string | undefined; suite?: string | undefined },
): Catalog {
  if (group === undefined && suite === undefined) return catalog;
  const isIn = ({ groups, suites }: CatalogTestView) =>
    (group === undefined || groups.includes(group)) && (suite === undefined || suites.includes(suite));
  return {
    ...catalog,
    tests: catalog.tests.filter(isIn),
    groups: catalog.groups.filter(({ name }) => name === group),
    suites: catalog.suites.filter(({ name }) => name === suite),
  };
}

function emptyText(search: string | undefined): string {
  return search === undefined
    ? 'The test module has no tests.'
    : `No test, group or suite contains "${clean(search)}". \`matre tests\` lists all.`;
}

function noteOf({ skipped, unusable }: CatalogTestView): string {
  if (unusable !== null) return `cannot be generated: ${unusable}`;
  return skipped === null ? '' : `skipped: ${skipped}`;
}
