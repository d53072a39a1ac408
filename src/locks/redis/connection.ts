import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createClient } from 'redis';
import { Fault } from '../../faults/fault.ts';
import type { Logger } from '../../log.ts';
import { releasedChannel, revokedChannel, scripts } from './scripts.ts';

/** The longest pause between two tries to connect. */
const maxDelayMs = 1000;

function connect(url: string, timeoutMs: number) {
  return createClient({
    url,
    scripts,
    // Version 3 of the protocol allows messages and commands on one connection, so a subscription that was sent before a
    // command is in force when the command is carried out.
    RESP: 3,
    maintNotifications: 'disabled',
    // `run` sees to that, for all that it sends together; the client's own would be a signal for each command.
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
  /** Sends commands. Rejects with LOCK_STORE_UNREACHABLE when there is no good answer within the time limit. */
  run<T>(command: (client: RedisClient) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface RedisConnectionOptions {
  url: string;
  /** For each command. */
  timeoutMs: number;
  log: Logger;
  /** A lock was given back; or, without a name, there is a new connection, and messages may have been missed. */
  onReleased(name: string | undefined): void;
  /** A person took the lock with this token away. */
  onRevoked(token: string): void;
}

/**
 * A connection that makes itself anew. A command without an answer in time is the only sign of a half-open connection or
 * of a stopped Redis, and the client would wait for ever: so the connection is thrown away then, together with
 * everything that was queued on it. What was not answered is never sent later.
 */
export function createRedisConnection(options: RedisConnectionOptions): RedisConnection {
  const { url, timeoutMs, log, onReleased, onRevoked } = options;
  const address = withoutCredentials(url);
  let closed = false;
  /** The last error of the client, because a timeout alone does not say that, for one, the password is wrong. */
  let trouble: string | undefined;
  let client = open();

  function open(): RedisClient {
    const fresh = connect(url, timeoutMs);
    // Every command that waits for the connection listens.
    fresh.setMaxListeners(0);
    fresh.on('error', (error: Error) => {
      const text = describe(error);
      if (trouble === undefined) log.warn({ redis: address, error: text }, 'Lock store unreachable');
      trouble = text;
    });
    // A client that is destroyed while it connects goes on connecting, and would keep a process that is over alive: for ever
    // where nobody answers, because then it is never ready.
    const destroyUnused = () => {
      if (closed || client !== fresh) fresh.destroy();
    };
    fresh.on('connect', destroyUnused);
    fresh.on('ready', () => {
      if (closed || client !== fresh) return destroyUnused();
      if (trouble !== undefined) log.info({ redis: address }, 'Lock store reachable again');
      trouble = undefined;
      onReleased(undefined);
    });
    // They fail only with the connection, which `error` tells about.
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

  function replace(silent: RedisClient): void {
    if (closed || client !== silent) return;
    if (trouble === undefined) {
      trouble = `no answer within ${timeoutMs} ms`;
      log.warn({ redis: address, error: trouble }, 'Lock store unreachable');
    }
    client = open();
    silent.destroy();
  }

  return {
    address,

    async run(command) {
      if (closed) throw unreachable('it was closed');
      const used = client;
      let timer: NodeJS.Timeout | undefined;
      const timeout = new Promise<never>((_, reject) => {
        timer = setTimeout(async () => {
          // After a pause of this process, answers that have arrived are read before the timer is believed.
          await nextTurn();
          reject(unreachable(trouble ?? `no answer within ${timeoutMs} ms`));
          if (timer) replace(used);
        }, timeoutMs);
      });
      try {
        return await Promise.race([ready(used).then(command), timeout]);
      } catch (error) {
        throw error instanceof Fault ? error : unreachable(trouble ?? describe(error), error);
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
 * The client would send queued commands together with AUTH and SELECT, and they would be carried out in database 0 when
 * the database does not exist. Rejects with the next error of the connection.
 */
async function ready(client: RedisClient): Promise<RedisClient> {
  if (!client.isReady) await once(client, 'ready');
  return client;
}

/** `redis://host:6379/2` */
export function withoutCredentials(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname === '/' ? '' : pathname}`;
}

/** Connection errors may be made of several, one for each address of a host, and have no message of their own. */
function describe(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(describe).join('; ');
  return error instanceof Error ? error.message || error.name : String(error);
}
