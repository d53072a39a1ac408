import { lockNames } from '../../../src/locks/lock.ts';
import { containerName } from '../../../src/model/environment.ts';
import { startTestServer, type TestServer } from '../../support/app.ts';
import { fillDatabase } from './database.ts';
import { writeRunFiles } from './files.ts';
import { environmentCode } from './names.ts';
import { longParts } from './parts.ts';
import type { RunRows } from './runs.ts';

export interface LongDataServer extends TestServer {
  /** Runs that views are opened with. */
  ids: RunRows['ids'];
}

/** A server with long names in everything that the page shows. Nothing is executed. `settings` are those of a process. */
export async function startLongDataServer(settings: Record<string, string> = {}): Promise<LongDataServer> {
  const server = await startTestServer({
    // The doctor waits for workers and shops that do not exist.
    settings: { MATRE_ENGINE: 'sandbox', MATRE_DOCTOR_TIMEOUT: '5s', ...settings },
    parts: await longParts(),
  });
  const { context } = server.app;
  const ids = await fillDatabase(context);
  await writeRunFiles(context, ids.failed);
  const owner = `run ${ids.running} of ${environmentCode(0)}, worker harbour-worker-03.northern-warehouse.example.org/4711/1`;
  for (const name of [
    lockNames.environment(1),
    lockNames.execution(1),
    lockNames.container(containerName(1, 1)),
  ]) {
    await context.locks.acquire(name, { owner });
  }
  return { ...server, ids };
}
