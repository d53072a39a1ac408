import type { Command } from 'commander';
import type { z } from 'zod';
import { shortCommit } from '../../model/short-commit.ts';
import { listChangedTests } from '../../operations/tests/changed-tests.ts';
import { type CliContext, jsonOption, print } from '../cli-context.ts';
import { printChangedTests, printLost } from '../output/changes.ts';
import { clean, plural } from '../output/format.ts';
import type { Output } from '../output/terminal.ts';

/** Lines that are printed without --all. */
const usualTests = 100;

const helpFooter = `
Lists the tests that differ between a ref and the newest commit of the first test module (or --ref), and why: a step, data, an
element, a page, metadata, a helper, a suite, annotations, or a file that they attach. What is compared is what MFTF would run
after merging and extending, not names of files: a test that only moved in its file is not listed. Other test modules are at
their newest commits on both sides.

The ref is a branch, a tag, a whole ref or a commit of the repository of the test module. With --merge-base the comparison
begins where the tested commit left the ref, as the changes of a pull request do. With --since-env the earlier side has the
image of another environment: an upgrade of Magento changes tests, too.

Examples:
  matre changed main --ref feature/cart -e preprod-us --merge-base
  matre changed main -e stage-245 --since-env stage-244
  matre run --changed-since main --ref feature/cart -e preprod-us --watch
  matre steps CheckoutTest --changed-since main`;

export function registerChanged(command: Command, context: CliContext): void {
  command
    .argument('<ref>', 'branch, tag or commit to compare with')
    .option('-e, --env <code>', 'with the image, the test modules and the enabled modules of an environment')
    .option('--ref <ref>', 'at a branch, tag or commit of the first test module; by default its branch')
    .option('--merge-base', 'compare with the newest commit that both come from')
    .option('--since-env <code>', 'compare with the image and the modules of another environment')
    .option('--all', `print all tests, not only the first ${usualTests}`)
    .addOption(jsonOption())
    .addHelpText('after', helpFooter)
    .action(async (since: string, options) => {
      const changes = await context.withCaller((caller) =>
        caller.call(listChangedTests, {
          since,
          environment: options.env,
          ref: options.ref,
          mergeBase: options.mergeBase ? 'true' : undefined,
          sinceEnvironment: options.sinceEnv,
        }),
      );
      const max = options.all ? Number.MAX_SAFE_INTEGER : usualTests;
      print(context, options, changes, (output) => printChanges(output, changes, max));
    });
}

type Changes = z.output<typeof listChangedTests.output>;

function printChanges(
  output: Output,
  { commit, since, tests, lost, otherFiles }: Changes,
  max: number,
): void {
  printChangedTests(output, tests.slice(0, max));
  if (tests.length > max) output.line(`and ${tests.length - max} more (--all prints all)`);
  printLost(output, { lost, otherFiles });
  const range = `between ${shortCommit(since.id)} ${clean(since.subject)} and ${shortCommit(commit.id)} ${clean(commit.subject)}`;
  output.line(`${plural(tests.length, 'test')} changed ${range}`);
}
