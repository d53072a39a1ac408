import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { runId } from '../../operations/core/fields.ts';
import type { Changes, ServerChange } from './changes.ts';
import { createEventHistory } from './event-history.ts';

const defaults = {
  /** A comment from time to time: proxies close connections that are silent. */
  beatMs: 15_000,
  /** A listener that leaves this much unread is gone or stuck, and is cut off; it asks again if it lives. */
  unreadLimitBytes: 1024 * 1024,
  /** Of a busy installation some minutes, in 100 kB. */
  kept: 2_000,
};

/** What a listener asked for: everything, or one run. */
const query = z.strictObject({ run: runId.optional() });

/**
 * `/api/events`: a stream of server-sent events that name what changed, see `ServerChange`. `reload` says that changes may have
 * been missed, so look at everything again; it comes first, unless `Last-Event-ID` names an event that is remembered. Nothing else
 * is in it: whoever wants to know more asks. `?run=` leaves out what does not concern one run.
 */
export function mountEvents(
  server: FastifyInstance,
  changes: Pick<Changes, 'on'>,
  options: Partial<typeof defaults> & { isValid(request: FastifyRequest): Promise<boolean> },
): void {
  const { beatMs: heartbeatMs, unreadLimitBytes, kept, isValid: stillWelcome } = { ...defaults, ...options };
  const history = createEventHistory({ kept });
  const listeners = new Map<FastifyReply['raw'], { request: FastifyRequest; wanted: Wanted }>();

  const send = (text: string, change?: ServerChange) => {
    for (const [listener, { wanted }] of listeners) {
      if (change && !wanted(change)) continue;
      if (listener.writableLength > unreadLimitBytes) listener.destroy();
      else listener.write(text);
    }
  };
  /** Whoever has signed out meanwhile, or was removed, hears no more. */
  const dismiss = async () => {
    for (const [listener, { request }] of listeners) {
      // Without an answer of the database nobody is sent away: it would all be asked again at once.
      if (await stillWelcome(request).catch(() => true)) continue;
      listeners.delete(listener);
      endAtOnce(listener);
    }
  };
  const heartbeat = setInterval(() => {
    send(': beat\n\n');
    void dismiss();
  }, heartbeatMs);
  heartbeat.unref();

  const stopListening = changes.on((change) => send(history.add(change), change));
  server.addHook('preClose', async () => {
    clearInterval(heartbeat);
    stopListening();
    for (const listener of listeners.keys()) listener.end();
  });

  server.get('/api/events', { schema: { hide: true, querystring: query } }, (request, reply) => {
    const wanted = wantedBy(request.query as z.output<typeof query>);
    beginStream(reply);
    const missed = history.after(lastEventId(request), wanted);
    if (missed !== '') reply.raw.write(missed);
    listeners.set(reply.raw, { request, wanted });
    reply.raw.on('close', () => listeners.delete(reply.raw));
  });
}

type Wanted = (change: ServerChange) => boolean;

function wantedBy({ run }: z.output<typeof query>): Wanted {
  if (run === undefined) return () => true;
  return ({ event, data }) => event === 'reload' || (event === 'run' && data === String(run));
}

/** What a client that comes back has heard last. */
export function lastEventId({ headers }: FastifyRequest): string | undefined {
  const id = headers['last-event-id'];
  return typeof id === 'string' ? id : undefined;
}

/** From here on events are written to `reply.raw`. */
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

/** Ends a stream now: what its reader has left unread would keep it open for as long as nobody reads. */
export function endAtOnce(stream: ServerResponse): void {
  if (stream.writableLength > 0) stream.destroy();
  else stream.end();
}
