import type { Command } from 'commander';
import { listLocks, releaseLock } from '../../operations/containers/locks.ts';
import { type CliContext, jsonOption, print } from '../cli-context.ts';
import { ago, span } from '../output/format.ts';
import { printTable } from '../output/table.ts';

export function registerLocks(program: Command, context: CliContext): void {
  const locks = program.command('locks').description('the locks that keep runs apart');

  locks
    .command('list')
    .description('list the locks that are held, and by whom')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre locks list')
    .action(async (options) => {
      const found = await context.withCaller((caller) => caller.call(listLocks, {}));
      print(context, options, found, (output) => {
        if (found.locks.length === 0) return output.line('No lock is held.');
        printTable(
          output,
          [
            { heading: 'Lock', text: ({ name }) => name },
            { heading: 'Since', text: ({ since }) => ago(since) },
            {
              heading: 'Ends',
              text: ({ expiresInMs }) => (expiresInMs === null ? 'when released' : `in ${span(expiresInMs)}`),
            },
            { heading: 'Owner', text: ({ owner }) => owner },
          ],
          found.locks,
        );
      });
    });

  locks
    .command('release')
    .description('take a lock away from its holder, which stops what it does')
    .argument('<name>', 'as `matre locks list` shows it')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre locks release test_runner_env_processing_3')
    .action(async (name: string, options) => {
      const released = await context.withCaller((caller) => caller.call(releaseLock, { name }));
      print(context, options, released, (output) => output.line(`${name} was released.`));
    });
}
