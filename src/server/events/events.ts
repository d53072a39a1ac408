import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { runId } from '../../operations/core/fields.ts';
import type { Changes, ServerChange } from './changes.ts';
import { createEventHistory } from './event-history.ts';

const defaults = {
  /** Interval of comments, because proxies close silent connections. */
  heartbeatMs: 15_000,
  /** A listener with this much unread data is gone or stuck. It is disconnected, and reconnects if it still exists. */
  unreadLimitBytes: 1024 * 1024,
  /** Length of the history: some minutes of a busy installation, 100 kB. */
  maxEvents: 2_000,
};

/** The filter of a listener: all changes, or those of one run. */
const query = z.strictObject({ run: runId.optional() });

/**
 * Serves `/api/events`: a stream of server-sent events that name what changed, see `ServerChange`, without the data itself. `reload`
 * means that changes may have been missed, so that a client must read everything again; it is the first event, unless
 * `Last-Event-ID` is in the history. `?run=` limits the stream to one run.
 */
export function mountEvents(
  server: FastifyInstance,
  changes: Pick<Changes, 'on'>,
  options: Partial<typeof defaults> & { isValid(request: FastifyRequest): Promise<boolean> },
): void {
  const { heartbeatMs, unreadLimitBytes, maxEvents, isValid } = { ...defaults, ...options };
  const history = createEventHistory({ maxEvents });
  const listeners = new Map<FastifyReply['raw'], { request: FastifyRequest; filter: Filter }>();

  const send = (text: string, change?: ServerChange) => {
    for (const [listener, { filter }] of listeners) {
      if (change && !filter(change)) continue;
      if (listener.writableLength > unreadLimitBytes) listener.destroy();
      else listener.write(text);
    }
  };
  /** Disconnects users who have signed out or were removed. */
  const disconnectInvalid = async () => {
    for (const [listener, { request }] of listeners) {
      // A failure of the database disconnects no one: all clients would reconnect at once.
      if (await isValid(request).catch(() => true)) continue;
      listeners.delete(listener);
      endAtOnce(listener);
    }
  };
  const heartbeat = setInterval(() => {
    send(': beat\n\n');
    void disconnectInvalid();
  }, heartbeatMs);
  heartbeat.unref();

  const stopListening = changes.on((change) => send(history.add(change), change));
  server.addHook('preClose', async () => {
    clearInterval(heartbeat);
    stopListening();
    for (const listener of listeners.keys()) listener.end();
  });

  server.get('/api/events', { schema: { hide: true, querystring: query } }, (request, reply) => {
    const filter = filterOf(request.query as z.output<typeof query>);
    beginStream(reply);
    const missed = history.after(lastEventId(request), filter);
    if (missed !== '') reply.raw.write(missed);
    listeners.set(reply.raw, { request, filter });
    reply.raw.on('close', () => listeners.delete(reply.raw));
  });
}

type Filter = (change: ServerChange) => boolean;

function filterOf({ run }: z.output<typeof query>): Filter {
  if (run === undefined) return () => true;
  return ({ event, data }) => event === 'reload' || (event === 'run' && data === String(run));
}

/** The id of the last event that a reconnecting client has received. */
export function lastEventId({ headers }: FastifyRequest): string | undefined {
  const id = headers['last-event-id'];
  return typeof id === 'string' ? id : undefined;
}

/** Starts an event stream; the caller writes the events to `reply.raw`. */
export function beginStream(reply: FastifyReply): void {
  reply.hijack();
  reply.raw.writeHead(200, {
    ...(reply.getHeaders() as OutgoingHttpHeaders),
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  reply.raw.flushHeaders();
}

/** Ends a stream at once, because unread data would keep it open until the client reads it. */
export function endAtOnce(stream: ServerResponse): void {
  if (stream.writableLength > 0) stream.destroy();
  else stream.end();
}
