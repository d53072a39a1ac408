import { cachedWithTimeout } from '../../async/cached.ts';
import { isFault, toFault } from '../../faults/fault.ts';
import type { LockInfo, LockStore } from '../../locks/lock.ts';
import type { Logger } from '../../log.ts';
import type { Catalog } from '../../mftf/catalog/catalog.ts';
import type { Commit } from '../../modules/modules.ts';
import type { Pool, PoolContainer } from '../../pool/pool.ts';

/** What there is to test: in the image, and at the newest commit of the module. */
export interface CurrentCatalog {
  commit: Commit;
  catalog: Catalog;
}

export interface LocksSeen {
  held: LockInfo[];
  /** Why the store does not answer; `undefined` when it does. */
  fault: string | undefined;
}

/** What is told besides the database, for answers that are asked for often: a little old, and never waited for. */
export interface StatusCache {
  /** The pool, some seconds old; `undefined` while the engine does not answer. */
  containers(): Promise<PoolContainer[] | undefined>;
  locks(): Promise<LocksSeen>;
  /** What there is to test, some seconds old, for who types a name. Errors: as of `Context.catalog`. */
  catalog(): Promise<CurrentCatalog>;
  /** Something of the containers has changed: the next one who asks is told the new. */
  forget(): void;
}

const containersMs = 3_000;
const locksMs = 500;
const catalogMs = 10_000;
const patienceMs = 400;

export function createStatusCache(deps: {
  pool(): Promise<Pick<Pool, 'list'>>;
  catalog(): Promise<CurrentCatalog>;
  locks: LockStore;
  log: Logger;
}): StatusCache {
  const { pool, catalog, locks, log } = deps;
  let known: { readAt: number; answer: Promise<CurrentCatalog> } | undefined;
  const containers = cachedWithTimeout(async () => (await pool()).list(), {
    everyMs: containersMs,
    timeoutMs: patienceMs,
    onError: (error) => {
      if (!isFault(error, 'ENGINE_UNREACHABLE'))
        log.debug({ err: error }, 'The containers cannot be listed.');
    },
  });
  const seen = cachedWithTimeout(
    async (): Promise<LocksSeen> => {
      try {
        await locks.check();
        return { held: await locks.list(), fault: undefined };
      } catch (error) {
        return { held: [], fault: toFault(error).message };
      }
    },
    { everyMs: locksMs, timeoutMs: patienceMs, onError: () => {} },
  );
  return {
    containers: containers.get,
    locks: async () => (await seen.get()) ?? { held: [], fault: 'The lock store does not answer.' },
    catalog() {
      if (known === undefined || performance.now() - known.readAt > catalogMs) {
        const reading = { readAt: performance.now(), answer: catalog() };
        known = reading;
        reading.answer.catch(() => {
          if (known === reading) known = undefined;
        });
      }
      return known.answer;
    },
    forget: containers.forget,
  };
}
