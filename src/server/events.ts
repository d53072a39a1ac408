import type { FastifyInstance, FastifyReply } from 'fastify';
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
  options: Partial<typeof defaults> = {},
): void {
  const { beatMs, unreadLimitBytes, kept } = { ...defaults, ...options };
  const history = createEventHistory({ kept });
  const listeners = new Set<FastifyReply['raw']>();
  let stopListening: () => Promise<void> = async () => {};

  const send = (text: string) => {
    for (const listener of listeners) {
      if (listener.writableLength > unreadLimitBytes) listener.destroy();
      else listener.write(text);
    }
  };
  const beat = setInterval(() => send(': beat\n\n'), beatMs);
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
    for (const listener of listeners) listener.end();
  });

  server.get('/api/events', { schema: { hide: true } }, (request, reply) => {
    const lastId = request.headers['last-event-id'];
    reply.hijack();
    reply.raw.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    reply.raw.flushHeaders();
    const missed = history.after(typeof lastId === 'string' ? lastId : undefined);
    if (missed !== '') reply.raw.write(missed);
    listeners.add(reply.raw);
    reply.raw.on('close', () => listeners.delete(reply.raw));
  });
}
