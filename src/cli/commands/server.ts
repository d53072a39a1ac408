import type { Command } from 'commander';
import type { CliContext } from '../cli-context.ts';
import { serve } from './serve.ts';

export function registerServer(program: Command, context: CliContext): void {
  program
    .command('server')
    .description('start the server only: the page and the API; the workers are other processes')
    .addHelpText(
      'after',
      '\nNeeds DATABASE_URL and LOCK_DSN, which all processes share. With `matre worker` beside it, a server can be\n' +
        'restarted without touching a run.\n\nExample:\n  MATRE_HOST=0.0.0.0 matre server',
    )
    .action(() => serve(context, { server: true }));
}
