import type { FastifyInstance } from 'fastify';
import type { Queue } from '../../queue/queue.ts';
import { channels, type Database } from '../../store/database/database.ts';

/**
 * What changed: `run` with its id, `environment` with its id (without one, any of them), `workers`, `schedules`; `reload`: anything
 * may have.
 */
export interface ServerChange {
  event: 'run' | 'environment' | 'workers' | 'schedules' | 'reload';
  data: string;
}

/** What the database tells of, heard once for the whole server. */
export interface Changes {
  /** Grows with each change: what was read before it may be old. */
  version(): number;
  /** Of a change that this server made itself, and may hear of a moment later. */
  made(): void;
  on(callback: (change: ServerChange) => void): () => void;
}

export function createChanges(
  server: FastifyInstance,
  { queue, database }: { queue: Pick<Queue, 'onRunChanged'>; database: Pick<Database, 'listen'> },
): Changes {
  const callbacks = new Set<(change: ServerChange) => void>();
  const stops: (() => Promise<void>)[] = [];
  let version = 0;

  const tell = (event: ServerChange['event'], data = '') => {
    version += 1;
    for (const callback of callbacks) callback({ event, data });
  };
  server.addHook('onReady', async () => {
    stops.push(
      await queue.onRunChanged((id) => (id === undefined ? tell('reload') : tell('run', String(id)))),
      // The connection that broke is told of once, by the runs.
      await database.listen(channels.change, (payload) => {
        const [what = '', id = ''] = payload.split(' ');
        if (what === 'workers') tell('workers');
        else if (what.startsWith('environment')) tell('environment', id);
      }),
      await database.listen(channels.schedule, (payload) => {
        if (payload === '') tell('schedules');
      }),
    );
  });
  server.addHook('preClose', async () => {
    for (const stop of stops.splice(0)) await stop();
  });

  return {
    version: () => version,
    made() {
      version += 1;
    },
    on(callback) {
      callbacks.add(callback);
      return () => callbacks.delete(callback);
    },
  };
}
