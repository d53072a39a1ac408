import type { Command } from 'commander';
import type { CliContext } from '../cli-context.ts';
import { serve } from './serve.ts';

export function registerServer(command: Command, context: CliContext): void {
  command
    .addHelpText(
      'after',
      '\nNeeds DATABASE_URL and LOCK_DSN, the same for all processes. With the workers in other processes (`matre worker`),\n' +
        'a restart of the server does not affect runs.\n\nExample:\n  MATRE_HOST=0.0.0.0 matre server',
    )
    .action(() => serve(context, { server: true }));
}
