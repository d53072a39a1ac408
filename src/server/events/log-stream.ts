import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Context } from '../../operations/core/context.ts';
import { runId, wholeNumber } from '../../operations/core/fields.ts';
import { getRunWithFiles, wholeCharacters } from '../../operations/runs/run-record.ts';
import type { Changes } from './changes.ts';
import { beginStream, endAtOnce, lastEventId } from './events.ts';
import { createLogWatches } from './log-watches.ts';

const defaults = {
  /** A log that grows sends no notice, and may grow on another host: its size is looked at so often, once for all its readers. */
  lookMs: 150,
  beatMs: 15_000,
  /** Of one event. A line that is longer is cut. */
  pieceBytes: 64 * 1024,
};

/**
 * `/api/runs/:id/log/stream`: the log of a run as server-sent events while it grows. Each event is some lines; its id is the
 * offset in bytes behind them, so whoever comes back with it goes on exactly there. `end` is the last one, when the run is
 * finished. A reader takes what it can, at its own pace: nothing is kept here but one piece for each.
 */
export function mountLogStream(
  server: FastifyInstance,
  { runs, artifacts }: Pick<Context, 'runs' | 'artifacts'>,
  changes: Pick<Changes, 'on'>,
  { isValid, ...options }: Partial<typeof defaults> & { isValid(request: FastifyRequest): Promise<boolean> },
): void {
  const { lookMs: pollMs, beatMs: heartbeatMs, pieceBytes } = { ...defaults, ...options };
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
  const query = z.strictObject({ from: wholeNumber.default(0) });
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
      const gone = new AbortController();
      reply.raw.on('close', () => gone.abort());
      const heartbeat = setInterval(async () => {
        reply.raw.write(': beat\n\n');
        if (await isValid(request).catch(() => true)) return;
        gone.abort();
        endAtOnce(reply.raw);
      }, heartbeatMs);
      try {
        await follow(id, start, reply.raw, AbortSignal.any([gone.signal, closing.signal]));
      } catch (error) {
        // The answer has begun; the client comes back with the id of its last event.
        request.log.warn({ err: error, run: id }, 'A log could not be streamed on.');
      } finally {
        clearInterval(heartbeat);
        reply.raw.end();
      }
    },
  );

  /** Resolves when all was sent and the run is finished, or the reader is gone. */
  async function follow(id: number, from: number, to: ServerResponse, gone: AbortSignal): Promise<void> {
    const watch = await watches.open(id);
    try {
      for (let at = from; !gone.aborted; ) {
        // In this order: a log that is read after the run had finished is complete.
        const finished = watch.finished();
        for (;;) {
          const bytes = await artifacts.readLog(id, at, pieceBytes);
          const piece = linesOf(bytes, { full: pieceBytes, last: finished });
          if (piece.length === 0 || gone.aborted) break;
          at += piece.length;
          if (!to.write(eventOf(piece, at))) await once(to, 'drain', { signal: gone });
        }
        if (finished && !gone.aborted) {
          to.write(`id: ${at}\nevent: end\ndata:\n\n`);
          return;
        }
        await watch.beyond(at, gone);
      }
    } catch (error) {
      if (!gone.aborted) throw error;
    } finally {
      watch.close();
    }
  }
}

/** Whole lines; a line that does not fit, or the last one of a log, also without its end. */
function linesOf(bytes: Buffer, { full, last }: { full: number; last: boolean }): Buffer {
  const end = bytes.lastIndexOf(0x0a);
  if (end >= 0) return bytes.subarray(0, end + 1);
  return last || bytes.length === full ? wholeCharacters(bytes) : bytes.subarray(0, 0);
}

function eventOf(piece: Buffer, at: number): string {
  const lines = piece
    .toString('utf8')
    .replace(/\r?\n$/, '')
    .split(/\r\n|\r|\n/);
  return `id: ${at}\n${lines.map((line) => `data: ${line}\n`).join('')}\n`;
}
