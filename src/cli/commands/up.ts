import type { Command } from 'commander';
import type { CliContext } from '../cli-context.ts';
import { serve } from './serve.ts';

export function registerUp(program: Command, context: CliContext): void {
  program
    .command('up')
    .description('start server, workers and scheduler in this process; nothing else is needed')
    .addHelpText(
      'after',
      '\nSIGTERM or Ctrl-C stops after the running tests; unfinished runs return to the queue with their results.' +
        '\nA second signal stops at once.\n\nExample:\n  MATRE_WORKERS=8 matre up',
    )
    .action(() => serve(context, { server: true, workers: true, scheduler: true }));
}
