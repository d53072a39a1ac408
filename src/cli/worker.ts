import type { Command } from 'commander';
import { Fault } from '../errors.ts';
import { createLog } from '../log.ts';
import type { Session } from './session.ts';
import { untilStopped } from './stop.ts';

export function registerWorker(program: Command, session: Session): void {
  program
    .command('worker')
    .description('start workers only: more processes, more hosts')
    .addHelpText(
      'after',
      '\nNeeds DATABASE_URL and LOCK_DSN, which all processes share.\n' +
        '\nExample:\n  DATABASE_URL=postgres://matre@db/matre LOCK_DSN=redis://redis:6379 matre worker',
    )
    .action(async () => {
      const { terminal } = session;
      const config = session.config();
      if (config.store.databaseUrl === undefined) {
        throw new Fault(
          'CONFIG_INVALID',
          'DATABASE_URL is not set: the embedded database is for one process, and `matre up` has workers already.',
        );
      }
      // Loaded here, so that other commands start sooner.
      const { openApp } = await import('../app.ts');
      const log = createLog({ level: config.log.level, pretty: terminal.stderr.interactive });
      const app = await openApp(config, { log });
      try {
        await app.startWorkers();
        terminal.stdout.line(`${config.worker.slots} workers are up.`);
        await untilStopped(terminal, app);
      } finally {
        await app.close();
      }
    });
}
