import { cachedWithTimeout } from '../../async/cached.ts';
import { isFault, toFault } from '../../faults/fault.ts';
import type { LockInfo, LockStore } from '../../locks/lock.ts';
import type { Logger } from '../../log.ts';
import type { CatalogAccess } from '../../mftf/catalog/catalogs.ts';
import type { Commit } from '../../modules/modules.ts';
import type { Pool, PoolContainer } from '../../pool/pool.ts';

/** The tests of the image and of the newest commit of the module. */
export interface CurrentCatalog {
  commit: Commit;
  catalog: CatalogAccess;
}

export interface LockStatus {
  locks: LockInfo[];
  /** Why the lock store does not respond; `undefined` when it does. */
  fault: string | undefined;
}

/**
 * Cached state of what is not in the database. May be seconds old; containers and locks never block longer than 400 ms, or than the
 * caller allows.
 */
export interface StatusCache {
  /** The containers of the pool, at most 3 s old; `undefined` while the engine does not respond. */
  containers(timeoutMs?: number): Promise<PoolContainer[] | undefined>;
  /** Why the engine does not respond; `undefined` when it does, or may only be slow. */
  engineFault(): string | undefined;
  /** The locks, at most 0.5 s old. */
  locks(timeoutMs?: number): Promise<LockStatus>;
  /** The tests, at most 10 s old, to complete names. Waits for them. Errors: as of `Context.catalog`. */
  catalog(): Promise<CurrentCatalog>;
  /** Makes the next call of `containers` list them again. For use after a change. */
  forget(): void;
}

const containersMs = 3_000;
const locksMs = 500;
const catalogMs = 10_000;
const patienceMs = 400;
/** An engine on a machine under load must not look like one that is not there. */
const slowEngineMs = 30_000;

export function createStatusCache(deps: {
  pool(): Promise<Pick<Pool, 'list'>>;
  catalog(): Promise<CurrentCatalog>;
  locks: LockStore;
  log: Logger;
}): StatusCache {
  const { pool, catalog, locks, log } = deps;
  // Not `cachedWithTimeout`: callers wait for the catalog, and get its errors.
  let cached: { readAt: number; catalog: Promise<CurrentCatalog> } | undefined;
  let engineFault: string | undefined;
  const listContainers = async () => {
    const list = await (await pool()).list();
    engineFault = undefined;
    return list;
  };
  const containers = cachedWithTimeout(listContainers, {
    everyMs: containersMs,
    timeoutMs: patienceMs,
    onError: (error) => {
      engineFault = toFault(error).message;
      if (!isFault(error, 'ENGINE_UNREACHABLE')) log.debug({ err: error }, 'The containers cannot be listed');
    },
  });
  const lockStatus = cachedWithTimeout(
    async (): Promise<LockStatus> => {
      try {
        await locks.check();
        return { locks: await locks.list(), fault: undefined };
      } catch (error) {
        return { locks: [], fault: toFault(error).message };
      }
    },
    { everyMs: locksMs, timeoutMs: patienceMs, onError: () => {} },
  );
  return {
    containers: containers.get,
    engineFault: () =>
      engineFault ??
      (containers.runningMs() > slowEngineMs ? 'The container engine does not respond.' : undefined),
    locks: async (timeoutMs) =>
      (await lockStatus.get(timeoutMs)) ?? { locks: [], fault: 'The lock store does not respond.' },
    catalog() {
      if (cached === undefined || performance.now() - cached.readAt > catalogMs) {
        const current = { readAt: performance.now(), catalog: catalog() };
        cached = current;
        current.catalog.catch(() => {
          if (cached === current) cached = undefined;
        });
      }
      return cached.catalog;
    },
    forget: containers.forget,
  };
}
