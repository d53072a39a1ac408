import type { Command } from 'commander';
import type { CliContext } from '../cli-context.ts';
import { serve } from './serve.ts';

export function registerWorker(command: Command, context: CliContext): void {
  command
    .addHelpText(
      'after',
      '\nNeeds DATABASE_URL and LOCK_DSN, the same for all processes.\n' +
        '\nExample:\n  DATABASE_URL=postgres://matre@db/matre LOCK_DSN=redis://redis:6379 matre worker',
    )
    .action(() => serve(context, { workers: true }));
}
