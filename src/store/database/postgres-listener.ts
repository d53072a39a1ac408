import type pg from 'pg';
import { delay } from '../../async/delay.ts';
import type { Fault } from '../../faults/fault.ts';
import type { Logger } from '../../log.ts';

const initialDelayMs = 100;
const maxDelayMs = 5_000;

type Callback = (payload: string) => void;

/**
 * LISTEN on a dedicated connection, opened at the first `listen` and again whenever it breaks. After a reconnect each callback gets one
 * empty payload, because the notifications in between are lost.
 */
export function createListener(deps: {
  connect: () => pg.Client;
  /** The interval of heartbeats on the connection: a half-open one is silent indefinitely. */
  heartbeatMs: number;
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
    client.on('error', (error) => log.debug({ reason: error.message }, 'The listening connection broke'));
    client.on('notification', ({ channel, payload }) => {
      for (const callback of callbacks.get(channel) ?? []) callback(payload ?? '');
    });
    let heartbeats: NodeJS.Timeout | undefined;
    client.on('end', () => {
      clearInterval(heartbeats);
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
    // `end` on a connection with a statement under way breaks it off, and the event `end` follows.
    const heartbeat = () => client.query('SELECT 1').catch(() => client.end());
    heartbeats = setInterval(heartbeat, deps.heartbeatMs).unref();
    return client;
  }

  /** Reconnects until it succeeds. Rejects when the listener is closed. */
  async function reopen(): Promise<pg.Client> {
    log.warn({ server: place }, 'Lost the connection that listens to PostgreSQL; reconnecting');
    for (let delayMs = initialDelayMs; ; delayMs = Math.min(delayMs * 2, maxDelayMs)) {
      await delay(delayMs, closing.signal, { ref: false });
      closing.signal.throwIfAborted();
      try {
        const client = await open();
        log.info({ server: place }, 'Listening to PostgreSQL again');
        for (const callback of [...callbacks.values()].flatMap((set) => [...set])) callback('');
        return client;
      } catch (error) {
        log.debug({ reason: String(error) }, 'PostgreSQL does not respond yet');
      }
    }
  }

  return {
    async listen(channel: string, callback: Callback): Promise<() => Promise<void>> {
      const channelCallbacks = callbacks.get(channel);
      if (channelCallbacks) channelCallbacks.add(callback);
      else callbacks.set(channel, new Set([callback]));
      try {
        // Not `memoize`: `open` replaces the promise when the connection breaks.
        connecting ??= open().catch((error: unknown) => {
          connecting = undefined;
          throw error;
        });
        const client = await connecting;
        // Needed when the connection existed before this channel; harmless when it already listens to it.
        await client.query(`LISTEN ${channel}`);
      } catch (error) {
        callbacks.get(channel)?.delete(callback);
        throw deps.unreachable(error);
      }
      // The connection keeps listening to the channel: that costs nothing, and another callback may be added.
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
