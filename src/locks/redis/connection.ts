import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createClient } from 'redis';
import { Fault } from '../../faults/fault.ts';
import type { Logger } from '../../log.ts';
import { releasedChannel, revokedChannel, scripts } from './scripts.ts';

/** The longest pause between two attempts to connect. */
const maxDelayMs = 1000;

function connect(url: string, timeoutMs: number) {
  return createClient({
    url,
    scripts,
    // Version 3 of the protocol allows messages and commands on one connection, so a subscription that was sent before a
    // command is in force when the command is executed.
    RESP: 3,
    maintNotifications: 'disabled',
    // `run` has a time limit for all commands of a batch; that of the client would create a signal for each command.
    commandOptions: { timeout: 0 },
    name: 'matre-locks',
    socket: {
      connectTimeout: timeoutMs,
      reconnectStrategy: (retries) => Math.min(maxDelayMs, 25 * 2 ** retries) * (0.75 + Math.random() / 4),
    },
  });
}

export type RedisClient = ReturnType<typeof connect>;

export interface RedisConnection {
  /** Address without user and password, for messages. */
  readonly address: string;
  /** Sends commands. Rejects with LOCK_STORE_UNREACHABLE when there is no successful response within the time limit. */
  run<T>(command: (client: RedisClient) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface RedisConnectionOptions {
  url: string;
  /** The time limit of each `run`. */
  timeoutMs: number;
  log: Logger;
  /** A lock was released; or, without a name, there is a new connection, and messages may have been missed. */
  onReleased(name: string | undefined): void;
  /** An admin released the lock with this token by force. */
  onRevoked(token: string): void;
}

/**
 * Creates a connection that reconnects. A command without a response in time is the only sign of a half-open connection or
 * of a stopped Redis, and the client would wait indefinitely: so the connection is replaced then, and everything that was queued on it
 * is discarded. A command without a response is never sent again later.
 */
export function createRedisConnection(options: RedisConnectionOptions): RedisConnection {
  const { url, timeoutMs, log, onReleased, onRevoked } = options;
  const address = withoutCredentials(url);
  let closed = false;
  /** The last error of the client: a timeout alone does not show that, for example, the password is wrong. */
  let lastError: string | undefined;
  let client = open();

  function open(): RedisClient {
    const fresh = connect(url, timeoutMs);
    // Every command that waits for the connection adds a listener.
    fresh.setMaxListeners(0);
    fresh.on('error', (error: Error) => {
      const text = describe(error);
      if (lastError === undefined) log.warn({ redis: address, error: text }, 'Lock store unreachable');
      lastError = text;
    });
    // A client that is destroyed while it connects continues to connect, and would keep a finished process alive: indefinitely
    // where no server answers, because then it is never ready.
    const destroyUnused = () => {
      if (closed || client !== fresh) fresh.destroy();
    };
    fresh.on('connect', destroyUnused);
    fresh.on('ready', () => {
      if (closed || client !== fresh) return destroyUnused();
      if (lastError !== undefined) log.info({ redis: address }, 'Lock store reachable again');
      lastError = undefined;
      onReleased(undefined);
    });
    // They fail only with the connection, which the event `error` reports.
    const ignore = () => {};
    fresh.subscribe(releasedChannel, (name) => onReleased(name)).catch(ignore);
    fresh.subscribe(revokedChannel, (token) => onRevoked(token)).catch(ignore);
    fresh.connect().catch(ignore);
    return fresh;
  }

  function unreachable(reason: string, cause?: unknown): Fault {
    return new Fault(
      'LOCK_STORE_UNREACHABLE',
      `The lock store ${address} does not answer: ${reason.replace(/\.$/, '')}.`,
      {
        cause,
      },
    );
  }

  function replace(old: RedisClient): void {
    if (closed || client !== old) return;
    if (lastError === undefined) {
      lastError = `no answer within ${timeoutMs} ms`;
      log.warn({ redis: address, error: lastError }, 'Lock store unreachable');
    }
    client = open();
    old.destroy();
  }

  return {
    address,

    async run(command) {
      if (closed) throw unreachable('it was closed');
      const used = client;
      // Not `withTimeout`: what has arrived is read before the timeout counts.
      let timer: NodeJS.Timeout | undefined;
      const timeout = new Promise<never>((_, reject) => {
        timer = setTimeout(async () => {
          // After a pause of this process, its timers may fire before responses that have arrived are read.
          await nextTurn();
          reject(unreachable(lastError ?? `no answer within ${timeoutMs} ms`));
          if (timer) replace(used);
        }, timeoutMs);
      });
      try {
        return await Promise.race([ready(used).then(command), timeout]);
      } catch (error) {
        throw error instanceof Fault ? error : unreachable(lastError ?? describe(error), error);
      } finally {
        clearTimeout(timer);
        timer = undefined;
      }
    },

    async close() {
      closed = true;
      client.destroy();
    },
  };
}

/**
 * Waits until the client is ready. It would send queued commands together with AUTH and SELECT, and they would be executed in
 * database 0 when the database does not exist. Rejects with the next error of the connection.
 */
async function ready(client: RedisClient): Promise<RedisClient> {
  if (!client.isReady) await once(client, 'ready');
  return client;
}

/** The address without user and password: `redis://host:6379/2`. */
function withoutCredentials(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname === '/' ? '' : pathname}`;
}

/**
 * The message of an error. A connection error may combine several, one for each address of a host, without a message of its
 * own.
 */
function describe(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(describe).join('; ');
  return error instanceof Error ? error.message || error.name : String(error);
}
