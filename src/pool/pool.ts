import type { DeadContainer, Engine } from '../engine/engine.ts';
import { Fault } from '../faults/fault.ts';
import { type HeldLock, type LockStore, lockNames } from '../locks/lock.ts';
import type { Logger } from '../log.ts';
import { containerName } from '../model/environment.ts';
import { createContainer, expectedContainer } from './create-container.ts';
import { listContainers, listOwnContainers, type PoolContainer, toPoolContainer } from './list-containers.ts';
import { type ContainerNeeds, makeUsable } from './make-usable.ts';
import { findOwnContainer } from './own-container.ts';
import type { PoolEvent } from './pool-event.ts';
import { type ContainerSources, type PoolSettings, placeOf, poolLabels } from './specification.ts';

export type { PoolContainer, PoolEvent };

export interface EnsureOptions extends ContainerNeeds {
  /** From 1; the first by default. */
  slot?: number;
  /** By default those of the environment now. */
  sources?: ContainerSources | undefined;
  signal?: AbortSignal;
  onEvent?: (event: PoolEvent) => unknown;
}

/** One container for each slot of an environment, created on first use. */
export interface Pool {
  /**
   * Returns the container of a slot: running, matching its specification, healthy, without processes of earlier runs. It is
   * created, started or replaced (once) as needed. The caller holds `mftf_execution_env_{id}`: processes that still run in the
   * container are killed.
   * Errors: those of the engine, CONTAINER_STALE, CONTAINER_UNHEALTHY, CONTAINER_VANISHED, LOCK_LOST, LOCK_STORE_UNREACHABLE.
   */
  ensure(
    environment: { id: number; code: string },
    options?: EnsureOptions,
  ): Promise<{ id: string; name: string }>;
  /** All containers of this installation, by environment and slot. Errors: those of the engine. */
  list(): Promise<PoolContainer[]>;
  /**
   * Removes the containers of an environment and creates the first one anew; the others are created on next use. Waits until
   * no run uses them. Errors: those of the engine, LOCK_LOST, LOCK_STORE_UNREACHABLE.
   */
  replace(environment: { id: number; code: string }): Promise<PoolContainer>;
  /**
   * Removes our containers whose environment or slot no longer exists, unless a run uses the environment. Returns their names,
   * sorted. `environments` is called after the containers are listed, so that the container of an environment that is being
   * added is never removed.
   */
  prune(environments: () => Promise<readonly { id: number; slots: number }[]>): Promise<string[]>;
  /** Our containers that the engine could not remove; new ones have taken their places. Errors: those of the engine. */
  listDead(): Promise<DeadContainer[]>;
  /** Tries again to remove one of these. Errors: those of the engine, which takes 5 s to give up (Docker 20.10). */
  removeDead(container: DeadContainer): Promise<void>;
}

export interface PoolDependencies {
  engine: Engine;
  locks: LockStore;
  settings: PoolSettings;
  log: Logger;
  /** Called when the container of an environment was created, started, replaced or removed. Never rejects. */
  onChange?(environmentId: number): Promise<void>;
}

export function createPool(deps: PoolDependencies): Pool {
  return {
    ensure: (environment, options = {}) => ensureContainer(deps, environment, options),
    list: () => listContainers(deps.engine, deps.settings),
    replace: ({ id }) => replaceContainers(deps, id),
    prune: (environments) => pruneContainers(deps, environments),
    listDead: () => deps.engine.listDead({ [poolLabels.installation]: deps.settings.installation }),
    async removeDead({ id }) {
      await deps.engine.remove(id);
    },
  };
}

const owner = `pool of process ${process.pid}`;

/**
 * Runs `work` with a lock. Rejects with LOCK_VALUE_FOREIGN instead of waiting until a foreign value is gone, unless `wait` says that
 * the caller waits, and reports it.
 */
async function withLock<T>(
  locks: LockStore,
  name: string,
  wait: { signal: AbortSignal | undefined; onForeign(fault: Fault): void } | undefined,
  work: (lock: HeldLock) => Promise<T>,
): Promise<T> {
  const refused = new AbortController();
  const lock = await locks.acquire(name, {
    owner,
    onForeign: wait?.onForeign ?? ((fault) => refused.abort(fault)),
    ...(wait?.signal ? { signal: wait.signal } : wait ? {} : { signal: refused.signal }),
  });
  try {
    return await work(lock);
  } finally {
    await lock.release();
  }
}

async function ensureContainer(
  deps: PoolDependencies,
  { id: environmentId, code }: { id: number; code: string },
  options: EnsureOptions,
): Promise<{ id: string; name: string }> {
  const { engine, locks, settings, log, onChange } = deps;
  const { signal, onEvent, slot = 1 } = options;
  const place = { environmentId, slot };
  const name = containerName(environmentId, slot);
  const report = async (event: PoolEvent) => {
    log.info({ container: name, environment: code, event: event.code }, event.message);
    await onEvent?.(event);
    await onChange?.(environmentId);
  };
  // 1. Lock the container, so that no other process changes it.
  const onForeign = ({ message }: Fault) => {
    // Shown to users only, so a failure does not matter.
    report({ code: 'LOCK_VALUE_FOREIGN', message: `The run waits for a lock. ${message}` }).catch(() => {});
  };
  return withLock(locks, lockNames.container(name), { signal, onForeign }, async (lock) => {
    const assertMayProceed = () => {
      signal?.throwIfAborted();
      lock.assertHeld();
    };
    const expected = await expectedContainer(engine, settings, place, options.sources);
    for (let replaced = false; ; replaced = true) {
      // 2. Find it, or create it.
      const info =
        (await findOwnContainer(engine, settings, place)) ??
        (await createContainer(deps, place, expected.spec, assertMayProceed, report));
      assertMayProceed();
      // 3. Start, clear and check it.
      const problem = await makeUsable(engine, info, expected, options, report);
      if (!problem) return { id: info.id, name };
      // 4. Remove it and start over, once.
      const { reason } = problem;
      if (replaced) {
        throw new Fault(problem.code, `${name} cannot be used, also after it was replaced: ${reason}.`);
      }
      assertMayProceed();
      await engine.remove(info.id);
      await report({ code: 'CONTAINER_REPLACED', message: `${name} is replaced, because ${reason}.` });
    }
  });
}

async function replaceContainers(deps: PoolDependencies, environmentId: number): Promise<PoolContainer> {
  const { engine, locks, settings, log, onChange } = deps;
  const place = { environmentId, slot: 1 };
  const name = containerName(environmentId);
  // 1. Wait until no run uses the environment, then lock the container.
  return withLock(locks, lockNames.execution(environmentId), undefined, (execution) =>
    withLock(locks, lockNames.container(name), undefined, async (lock) => {
      const assertMayProceed = () => {
        execution.assertHeld();
        lock.assertHeld();
      };
      // 2. Check that a new one can be created, before a working one is removed: the image may be missing, the name taken.
      const { spec } = await expectedContainer(engine, settings, place);
      await findOwnContainer(engine, settings, place);
      // 3. Remove those of all slots.
      for (const info of await listOwnContainers(engine, settings, environmentId)) {
        assertMayProceed();
        await engine.remove(info.id);
      }
      // 4. Create the one of the first slot.
      const report = async ({ message }: PoolEvent) => log.info(message);
      const info = await createContainer(deps, place, spec, assertMayProceed, report);
      await onChange?.(environmentId);
      return toPoolContainer(info, place, undefined);
    }),
  );
}

async function pruneContainers(
  { engine, locks, settings }: PoolDependencies,
  environments: Parameters<Pool['prune']>[0],
): Promise<string[]> {
  const infos = await listOwnContainers(engine, settings);
  const slotCounts = new Map((await environments()).map(({ id, slots }) => [id, slots]));
  const removed: string[] = [];
  for (const { id, name, labels } of infos) {
    const { environmentId, slot } = placeOf(labels);
    if (slot <= (slotCounts.get(environmentId) ?? 0)) continue;
    // A run may still use the slots that its environment had when the run started.
    const execution = await locks.tryAcquire(lockNames.execution(environmentId), { owner });
    if (!execution) continue;
    try {
      await withLock(locks, lockNames.container(name), undefined, async (lock) => {
        execution.assertHeld();
        lock.assertHeld();
        if (await engine.remove(id)) removed.push(name);
      });
    } finally {
      await execution.release();
    }
  }
  return removed.sort();
}
