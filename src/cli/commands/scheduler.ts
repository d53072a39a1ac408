import type { Command } from 'commander';
import type { CliContext } from '../cli-context.ts';
import { serve } from './serve.ts';

export function registerScheduler(program: Command, context: CliContext): void {
  program
    .command('scheduler')
    .description('start a scheduler only; with several of them each time still fires once')
    .addHelpText(
      'after',
      '\nNeeds DATABASE_URL and LOCK_DSN, the same for all processes. `matre up` includes a scheduler. While the database is\n' +
        'unavailable the scheduler waits; times that pass meanwhile are caught up or skipped by the rules of each schedule.\n' +
        '\nExample:\n  DATABASE_URL=postgres://matre@db/matre LOCK_DSN=redis://redis:6379 matre scheduler',
    )
    .action(() => serve(context, { scheduler: true }));
}
