import type { Command } from 'commander';
import { describeDifference } from '../../model/cest-check.ts';
import { shortCommit } from '../../model/short-commit.ts';
import { listCestChecks, resetCestChecks } from '../../operations/system/cest-checks.ts';
import { type CliContext, jsonOption, print } from '../cli-context.ts';
import { ago, plural } from '../output/format.ts';
import { printTable } from '../output/table.ts';

export function registerCests(cests: Command, context: CliContext): void {
  cests
    .command('list')
    .description('list the comparisons of Cests that matre wrote with those of MFTF, newest first')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre cests list')
    .action(async (options) => {
      const list = await context.withCaller((caller) => caller.call(listCestChecks, {}));
      print(context, options, list, (output) => {
        output.line(`MATRE_GENERATION is ${list.generation}.`);
        if (list.checks.length === 0) return output.line('No Cests were compared.');
        printTable(
          output,
          [
            { heading: 'Image', text: ({ imageId }) => imageId },
            { heading: 'MFTF', text: ({ mftfVersion }) => mftfVersion },
            { heading: 'Commit', text: ({ commit }) => shortCommit(commit) },
            { heading: 'Checked', text: ({ checkedAt }) => ago(checkedAt) },
            { heading: 'Tests', text: ({ tests }) => String(tests) },
            { heading: 'Outcome', text: ({ outcome }) => outcome },
          ],
          list.checks,
        );
        for (const { image, difference, reason } of list.checks) {
          if (difference !== null) output.line(`${image}: ${describeDifference(difference)}`);
          if (reason !== null) output.line(`${image}: ${reason}`);
        }
      });
    });

  cests
    .command('reset')
    .description('forget comparisons: runs use the Cests of matre again, and they are compared anew')
    .argument('[image-id]', 'as shown by `matre cests list`; by default all images')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre cests reset')
    .action(async (image: string | undefined, options) => {
      const reset = await context.withCaller((caller) =>
        caller.call(resetCestChecks, image === undefined ? {} : { image }),
      );
      print(context, options, reset, (output) =>
        output.line(
          `${plural(reset.removed, 'comparison')} ${reset.removed === 1 ? 'was' : 'were'} forgotten.`,
        ),
      );
    });
}
