import type { Command } from 'commander';
import { listLocks, releaseLock } from '../../operations/containers/locks.ts';
import { type CliContext, jsonOption, print } from '../cli-context.ts';
import { ago, durationText } from '../output/format.ts';
import { printTable } from '../output/table.ts';

export function registerLocks(locks: Command, context: CliContext): void {
  locks
    .command('list')
    .description('list held locks and their owners')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre locks list')
    .action(async (options) => {
      const list = await context.withCaller((caller) => caller.call(listLocks, {}));
      print(context, options, list, (output) => {
        if (list.locks.length === 0) return output.line('No lock is held.');
        printTable(
          output,
          [
            { heading: 'Lock', text: ({ name }) => name },
            { heading: 'Since', text: ({ since }) => ago(since) },
            {
              heading: 'Ends',
              text: ({ expiresInMs }) =>
                expiresInMs === null ? 'when released' : `in ${durationText(expiresInMs)}`,
            },
            { heading: 'Owner', text: ({ owner }) => owner },
          ],
          list.locks,
        );
      });
    });

  locks
    .command('release')
    .description('force-release a lock; its holder stops its work')
    .argument('<name>', 'as shown by `matre locks list`')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre locks release test_runner_env_processing_3')
    .action(async (name: string, options) => {
      const released = await context.withCaller((caller) => caller.call(releaseLock, { name }));
      print(context, options, released, (output) => output.line(`${name} was released.`));
    });
}
