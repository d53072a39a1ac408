import type { App } from '../../app/app.ts';
import { Fault } from '../../faults/fault.ts';
import { createLog } from '../../log.ts';
import type { RunningServer } from '../../server/http/server.ts';
import type { CliContext } from '../cli-context.ts';
import { waitForStop } from '../stop-signals.ts';
import { version } from '../version.ts';

/** The parts that a process runs. With the embedded database, which is for one process, it must run all of them. */
export interface Parts {
  server?: true;
  workers?: true;
  scheduler?: true;
}

/** Runs parts of matre in this process until a stop signal. Errors: CONFIG_INVALID, and those of `openApp` and `startServer`. */
export async function serve({ terminal, config: load }: CliContext, parts: Parts): Promise<void> {
  const config = await load();
  const hasAll = parts.server && parts.workers && parts.scheduler;
  if (!hasAll && config.store.databaseUrl === undefined) {
    throw new Fault(
      'CONFIG_INVALID',
      'DATABASE_URL is not set. The embedded database is for one process that runs all parts: use `matre up`, or set DATABASE_URL.',
    );
  }
  // Imported here, so that other commands start faster.
  const { openApp } = await import('../../app/app.ts');
  const log = createLog({ level: config.log.level, pretty: terminal.stderr.interactive });
  const app = await openApp(config, { log });
  try {
    const server = parts.server && (await listen(app));
    try {
      if (parts.workers) await app.startWorkers();
      if (parts.scheduler) app.startScheduler();
      app.startWatching();
      if (server) await app.publish(server);
      const workers = `${config.worker.slots} workers are up.`;
      terminal.stdout.line(
        server ? `matre is up at ${server.url}` : parts.workers ? workers : 'The scheduler is up.',
      );
      await waitForStop(terminal, app, parts.workers ? undefined : 'Stopping.');
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
