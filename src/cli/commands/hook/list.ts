import type { Command } from 'commander';
import type { ListedHookView } from '../../../operations/hooks/hook-view.ts';
import { listHooks } from '../../../operations/hooks/hooks.ts';
import { type CliContext, jsonOption, print } from '../../cli-context.ts';
import { clean } from '../../output/format.ts';
import { printTable } from '../../output/table.ts';

export function registerList(hook: Command, context: CliContext): void {
  hook
    .command('list')
    .description('list hooks in the order of their execution')
    .option('-e, --env <code>', 'those of an environment, with their last executions')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre hook list -e preprod-us')
    .action(async (options) => {
      const answer = await context.withCaller((caller) =>
        caller.call(listHooks, { environment: options.env }),
      );
      print(context, options, answer, (output) => {
        if (answer.hooks.length === 0) return output.line('There are no hooks; see matre hook add --help.');
        printTable(
          output,
          [
            { heading: 'Moment', text: ({ moment }) => moment },
            { heading: 'Position', text: ({ position }) => String(position) },
            { heading: 'Name', text: ({ name }) => name },
            { heading: 'Environment', text: ({ environment }) => environment ?? 'all' },
            { heading: 'State', text: stateOf },
            {
              heading: 'Last',
              text: ({ last }) => (last === null ? '' : `${last.state} in run ${last.run}`),
            },
            { heading: 'Action', text: ({ summary }) => clean(summary) },
          ],
          answer.hooks,
        );
      });
    });
}

function stateOf({ enabled, replaced }: ListedHookView): string {
  if (replaced) return 'replaced';
  return enabled ? 'on' : 'off';
}
