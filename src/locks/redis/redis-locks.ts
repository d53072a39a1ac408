import { randomUUID } from 'node:crypto';
import { Fault, isFault } from '../../faults/fault.ts';
import type { Logger } from '../../log.ts';
import type { AcquireOptions, HeldLock, LockInfo, LockStore } from '../lock.ts';
import { createLockLease, type LockLease } from '../lock-lease.ts';
import { createRedisConnection, type RedisConnection } from './connection.ts';
import { readMemory } from './memory.ts';
import { indexKey, revokedChannel } from './scripts.ts';
import { createLockWaiters } from './waiters.ts';

export interface RedisLocksOptions {
  /** `redis://` or `rediss://`. Redis 6 or newer. */
  url: string;
  /** How long a lock outlives its last renewal. */
  ttlMs: number;
  /**
   * How long before its end the lock counts as lost, so that the work of its holder ends before the lock. A fifth of the TTL by
   * default.
   */
  marginMs?: number;
  /**
   * How long a response may take. By default a renewal that starts at a third of the TTL and gets no response leaves time for
   * `confirmOwnership`.
   */
  timeoutMs?: number;
  log: Logger;
}

/** What a process writes into the store for a lock. */
interface LockRequest {
  name: string;
  /** Random and never reused, so that it identifies the holder. */
  token: string;
  owner: string;
  since: Date;
}

/**
 * Locks that are shared by all processes on the same Redis. They refuse early and signal loss; that two runs never change the
 * same rows is guaranteed by the fences of the database.
 */
export function createRedisLocks(options: RedisLocksOptions): LockStore {
  const { url, ttlMs, log } = options;
  const marginMs = options.marginMs ?? ttlMs / 5;
  const timeoutMs = options.timeoutMs ?? Math.round(Math.min(2000, ttlMs / 4));
  const leases = new Map<string, LockLease>();
  const waiters = createLockWaiters();
  const closing = new AbortController();

  const connection = createRedisConnection({
    url,
    timeoutMs,
    log,
    onReleased: waiters.wake,
    onRevoked: (token) => leases.get(token)?.lose('an admin released it by force'),
  });

  const release = async ({ name, token }: LockRequest) => {
    await connection.run((client) => client.release(name, token));
  };

  /** Tries once. Rejects when there is no response: then the lock may have been acquired all the same. */
  async function attempt(
    request: LockRequest,
    confirmOwnership: AcquireOptions['confirmOwnership'],
  ): Promise<HeldLock | undefined> {
    const requestedAt = performance.now();
    const acquired = await connection.run((client) => client.acquire(request, ttlMs));
    if (!acquired) return undefined;
    const lease = createLockLease({
      name: request.name,
      requestedAt,
      ttlMs,
      marginMs,
      confirmOwnership,
      backend: {
        async renew() {
          const heldBy = await connection.run((client) => client.renew(request.name, request.token, ttlMs));
          if (heldBy === undefined) return 'forgotten';
          return heldBy === '' ? 'renewed' : { heldBy };
        },
        reacquire: () => connection.run((client) => client.acquire(request, ttlMs)),
        release: () => release(request),
      },
      onEnd: () => leases.delete(request.token),
    });
    leases.set(request.token, lease);
    return lease;
  }

  /** Releases a lock that may have been acquired although its caller has given up. It expires with its TTL at the latest. */
  function abandon(request: LockRequest): void {
    release(request).catch(() => {});
  }

  return {
    kind: 'redis',

    async check() {
      // Acquires and releases a lock: a replica, a full Redis or a user without rights answers a ping as well.
      const request = newRequest(`matre_check_${randomUUID()}`, 'check');
      await connection.run((client) => client.acquire(request, ttlMs));
      await release(request);
    },

    memory: () => connection.run(readMemory),

    async tryAcquire(name, { owner, confirmOwnership }) {
      const request = newRequest(name, owner);
      try {
        return await attempt(request, confirmOwnership);
      } catch (error) {
        abandon(request);
        throw error;
      }
    },

    async acquire(name, { owner, confirmOwnership, signal: callerSignal }) {
      if (closing.signal.aborted) throw closedFault();
      const signal = callerSignal ? AbortSignal.any([closing.signal, callerSignal]) : closing.signal;
      // One token for all attempts: if the response to one was lost, the next one finds that it has the lock.
      const request = newRequest(name, owner);
      while (!signal.aborted) {
        const wake = waiters.next(name, signal);
        try {
          request.since = new Date();
          const lease = await attempt(request, confirmOwnership);
          if (lease && !signal.aborted) {
            wake.cancel();
            return lease;
          }
          await lease?.release();
        } catch (error) {
          if (!isFault(error, 'LOCK_STORE_UNREACHABLE')) throw error;
        }
        await wake.passed;
      }
      abandon(request);
      throw signal.reason;
    },

    list: () => listLocks(connection),

    async forceRelease(name) {
      return connection.run(async (client) => {
        const token = await client.hGet(name, 'token');
        if (token === null) return false;
        // The holder is notified first, so that it does not find the lock forgotten and acquires it again.
        await client.publish(revokedChannel, token);
        return client.release(name, token);
      });
    },

    async close() {
      if (closing.signal.aborted) return;
      for (const lease of leases.values()) lease.lose('the connection to its store was closed');
      closing.abort(closedFault());
      await connection.close();
    },
  };
}

function closedFault(): Fault {
  return new Fault('LOCK_STORE_UNREACHABLE', 'The connection to the lock store was closed.');
}

function newRequest(name: string, owner: string): LockRequest {
  return { name, token: randomUUID(), owner, since: new Date() };
}

/** All locks of the store that are held, by name. */
async function listLocks(connection: RedisConnection): Promise<LockInfo[]> {
  const names = (await connection.run((client) => client.sMembers(indexKey))).sort();
  const locks = await Promise.all(
    names.map(async (name): Promise<LockInfo | undefined> => {
      const [lock, expiresInMs] = await connection.run((client) =>
        Promise.all([client.hGetAll(name), client.pTTL(name)]),
      );
      const { owner, since } = lock;
      if (owner === undefined) return undefined;
      return { name, owner, since: new Date(Number(since)), expiresInMs: Math.max(0, expiresInMs) };
    }),
  );
  return locks.filter((lock) => lock !== undefined);
}
