import type { Command } from 'commander';
import type { CliContext } from '../cli-context.ts';
import { serve } from './serve.ts';

export function registerScheduler(command: Command, context: CliContext): void {
  command
    .addHelpText(
      'after',
      '\nNeeds DATABASE_URL and LOCK_DSN, the same for all processes. `matre up` includes a scheduler. While the database is\n' +
        'unavailable the scheduler waits; times that pass meanwhile are caught up or skipped by the rules of each schedule.\n' +
        '\nExample:\n  DATABASE_URL=postgres://matre@db/matre LOCK_DSN=redis://redis:6379 matre scheduler',
    )
    .action(() => serve(context, { scheduler: true }));
}
