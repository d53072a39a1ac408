import type pg from 'pg';
import { delay } from '../../async/delay.ts';
import type { Fault } from '../../faults/fault.ts';
import type { Logger } from '../../log.ts';

const initialDelayMs = 100;
const maxDelayMs = 5_000;

type Callback = (payload: string) => void;

/**
 * LISTEN on a connection of its own, made at the first `listen` and again whenever it breaks. After that each callback
 * gets one empty payload: what was told in the meantime is lost.
 */
export function createListener(deps: {
  connect: () => pg.Client;
  /** How often the connection is asked whether it is there: one that is half open tells nothing, for ever. */
  beatMs: number;
  unreachable: (error: unknown) => Fault;
  place: string;
  log: Logger;
}) {
  const { log, place } = deps;
  const callbacks = new Map<string, Set<Callback>>();
  const closing = new AbortController();
  let connecting: Promise<pg.Client> | undefined;

  /** One connection that listens to all channels. */
  async function open(): Promise<pg.Client> {
    const client = deps.connect();
    let usable = false;
    client.on('error', (error) => log.debug({ reason: error.message }, 'The listening connection broke.'));
    client.on('notification', ({ channel, payload }) => {
      for (const callback of callbacks.get(channel) ?? []) callback(payload ?? '');
    });
    let beats: NodeJS.Timeout | undefined;
    client.on('end', () => {
      clearInterval(beats);
      if (usable && !closing.signal.aborted) connecting = reopen();
    });
    try {
      await client.connect();
      for (const channel of callbacks.keys()) await client.query(`LISTEN ${channel}`);
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
    usable = true;
    // Ended with a statement under way, the connection is broken off, and `end` follows.
    const heartbeat = () => client.query('SELECT 1').catch(() => client.end());
    beats = setInterval(heartbeat, deps.beatMs).unref();
    return client;
  }

  /** Tries until it succeeds or the listener is closed. */
  async function reopen(): Promise<pg.Client> {
    log.warn(`Lost the connection that listens to PostgreSQL at ${place}; connecting again.`);
    for (let pauseMs = initialDelayMs; ; pauseMs = Math.min(pauseMs * 2, maxDelayMs)) {
      await delay(pauseMs, closing.signal, { ref: false });
      closing.signal.throwIfAborted();
      try {
        const client = await open();
        log.info(`Listening to PostgreSQL at ${place} again.`);
        for (const callback of [...callbacks.values()].flatMap((set) => [...set])) callback('');
        return client;
      } catch (error) {
        log.debug({ reason: String(error) }, 'PostgreSQL does not answer yet.');
      }
    }
  }

  return {
    async listen(channel: string, callback: Callback): Promise<() => Promise<void>> {
      const known = callbacks.get(channel);
      if (known) known.add(callback);
      else callbacks.set(channel, new Set([callback]));
      try {
        connecting ??= open().catch((error: unknown) => {
          connecting = undefined;
          throw error;
        });
        const client = await connecting;
        // Harmless when it listens to the channel already; needed when the connection was there before.
        await client.query(`LISTEN ${channel}`);
      } catch (error) {
        callbacks.get(channel)?.delete(callback);
        throw deps.unreachable(error);
      }
      // The connection goes on listening to the channel: that costs nothing, and another callback may come.
      return async () => {
        callbacks.get(channel)?.delete(callback);
      };
    },
    async close(): Promise<void> {
      closing.abort();
      const client = await connecting?.catch(() => undefined);
      await client?.end().catch(() => undefined);
    },
  };
}
