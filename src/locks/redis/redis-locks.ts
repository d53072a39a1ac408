import { randomUUID } from 'node:crypto';
import { Fault, isFault } from '../../faults/fault.ts';
import type { Logger } from '../../log.ts';
import { type AcquireOptions, type HeldLock, type LockInfo, type LockStore, lockPrefixes } from '../lock.ts';
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
  /** When a list first had a value that does not tell since when it is there. */
  const firstSeen = new Map<string, Date>();
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
    { confirmOwnership, onForeign }: Pick<AcquireOptions, 'confirmOwnership' | 'onForeign'>,
  ): Promise<HeldLock | undefined> {
    const requestedAt = performance.now();
    const acquired = await connection.run((client) => client.acquire(request, ttlMs));
    if (typeof acquired === 'object') {
      onForeign?.(foreignFault(request.name, acquired.foreign));
      return undefined;
    }
    if (!acquired) return undefined;
    const lease = createLockLease({
      name: request.name,
      requestedAt,
      ttlMs,
      marginMs,
      confirmOwnership,
      backend: {
        async renew() {
          const answer = await connection.run((client) => client.renew(request.name, request.token, ttlMs));
          // It tells nothing about who holds the lock, as if the store did not answer.
          if (typeof answer === 'object' && 'foreign' in answer)
            throw foreignFault(request.name, answer.foreign);
          return answer;
        },
        async reacquire() {
          const acquired = await connection.run((client) => client.acquire(request, ttlMs));
          if (typeof acquired === 'object') throw foreignFault(request.name, acquired.foreign);
          return acquired;
        },
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

    async tryAcquire(name, { owner, ...options }) {
      const request = newRequest(name, owner);
      try {
        return await attempt(request, options);
      } catch (error) {
        abandon(request);
        throw error;
      }
    },

    async acquire(name, { owner, signal: callerSignal, ...options }) {
      if (closing.signal.aborted) throw closedFault();
      const signal = callerSignal ? AbortSignal.any([closing.signal, callerSignal]) : closing.signal;
      // One token for all attempts: if the response to one was lost, the next one finds that it has the lock.
      const request = newRequest(name, owner);
      let reported = false;
      const reportOnce = (fault: Fault) => {
        if (!reported) options.onForeign?.(fault);
        reported = true;
      };
      while (!signal.aborted) {
        const wake = waiters.next(name, signal);
        try {
          request.since = new Date();
          const lease = await attempt(request, { ...options, onForeign: reportOnce });
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

    list: () => listLocks(connection, firstSeen),

    async foreign(names) {
      const keys = await Promise.all(
        [indexKey, ...names.filter(isLockName)].map(async (name) => ({
          name,
          type: await foreignType(connection, name),
        })),
      );
      return keys.flatMap(({ name, type }) =>
        type === undefined ? [] : [{ name, message: foreignMessage(name, type) }],
      );
    },

    async setAside(name) {
      const newName = `${asidePrefix}${name}_${randomUUID()}`;
      return (await connection.run((client) => client.setAside(name, newName))) ? newName : undefined;
    },

    async forceRelease(name) {
      return connection.run(async (client) => {
        const key = await client.read(name);
        if (key.kind !== 'lock') return false;
        // The holder is notified first, so that it does not find the lock forgotten and acquires it again.
        await client.publish(revokedChannel, key.token);
        return client.release(name, key.token);
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

/** The beginning of the new names of foreign values that were set aside. */
const asidePrefix = 'matre_set_aside_';

function foreignMessage(name: string, type: string): string {
  return `The key ${name} in Redis has a value that is no lock of matre (${type}).`;
}

function foreignFault(name: string, type: string): Fault {
  return new Fault('LOCK_VALUE_FOREIGN', foreignMessage(name, type));
}

async function foreignType(connection: RedisConnection, name: string): Promise<string | undefined> {
  if (name === indexKey) {
    const type = await connection.run((client) => client.type(indexKey));
    return type === 'none' || type === 'set' ? undefined : type;
  }
  const key = await connection.run((client) => client.read(name));
  return key.kind === 'foreign' ? key.type : undefined;
}

/**
 * All locks of the store that are held, by name, and the foreign values in their places. `firstSeen` has the times for values that
 * tell none.
 */
async function listLocks(connection: RedisConnection, firstSeen: Map<string, Date>): Promise<LockInfo[]> {
  const foreign = (name: string, type: string): LockInfo => ({
    name,
    owner: `a value of another program (${type})`,
    since: seenAt(name),
    expiresInMs: undefined,
    problem: foreignMessage(name, type),
  });
  const seenAt = (name: string) => {
    const since = firstSeen.get(name) ?? new Date();
    firstSeen.set(name, since);
    return since;
  };
  const indexType = await foreignType(connection, indexKey);
  if (indexType !== undefined) return [foreign(indexKey, indexType)];
  const names = (await connection.run((client) => client.sMembers(indexKey))).sort();
  const locks = await Promise.all(
    names.map(async (name): Promise<LockInfo | undefined> => {
      const key = await connection.run((client) => client.read(name));
      // The set may have been given names of others' keys, which are no matter of matre.
      if (key.kind === 'foreign' && isLockName(name)) return foreign(name, key.type);
      if (key.kind !== 'lock') {
        firstSeen.delete(name);
        return undefined;
      }
      const { owner, since, expiresInMs } = key;
      return {
        name,
        owner: owner.replace(/[\p{Cc}\p{Cf}]+/gu, ' ').trim() || 'unknown',
        since: Number.isFinite(since) && Math.abs(since) < maxTimeMs ? new Date(since) : seenAt(name),
        expiresInMs: expiresInMs < 0 ? undefined : expiresInMs,
      };
    }),
  );
  return locks.filter((lock) => lock !== undefined);
}

/** The range of `Date`. */
const maxTimeMs = 8.64e15;

function isLockName(name: string): boolean {
  return Object.values(lockPrefixes).some((prefix) => name.startsWith(prefix));
}
