import type { OutgoingHttpHeaders } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Queue } from '../queue/queue.ts';
import { createEventHistory, type ServerEvent } from './event-history.ts';

const defaults = {
  /** A comment from time to time: proxies close connections that are silent. */
  beatMs: 15_000,
  /** A listener that leaves this much unread is gone or stuck, and is cut off; it asks again if it lives. */
  unreadLimitBytes: 1024 * 1024,
  /** Of a busy installation some minutes, in 100 kB. */
  kept: 2_000,
};

/**
 * `/api/events`: a stream of server-sent events, one `run` with the id of each run that changed. `reload` says that changes
 * may have been missed, so look at everything again; it comes first, unless `Last-Event-ID` names an event that is remembered.
 * Nothing else is in it: whoever wants to know more asks. All listeners share one listener of the database.
 */
export function mountEvents(
  server: FastifyInstance,
  queue: Pick<Queue, 'onRunChanged'>,
  options: Partial<typeof defaults> & { stillWelcome(request: FastifyRequest): Promise<boolean> },
): void {
  const { beatMs, unreadLimitBytes, kept, stillWelcome } = { ...defaults, ...options };
  const history = createEventHistory({ kept });
  const listeners = new Map<FastifyReply['raw'], FastifyRequest>();
  let stopListening: () => Promise<void> = async () => {};

  const send = (text: string) => {
    for (const listener of listeners.keys()) {
      if (listener.writableLength > unreadLimitBytes) listener.destroy();
      else listener.write(text);
    }
  };
  /** Whoever has signed out meanwhile, or was removed, hears no more. */
  const dismiss = async () => {
    for (const [listener, request] of listeners) {
      // Without an answer of the database nobody is sent away: it would all be asked again at once.
      if (!(await stillWelcome(request).catch(() => true))) listener.end();
    }
  };
  const beat = setInterval(() => {
    send(': beat\n\n');
    void dismiss();
  }, beatMs);
  beat.unref();

  server.addHook('onReady', async () => {
    stopListening = await queue.onRunChanged((id) => {
      const event: ServerEvent =
        id === undefined ? { event: 'reload', data: '' } : { event: 'run', data: String(id) };
      send(history.add(event));
    });
  });
  server.addHook('preClose', async () => {
    clearInterval(beat);
    await stopListening();
    for (const listener of listeners.keys()) listener.end();
  });

  server.get('/api/events', { schema: { hide: true } }, (request, reply) => {
    const lastId = request.headers['last-event-id'];
    reply.hijack();
    reply.raw.writeHead(200, {
      ...(reply.getHeaders() as OutgoingHttpHeaders),
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    reply.raw.flushHeaders();
    const missed = history.after(typeof lastId === 'string' ? lastId : undefined);
    if (missed !== '') reply.raw.write(missed);
    listeners.set(reply.raw, request);
    reply.raw.on('close', () => listeners.delete(reply.raw));
  });
}
