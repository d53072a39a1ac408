import { Fault } from '../faults/fault.ts';
import type { Logger } from '../log.ts';
import { createInProcessLocks } from './in-process.ts';
import type { LockStore } from './lock.ts';
import { createRedisLocks } from './redis/redis-locks.ts';

export interface OpenLocksOptions {
  /** The value of LOCK_DSN. */
  dsn: string | undefined;
  /** Whether several processes can work on the database: true for PostgreSQL, false for the embedded one. */
  multiProcess: boolean;
  /** How long a lock outlives its last renewal. */
  ttlMs: number;
  /** How long a response may take; a share of `ttlMs` by default. */
  timeoutMs?: number;
  log: Logger;
}

/**
 * Opens the lock store of LOCK_DSN and checks that it answers. Never opens a weaker one: a store that cannot exclude all other
 * processes is refused. Errors: LOCK_STORE_NOT_SHARED, LOCK_STORE_UNREACHABLE, CONFIG_INVALID; none shows a password.
 */
export async function openLocks(options: OpenLocksOptions): Promise<LockStore> {
  const { dsn, multiProcess, ...rest } = options;
  if (dsn === undefined || dsn.trim() === '') {
    if (!multiProcess) return createInProcessLocks();
    throw new Fault(
      'LOCK_STORE_NOT_SHARED',
      'DATABASE_URL allows several matre processes, and LOCK_DSN is not set, so their locks would not be shared.',
    );
  }
  const store = createRedisLocks({ url: redisUrl(dsn.trim()), ...rest });
  try {
    await store.check();
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** The address in the form that the Redis client accepts. */
function redisUrl(dsn: string): string {
  const scheme = /^([a-z][a-z0-9+.-]*)(:|$)/i.exec(dsn)?.[1]?.toLowerCase();
  if (scheme !== 'redis' && scheme !== 'rediss') {
    const setting = scheme ? `LOCK_DSN=${scheme}` : 'LOCK_DSN';
    throw new Fault(
      'LOCK_STORE_NOT_SHARED',
      `${setting} is not a Redis: only redis:// and rediss:// can exclude all other processes and hosts.`,
    );
  }
  // Not `new URL(dsn)`, whose error contains the whole text.
  const url = URL.canParse(dsn) ? new URL(dsn) : undefined;
  if (!url?.hostname || !/^\/?\d*$/.test(url.pathname)) {
    throw new Fault(
      'CONFIG_INVALID',
      'LOCK_DSN must look like redis://host:6379 or redis://:password@host:6379/2.',
    );
  }
  // In Symfony's form, redis://secret@host, the part before @ is the password.
  if (url.username && !url.password) {
    url.password = url.username;
    url.username = '';
  }
  return url.href;
}
