import type { Config } from '../config/config.ts';
import { instrumentLocks } from '../locks/instrumented.ts';
import { openLocks } from '../locks/open-locks.ts';
import type { Logger } from '../log.ts';
import type { Context } from '../operations/core/context.ts';
import type { AppDatabase } from './stores.ts';

/** The lock store, with counts of what happened to the locks of this process. Errors: those of the lock store. */
export async function openCountedLocks(
  config: Config,
  log: Logger,
  database: AppDatabase,
): Promise<Pick<Context, 'locks' | 'lockCounts'>> {
  const { dsn, ttlMs } = config.locks;
  const store = await openLocks({ dsn, multiProcess: database.kind === 'postgres', ttlMs, log });
  const { locks, counts } = instrumentLocks(store);
  return { locks, lockCounts: counts };
}
