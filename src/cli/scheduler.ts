import type { Command } from 'commander';
import { Fault } from '../errors.ts';
import { createLog } from '../log.ts';
import type { Session } from './session.ts';
import { untilStopped } from './stop.ts';

export function registerScheduler(program: Command, session: Session): void {
  program
    .command('scheduler')
    .description('fire schedules only; more than one may run, each time is fired once')
    .addHelpText(
      'after',
      '\nNeeds DATABASE_URL and LOCK_DSN, which all processes share. `matre up` has a scheduler already. While the\n' +
        'database is away it waits; what was due meanwhile is caught up or skipped as each schedule says.\n' +
        '\nExample:\n  DATABASE_URL=postgres://matre@db/matre LOCK_DSN=redis://redis:6379 matre scheduler',
    )
    .action(async () => {
      const { terminal } = session;
      const config = session.config();
      if (config.store.databaseUrl === undefined) {
        throw new Fault(
          'CONFIG_INVALID',
          'DATABASE_URL is not set: the embedded database is for one process, and `matre up` has a scheduler already.',
        );
      }
      // Loaded here, so that other commands start sooner.
      const { openApp } = await import('../app.ts');
      const log = createLog({ level: config.log.level, pretty: terminal.stderr.interactive });
      const app = await openApp(config, { log });
      try {
        app.startScheduler();
        terminal.stdout.line('The scheduler is up.');
        await untilStopped(terminal, app, 'Stopping.');
      } finally {
        await app.close();
      }
    });
}
