import type { Command } from 'commander';
import type { CliContext } from '../cli-context.ts';
import { serve } from './serve.ts';

export function registerScheduler(program: Command, context: CliContext): void {
  program
    .command('scheduler')
    .description('fire schedules only; more than one may run, each time is fired once')
    .addHelpText(
      'after',
      '\nNeeds DATABASE_URL and LOCK_DSN, which all processes share. `matre up` has a scheduler already. While the\n' +
        'database is away it waits; what was due meanwhile is caught up or skipped as each schedule says.\n' +
        '\nExample:\n  DATABASE_URL=postgres://matre@db/matre LOCK_DSN=redis://redis:6379 matre scheduler',
    )
    .action(() => serve(context, { scheduler: true }));
}
