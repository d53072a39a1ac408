import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';

/**
 * How long a client may leave a stream waiting. The kernels of both sides hold some megabytes of it, so a client on a slow line takes
 * nothing for up to a minute, and then a megabyte.
 */
export const defaultUnreadMs = 120_000;
/** What a client must read in the long run, so that one that reads a byte now and then does not stay for ever. */
const bytesPerMs = 8;
const bufferBytes = 64 * 1024;

/**
 * Ends each response that is a stream when its client goes away, and when it does not read it: so no client keeps files, connections and
 * memory of the server.
 */
export function limitUnread(server: FastifyInstance, options: { unreadMs?: number | undefined }): void {
  const limitMs = options.unreadMs ?? defaultUnreadMs;
  server.addHook('onSend', async (_request, reply, payload) =>
    payload instanceof Readable ? whileRead(payload, reply.raw, limitMs) : payload,
  );
}

function whileRead(source: Readable, response: ServerResponse, limitMs: number): Readable {
  // One before the first read is thrown by it, and is no uncaught error.
  source.on('error', () => {});
  const chunks = async function* () {
    let leftMs = limitMs;
    for await (const chunk of source as AsyncIterable<Buffer>) {
      const offeredAt = performance.now();
      const timer = setTimeout(() => response.destroy(), leftMs);
      try {
        yield chunk;
      } finally {
        clearTimeout(timer);
      }
      const waitedMs = performance.now() - offeredAt;
      leftMs = Math.min(limitMs, leftMs - waitedMs + chunk.length / bytesPerMs);
    }
  };
  const stream = Readable.from(chunks(), { objectMode: false, highWaterMark: bufferBytes });
  stream.once('close', () => source.destroy());
  return stream;
}
