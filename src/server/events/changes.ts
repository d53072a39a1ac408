import type { FastifyInstance } from 'fastify';
import type { Queue } from '../../queue/queue.ts';
import { channels, type Database } from '../../store/database/database.ts';

type ServerEvent =
  | 'run'
  | 'environment'
  | 'workers'
  | 'schedules'
  | 'channels'
  | 'messages'
  | 'alerts'
  | 'reservations'
  | 'reload';

/**
 * A change: `run` with its id, `environment` with its id (empty: any environment), `workers`, `schedules`, `channels`,
 * `messages`, `alerts`, `reservations`; `reload`: anything may have changed.
 */
export interface ServerChange {
  event: ServerEvent;
  data: string;
}

/** Notifications of the database, with one subscription for the whole server. */
export interface Changes {
  /** Grows with each change. Data that was read at an older version may be stale. */
  version(): number;
  /** Increases the version after a change of this server, whose notification may arrive later. */
  invalidate(): void;
  /** Calls back on each change until the returned function is called. */
  on(callback: (change: ServerChange) => void): () => void;
}

/** Changes without an id, whose name is that of their event. */
const plainChanges = ['workers', 'channels', 'messages', 'alerts', 'reservations'] as const;

export function createChanges(
  server: FastifyInstance,
  { queue, database }: { queue: Pick<Queue, 'onRunChanged'>; database: Pick<Database, 'listen'> },
): Changes {
  const callbacks = new Set<(change: ServerChange) => void>();
  const stops: (() => Promise<void>)[] = [];
  let version = 0;

  const publish = (event: ServerChange['event'], data = '') => {
    version += 1;
    for (const callback of callbacks) callback({ event, data });
  };
  server.addHook('onReady', async () => {
    stops.push(
      await queue.onRunChanged((id) => (id === undefined ? publish('reload') : publish('run', String(id)))),
      // A reconnection is reported once, by the subscription to runs.
      await database.listen(channels.change, (payload) => {
        const [subject = '', id = ''] = payload.split(' ');
        const plain = plainChanges.find((each) => each === subject);
        if (plain) publish(plain);
        else if (subject.startsWith('environment')) publish('environment', id);
      }),
      await database.listen(channels.schedule, (payload) => {
        if (payload === '') publish('schedules');
      }),
    );
  });
  server.addHook('preClose', async () => {
    for (const stop of stops.splice(0)) await stop();
  });

  return {
    version: () => version,
    invalidate() {
      version += 1;
    },
    on(callback) {
      callbacks.add(callback);
      return () => callbacks.delete(callback);
    },
  };
}
