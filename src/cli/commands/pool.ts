import type { Command } from 'commander';
import { listPool, prunePool, replaceContainer } from '../../operations/containers/containers.ts';
import { type CliContext, jsonOption, print } from '../cli-context.ts';
import { colourOf } from '../output/format.ts';
import { printTable } from '../output/table.ts';

export function registerPool(pool: Command, context: CliContext): void {
  pool
    .command('list')
    .description('list the containers of the pool, and why any of them is replaced')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre pool list')
    .action(async (options) => {
      const list = await context.withCaller((caller) => caller.call(listPool, {}));
      print(context, options, list, (output) => {
        if (list.containers.length === 0)
          return output.line(
            'There are no containers; the first run on an environment creates its container.',
          );
        printTable(
          output,
          [
            { heading: 'Container', text: ({ name }) => name },
            { heading: 'Environment', text: ({ environment }) => environment ?? 'removed' },
            {
              heading: 'State',
              text: ({ state }) => state,
              colour: (text) => colourOf(output.paint, text.trim() === 'running' ? 'passed' : 'failed', text),
            },
            { heading: 'Image', text: ({ image }) => image },
            { heading: 'Note', text: ({ note }) => note ?? '' },
          ],
          list.containers,
        );
      });
    });

  pool
    .command('replace')
    .description('replace the container of an environment with a new one')
    .argument('<code>', 'environment')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre pool replace preprod-us')
    .action(async (environment: string, options) => {
      const replaced = await context.withCaller((caller) => caller.call(replaceContainer, { environment }));
      print(context, options, replaced, (output) => output.line(`${replaced.name} was replaced.`));
    });

  pool
    .command('prune')
    .description('remove containers of environments that no longer exist')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre pool prune')
    .action(async (options) => {
      const { removed } = await context.withCaller((caller) => caller.call(prunePool, {}));
      print(context, options, { removed }, (output) => {
        if (removed.length === 0) output.line('Nothing to remove.');
        for (const name of removed) output.line(`${name} was removed.`);
      });
    });
}
