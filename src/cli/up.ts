import type { Command } from 'commander';
import { createLog } from '../log.ts';
import type { Session } from './session.ts';
import { untilStopped } from './stop.ts';
import { version } from './version.ts';

export function registerUp(program: Command, session: Session): void {
  program
    .command('up')
    .description('start the server and the workers in this process; nothing else is needed')
    .addHelpText(
      'after',
      '\nSIGTERM or Ctrl-C stops it cleanly: tests under way end, runs go back to the queue with what they have.' +
        '\nA second one stops at once.\n\nExample:\n  MATRE_WORKERS=8 matre up',
    )
    .action(async () => {
      const { terminal } = session;
      // Loaded here, so that other commands start sooner.
      const { openApp } = await import('../app.ts');
      const { startServer } = await import('../server/server.ts');
      const config = session.config();
      const log = createLog({ level: config.log.level, pretty: terminal.stderr.interactive });
      const app = await openApp(config, { log });
      try {
        const server = await startServer(app.context, version());
        try {
          await app.startWorkers();
          await app.publish(server);
          terminal.stdout.line(`matre is up at ${server.url}`);
          await untilStopped(terminal, app);
        } finally {
          await server.close();
        }
      } finally {
        await app.close();
      }
    });
}
