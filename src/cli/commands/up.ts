import type { Command } from 'commander';
import type { CliContext } from '../cli-context.ts';
import { serve } from './serve.ts';

export function registerUp(command: Command, context: CliContext): void {
  command
    .addHelpText(
      'after',
      '\nSIGTERM or Ctrl-C stops after the running tests; unfinished runs return to the queue with their results.' +
        '\nA second signal stops at once.\n\nExample:\n  MATRE_WORKERS=8 matre up',
    )
    .action(() => serve(context, { server: true, workers: true, scheduler: true }));
}
