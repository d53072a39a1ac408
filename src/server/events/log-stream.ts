import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Context } from '../../operations/core/context.ts';
import { runId, wholeNumber } from '../../operations/core/fields.ts';
import { getRunWithFiles, wholeCharacters } from '../../operations/runs/run-record.ts';
import { defaultUnreadMs } from '../http/unread-limit.ts';
import type { Changes } from './changes.ts';
import { beginStream, endAtOnce, lastEventId } from './events.ts';
import { createLogWatches, type LogWatch } from './log-watches.ts';

const defaults = {
  /** A growing log sends no notification, and may grow on another host: its size is polled, once for all readers. */
  pollMs: 150,
  heartbeatMs: 15_000,
  /** Maximum size of one event. A longer line is split. */
  chunkBytes: 64 * 1024,
  unreadMs: defaultUnreadMs,
};

/**
 * Serves `/api/runs/:id/log/stream`: the log of a run as server-sent events while it grows. Each event is some lines; its id is the
 * offset in bytes after them, so that a client that reconnects with it continues exactly there. The last event is `end`, when the run
 * is finished. Each reader sets its own pace: the server buffers one chunk for each, and disconnects one that leaves it unread.
 */
export function mountLogStream(
  server: FastifyInstance,
  { runs, artifacts }: Pick<Context, 'runs' | 'artifacts'>,
  changes: Pick<Changes, 'on'>,
  { isValid, ...options }: Partial<typeof defaults> & { isValid(request: FastifyRequest): Promise<boolean> },
): void {
  const { pollMs, heartbeatMs, chunkBytes, unreadMs } = { ...defaults, ...options };
  const watches = createLogWatches({
    pollMs,
    sizeOf: artifacts.logSize,
    isFinished: async (id) => (await runs.get(id)).state === 'finished',
  });
  const closing = new AbortController();
  const stopListening = changes.on(({ event, data }) => {
    if (event === 'run') watches.changed(Number(data));
    else if (event === 'reload') watches.changed(undefined);
  });
  server.addHook('preClose', async () => {
    stopListening();
    closing.abort();
  });

  const params = z.object({ id: runId });
  const query = z.strictObject({ from: wholeNumber().default(0) });
  server.get(
    '/api/runs/:id/log/stream',
    { schema: { hide: true, params, querystring: query } },
    async (request, reply) => {
      const { id } = request.params as z.output<typeof params>;
      const { from } = request.query as z.output<typeof query>;
      await getRunWithFiles(runs, id);
      beginStream(reply);
      const last = lastEventId(request);
      const start = last !== undefined && /^\d{1,15}$/.test(last) ? Number(last) : from;
      const disconnected = new AbortController();
      reply.raw.on('close', () => disconnected.abort());
      const heartbeat = setInterval(async () => {
        reply.raw.write(': beat\n\n');
        if (await isValid(request).catch(() => true)) return;
        disconnected.abort();
        endAtOnce(reply.raw);
      }, heartbeatMs);
      try {
        const stop = AbortSignal.any([disconnected.signal, closing.signal]);
        await sendLog({ watches, artifacts, chunkBytes, unreadMs }, { id, from: start, to: reply.raw, stop });
      } catch (error) {
        // The response has begun; the client reconnects with the id of its last event.
        request.log.warn({ err: error, run: id }, 'Log stream interrupted');
      } finally {
        clearInterval(heartbeat);
        reply.raw.end();
      }
    },
  );
}

/** What a log is read with. */
interface LogReader {
  watches: { open(runId: number): Promise<LogWatch> };
  artifacts: Pick<Context['artifacts'], 'readLog'>;
  chunkBytes: number;
  unreadMs: number;
}

/** Resolves when the log of a finished run is sent completely, or when `stop` aborts. */
async function sendLog(
  { watches, artifacts, chunkBytes, unreadMs }: LogReader,
  { id, from, to, stop }: { id: number; from: number; to: ServerResponse; stop: AbortSignal },
): Promise<void> {
  const watch = await watches.open(id);
  try {
    for (let at = from; !stop.aborted; ) {
      // Before the log is read: a log that is read after the run was finished is complete.
      const finished = watch.finished();
      for (;;) {
        const bytes = await artifacts.readLog(id, at, chunkBytes);
        const chunk = linesOf(bytes, { full: chunkBytes, last: finished });
        if (chunk.length === 0 || stop.aborted) break;
        at += chunk.length;
        if (!to.write(eventOf(chunk, at))) await untilRead(to, unreadMs, stop);
      }
      if (finished && !stop.aborted) {
        to.write(`id: ${at}\nevent: end\ndata:\n\n`);
        return;
      }
      await watch.waitBeyond(at, stop);
    }
  } catch (error) {
    if (!stop.aborted) throw error;
  } finally {
    watch.close();
  }
}

/** Resolves when the client has read what was written, and ends its connection when it does not. Rejects when `stop` aborts. */
async function untilRead(to: ServerResponse, unreadMs: number, stop: AbortSignal): Promise<void> {
  const timer = setTimeout(() => to.destroy(), unreadMs);
  try {
    await once(to, 'drain', { signal: stop });
  } finally {
    clearTimeout(timer);
  }
}

/** The whole lines of `bytes`; also an incomplete line if it fills the chunk or is the last one of the log. */
function linesOf(bytes: Buffer, { full, last }: { full: number; last: boolean }): Buffer {
  const end = bytes.lastIndexOf(0x0a);
  if (end >= 0) return bytes.subarray(0, end + 1);
  return last || bytes.length === full ? wholeCharacters(bytes) : bytes.subarray(0, 0);
}

function eventOf(chunk: Buffer, at: number): string {
  const lines = chunk
    .toString('utf8')
    .replace(/\r?\n$/, '')
    .split(/\r\n|\r|\n/);
  return `id: ${at}\n${lines.map((line) => `data: ${line}\n`).join('')}\n`;
}
