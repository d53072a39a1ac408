import { createLog } from '../log.ts';
import type { Session } from './session.ts';
import { untilStopped } from './stop.ts';
import { version } from './version.ts';

/** Runs the server in this process until it is stopped, with workers and a scheduler beside it or without. */
export async function serve(
  { terminal, config: load }: Session,
  options: { workers: boolean },
): Promise<void> {
  // Loaded here, so that other commands start sooner.
  const { openApp } = await import('../app.ts');
  const { startServer } = await import('../server/server.ts');
  const config = load();
  const log = createLog({ level: config.log.level, pretty: terminal.stderr.interactive });
  const app = await openApp(config, { log });
  try {
    const server = await startServer(app.context, version());
    try {
      if (options.workers) {
        await app.startWorkers();
        app.startScheduler();
      }
      await app.publish(server);
      terminal.stdout.line(`matre is up at ${server.url}`);
      await untilStopped(terminal, app);
    } finally {
      await server.close();
    }
  } finally {
    await app.close();
  }
}
