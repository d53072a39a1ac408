import type { Command } from 'commander';
import type { CliContext } from '../cli-context.ts';
import { serve } from './serve.ts';

export function registerUp(program: Command, context: CliContext): void {
  program
    .command('up')
    .description('start the server and the workers in this process; nothing else is needed')
    .addHelpText(
      'after',
      '\nSIGTERM or Ctrl-C stops it cleanly: tests under way end, runs go back to the queue with what they have.' +
        '\nA second one stops at once.\n\nExample:\n  MATRE_WORKERS=8 matre up',
    )
    .action(() => serve(context, { server: true, workers: true, scheduler: true }));
}
