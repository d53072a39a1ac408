import type { App } from '../../app/app.ts';
import { Fault } from '../../faults/fault.ts';
import { createLog } from '../../log.ts';
import type { RunningServer } from '../../server/http/server.ts';
import type { CliContext } from '../cli-context.ts';
import { untilStopped } from '../stop-signals.ts';
import { version } from '../version.ts';

/** What runs in a process. Only one with all of it may use the embedded database, which is for one process. */
export interface Parts {
  server?: true;
  workers?: true;
  scheduler?: true;
}

/** Runs parts of matre in this process until it is stopped. Errors: CONFIG_INVALID, and those of opening and listening. */
export async function serve({ terminal, config: load }: CliContext, parts: Parts): Promise<void> {
  const config = load();
  const whole = parts.server && parts.workers && parts.scheduler;
  if (!whole && config.store.databaseUrl === undefined) {
    throw new Fault(
      'CONFIG_INVALID',
      'DATABASE_URL is not set: the embedded database is for one process, so everything has to run in it. Use `matre up`.',
    );
  }
  // Loaded here, so that other commands start sooner.
  const { openApp } = await import('../../app/app.ts');
  const log = createLog({ level: config.log.level, pretty: terminal.stderr.interactive });
  const app = await openApp(config, { log });
  try {
    const server = parts.server && (await listen(app));
    try {
      if (parts.workers) await app.startWorkers();
      if (parts.scheduler) app.startScheduler();
      if (server) await app.publish(server);
      const workers = `${config.worker.slots} workers are up.`;
      terminal.stdout.line(
        server ? `matre is up at ${server.url}` : parts.workers ? workers : 'The scheduler is up.',
      );
      await untilStopped(terminal, app, parts.workers ? undefined : 'Stopping.');
    } finally {
      await server?.close();
    }
  } finally {
    await app.close();
  }
}

async function listen({ context }: App): Promise<RunningServer> {
  const { startServer } = await import('../../server/http/server.ts');
  return startServer(context, version());
}
