import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Queue } from '../queue/queue.ts';

const beatMs = 15_000;
/** A listener that leaves this much unread is gone or stuck, and is cut off; it asks again if it lives. */
const unreadLimitBytes = 1024 * 1024;
const reset = 'event: reset\ndata:\n\n';

/**
 * `/api/events`: a stream of server-sent events, one `run` with the id of each run that changed. `reset` says that changes
 * may have been missed, so look at everything again. Nothing else is in it: whoever wants to know more asks.
 */
export function mountEvents(server: FastifyInstance, queue: Queue): void {
  const listeners = new Set<FastifyReply['raw']>();
  let stopListening: () => Promise<void> = async () => {};

  const send = (text: string) => {
    for (const listener of listeners) {
      if (listener.writableLength > unreadLimitBytes) listener.destroy();
      else listener.write(text);
    }
  };
  // A comment from time to time: proxies close connections that are silent.
  const beat = setInterval(() => send(': beat\n\n'), beatMs);
  beat.unref();

  server.addHook('onReady', async () => {
    stopListening = await queue.onRunChanged((id) => {
      send(id === undefined ? reset : `event: run\ndata: ${id}\n\n`);
    });
  });
  server.addHook('preClose', async () => {
    clearInterval(beat);
    await stopListening();
    for (const listener of listeners) listener.end();
  });

  server.get('/api/events', { schema: { hide: true } }, (_request, reply) => {
    reply.hijack();
    reply.raw.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    reply.raw.write(reset);
    listeners.add(reply.raw);
    reply.raw.on('close', () => listeners.delete(reply.raw));
  });
}
