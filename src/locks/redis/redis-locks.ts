import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Fault, isFault } from '../../faults/fault.ts';
import type { Logger } from '../../log.ts';
import type { AcquireOptions, HeldLock, LockInfo, LockStore } from '../lock.ts';
import { createLockLease, type LockLease } from '../lock-lease.ts';
import { createRedisConnection } from './connection.ts';
import { readMemory } from './memory.ts';
import { indexKey, revokedChannel } from './scripts.ts';

export interface RedisLocksOptions {
  /** `redis://` or `rediss://`. Redis 6 or newer. */
  url: string;
  /** How long a lock outlives its last renewal. */
  ttlMs: number;
  /** How long before that its holder stops, so that its work has ended when the lock ends. A fifth of the TTL by default. */
  marginMs?: number;
  /**
   * How long an answer may take. By default a renewal that starts at a third of the TTL and is not answered leaves time for the
   * second judge.
   */
  timeoutMs?: number;
  log: Logger;
}

/** Beneath the wake-ups: a lock whose holder died ends without a message. */
const slowPollMs = 1000;

/** What a process writes into the store for a lock. */
interface Claim {
  name: string;
  /** Secret enough to be nobody else's; never reused. */
  token: string;
  owner: string;
  since: Date;
}

/**
 * Locks that all processes share which use the same Redis. It refuses early and signals loss; that two runs never change the
 * same rows is the work of the fences of the database.
 */
export function createRedisLocks(options: RedisLocksOptions): LockStore {
  const { url, ttlMs, log } = options;
  const marginMs = options.marginMs ?? ttlMs / 5;
  const timeoutMs = options.timeoutMs ?? Math.round(Math.min(2000, ttlMs / 4));
  const holds = new Map<string, LockLease>();
  /** Who waits, by the name of the lock. */
  const waiters = new Map<string, Set<() => void>>();
  const closing = new AbortController();

  const connection = createRedisConnection({
    url,
    timeoutMs,
    log,
    onReleased(name) {
      const woken = name === undefined ? [...waiters.values()] : [waiters.get(name) ?? []];
      for (const set of woken) for (const wake of set) wake();
    },
    onRevoked: (token) => holds.get(token)?.lose('a person took it away'),
  });

  function closedFault(): Fault {
    return new Fault('LOCK_STORE_UNREACHABLE', 'The connection to the lock store was closed.');
  }

  function newClaim(name: string, owner: string): Claim {
    return { name, token: randomUUID(), owner, since: new Date() };
  }

  const unclaim = async ({ name, token }: Claim) => {
    await connection.run((client) => client.release(name, token));
  };

  /** One try. Rejects when there is no answer: then the claim may have been written all the same. */
  async function attempt(
    claim: Claim,
    confirmOwnership: AcquireOptions['confirmOwnership'],
  ): Promise<HeldLock | undefined> {
    const askedAt = performance.now();
    const acquired = await connection.run((client) => client.acquire(claim, ttlMs));
    if (!acquired) return undefined;
    const lease = createLockLease({
      name: claim.name,
      askedAt,
      ttlMs,
      marginMs,
      confirmOwnership,
      backend: {
        async renew() {
          const heldBy = await connection.run((client) => client.renew(claim.name, claim.token, ttlMs));
          if (heldBy === undefined) return 'forgotten';
          return heldBy === '' ? 'renewed' : { heldBy };
        },
        retake: () => connection.run((client) => client.acquire(claim, ttlMs)),
        unclaim: () => unclaim(claim),
      },
      onEnd: () => holds.delete(claim.token),
    });
    holds.set(claim.token, lease);
    return lease;
  }

  /** A claim that nobody will use, of which nobody knows whether it was written. It ends with its TTL at the latest. */
  function abandon(claim: Claim): void {
    unclaim(claim).catch(() => {});
  }

  /** Resolves at the next wake-up, after the slow poll, or when `signal` aborts. To be called before the try it covers. */
  function nextWake(name: string, signal: AbortSignal): { passed: Promise<void>; cancel(): void } {
    const done = new AbortController();
    const wake = () => done.abort();
    const set = waiters.get(name) ?? new Set();
    waiters.set(name, set.add(wake));
    const passed = delay(slowPollMs, undefined, { signal: AbortSignal.any([done.signal, signal]) })
      .catch(() => {})
      .finally(() => {
        set.delete(wake);
        if (set.size === 0 && waiters.get(name) === set) waiters.delete(name);
      });
    return { passed, cancel: wake };
  }

  return {
    kind: 'redis',

    async check() {
      // A lock is taken and given back: a replica, a full Redis or a user without rights answers a ping as well.
      const claim = newClaim(`matre_check_${randomUUID()}`, 'check');
      await connection.run((client) => client.acquire(claim, ttlMs));
      await unclaim(claim);
    },

    memory: () => connection.run(readMemory),

    async tryAcquire(name, { owner, confirmOwnership: stillMine }) {
      const claim = newClaim(name, owner);
      try {
        return await attempt(claim, stillMine);
      } catch (error) {
        abandon(claim);
        throw error;
      }
    },

    async acquire(name, { owner, confirmOwnership: stillMine, signal: abandoned }) {
      if (closing.signal.aborted) throw closedFault();
      const signal = abandoned ? AbortSignal.any([closing.signal, abandoned]) : closing.signal;
      // One token for all tries: if the answer to one was lost, the next finds the lock its own.
      const claim = newClaim(name, owner);
      while (!signal.aborted) {
        const wake = nextWake(name, signal);
        try {
          claim.since = new Date();
          const lease = await attempt(claim, stillMine);
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
      abandon(claim);
      throw signal.reason;
    },

    async list() {
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
    },

    async forceRelease(name) {
      return connection.run(async (client) => {
        const token = await client.hGet(name, 'token');
        if (token === null) return false;
        // First the word to the holder, so that it does not find the lock forgotten and takes it again.
        await client.publish(revokedChannel, token);
        return client.release(name, token);
      });
    },

    async close() {
      if (closing.signal.aborted) return;
      for (const lease of holds.values()) lease.lose('the connection to its store was closed');
      closing.abort(closedFault());
      await connection.close();
    },
  };
}
