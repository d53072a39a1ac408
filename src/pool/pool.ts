import { setTimeout as delay } from 'node:timers/promises';
import type { ContainerInfo, ContainerSpec, Engine, ListedContainer } from '../engine/engine.ts';
import { admitFence } from '../engine/supervised.ts';
import { Fault, type FaultCode, isFault } from '../faults/fault.ts';
import { type HeldLock, type LockStore, lockNames } from '../locks/lock.ts';
import type { Logger } from '../log.ts';
import { containerName } from '../model/environment.ts';
import { clearEarlierRuns, diagnose } from './health.ts';
import { type Place, type PoolSettings, placeOf, poolLabels, poolSpecification } from './specification.ts';
import { staleReason } from './staleness.ts';

/** What people should know about the container of a run. */
export interface PoolEvent {
  code:
    | 'CONTAINER_CREATED'
    | 'CONTAINER_STARTED'
    | 'CONTAINER_REPLACED'
    | 'CONTAINER_NAME_FREED'
    | 'LEFTOVERS_CLEARED';
  message: string;
}

export interface EnsureOptions {
  /** Which of the containers of the environment, from 1; the first by default. */
  slot?: number;
  /** Files in the container, by absolute path, that must be there and not empty. */
  requiredFiles?: string[];
  signal?: AbortSignal;
  /**
   * Of the run that wants the container, which then starts nothing for an older one. `assertHeld` is asked when the container
   * knows a newer one, and rejects if that is true; otherwise the database was put back, and the container is replaced.
   */
  fence?: { number: number; assertHeld(): Promise<void> } | undefined;
  onEvent?: (event: PoolEvent) => unknown;
}

/** A container of the pool, for people. */
export interface PoolContainer {
  name: string;
  environmentId: number;
  slot: number;
  image: string;
  state: ContainerInfo['state'];
  createdAt: Date;
  /** Why it will be replaced before the next run; `undefined` when it can be used as it is. */
  stale: string | undefined;
}

/** One container for each slot of an environment, made when it is first needed. */
export interface Pool {
  /**
   * The container of a slot, running, as its specification says, healthy, and with no process of an earlier run. It is
   * made, started, or replaced (once) as needed. The caller holds `mftf_execution_env_{id}`: what still runs there is killed.
   * Errors: those of the engine, CONTAINER_STALE, CONTAINER_UNHEALTHY, LOCK_LOST, LOCK_STORE_UNREACHABLE.
   */
  ensure(
    environment: { id: number; code: string },
    options?: EnsureOptions,
  ): Promise<{ id: string; name: string }>;
  list(): Promise<PoolContainer[]>;
  /**
   * Removes the containers of an environment and makes a new one for the first slot; the others are made when they are
   * needed. Waits until no run uses them.
   */
  replace(environment: { id: number; code: string }): Promise<PoolContainer>;
  /**
   * Removes our containers of environments and slots that are not among these and that no run uses. Gives their names. The environments are asked for after the
   * containers were listed, so that the container of one that is just being made is never among the removed.
   */
  prune(environments: () => Promise<readonly { id: number; slots: number }[]>): Promise<string[]>;
}

/** What is wrong with a container, in words that follow "because". */
interface Problem {
  code: 'CONTAINER_STALE' | 'CONTAINER_UNHEALTHY';
  reason: string;
}

/** How long a name may stay taken by a container that is on its way out. */
const nameFreeMs = 20_000;
/** What a broken container answers with, rather than a broken engine. */
const containerFaults: FaultCode[] = ['CONTAINER_VANISHED', 'ENGINE_FAILED', 'OUT_OF_MEMORY'];

export function createPool(deps: {
  engine: Engine;
  locks: LockStore;
  settings: PoolSettings;
  log: Logger;
  /** Called when the container of an environment was made, started, replaced or removed. Never rejects. */
  onChange?(environmentId: number): Promise<void>;
}): Pool {
  const { engine, locks, settings, log, onChange = async () => {} } = deps;
  const owner = `pool of process ${process.pid}`;

  function isOurs({ labels }: ContainerInfo, place: Place): boolean {
    const { environmentId, slot } = placeOf(labels);
    return (
      labels[poolLabels.installation] === settings.installation &&
      environmentId === place.environmentId &&
      slot === place.slot
    );
  }

  /** The container of a slot; a stranger under its name is never touched. */
  async function find(place: Place): Promise<ContainerInfo | undefined> {
    const name = containerName(place.environmentId, place.slot);
    const info = await engine.inspect(name);
    if (info && !isOurs(info, place)) {
      throw new Fault(
        'CONTAINER_NAME_TAKEN',
        `The container ${name} (image ${info.image}) was not made by this installation of matre.`,
      );
    }
    return info;
  }

  async function withLock<T>(
    name: string,
    signal: AbortSignal | undefined,
    work: (held: HeldLock) => Promise<T>,
  ): Promise<T> {
    const held = await locks.acquire(name, { owner, ...(signal ? { signal } : {}) });
    try {
      return await work(held);
    } finally {
      await held.release();
    }
  }

  async function expected(place: Place): Promise<{ spec: ContainerSpec; imageId: string }> {
    const imageId = await engine.imageId(settings.image);
    return { spec: poolSpecification(settings, place, imageId), imageId };
  }

  /** Makes the container. Its name may still be held by one of ours that could not be seen or is on its way out. */
  async function create(
    place: Place,
    spec: ContainerSpec,
    proceed: () => void,
    tell: (event: PoolEvent) => Promise<void>,
  ): Promise<ContainerInfo> {
    const deadline = performance.now() + nameFreeMs;
    for (;;) {
      proceed();
      try {
        const made = await engine.create(spec);
        await tell({ code: 'CONTAINER_CREATED', message: `${spec.name} was made from ${spec.image}.` });
        return made;
      } catch (error) {
        if (!isFault(error, 'CONTAINER_NAME_TAKEN') || performance.now() > deadline) throw error;
        proceed();
        if (await find(place)) {
          await engine.remove(spec.name);
          await tell({
            code: 'CONTAINER_NAME_FREED',
            message: `The name ${spec.name} was still held by a dead container of ours, which was removed.`,
          });
        } else {
          await delay(200);
        }
      }
    }
  }

  /** Brings a container to life and looks at it; `undefined` when nothing is wrong. */
  async function examine(
    info: ContainerInfo,
    { spec, imageId }: { spec: ContainerSpec; imageId: string },
    { requiredFiles = [], fence }: EnsureOptions,
    tell: (event: PoolEvent) => Promise<void>,
  ): Promise<Problem | undefined> {
    const stale = staleReason(info, spec, imageId);
    if (stale) return { code: 'CONTAINER_STALE', reason: stale };
    try {
      if (info.state !== 'running') {
        await engine.start(info.id);
        await tell({ code: 'CONTAINER_STARTED', message: `${info.name} was stopped and was started again.` });
      }
      if (fence && !(await admitFence(engine, info.id, fence.number))) {
        await fence.assertHeld();
        return { code: 'CONTAINER_STALE', reason: 'it knows a newer fence than the database' };
      }
      const { tokens, cleared } = await clearEarlierRuns(engine, info.id);
      if (!cleared) {
        return { code: 'CONTAINER_UNHEALTHY', reason: `processes of ${tokens.join(', ')} cannot be killed` };
      }
      if (tokens.length > 0) {
        await tell({
          code: 'LEFTOVERS_CLEARED',
          message: `Processes that ${tokens.join(', ')} left in ${info.name} were killed.`,
        });
      }
      const reason = await diagnose(engine, info.id, spec, requiredFiles);
      return reason === undefined ? undefined : { code: 'CONTAINER_UNHEALTHY', reason };
    } catch (error) {
      if (!isFault(error, ...containerFaults)) throw error;
      return { code: 'CONTAINER_UNHEALTHY', reason: `it does not answer (${error.message})` };
    }
  }

  function view(info: ListedContainer, place: Place, stale: string | undefined): PoolContainer {
    const { name, image, state, createdAt } = info;
    return { name, ...place, image, state, createdAt, stale };
  }

  return {
    async ensure({ id: environmentId, code }, options = {}) {
      const { signal, onEvent, slot = 1 } = options;
      const place = { environmentId, slot };
      const name = containerName(environmentId, slot);
      const tell = async (event: PoolEvent) => {
        log.info({ container: name, environment: code, event: event.code }, event.message);
        await onEvent?.(event);
        await onChange(environmentId);
      };
      return withLock(lockNames.container(name), signal, async (held) => {
        const proceed = () => {
          signal?.throwIfAborted();
          held.assertHeld();
        };
        const wanted = await expected(place);
        for (let replaced = false; ; replaced = true) {
          const info = (await find(place)) ?? (await create(place, wanted.spec, proceed, tell));
          proceed();
          const problem = await examine(info, wanted, options, tell);
          if (!problem) return { id: info.id, name };
          if (replaced) {
            throw new Fault(
              problem.code,
              `${name} cannot be used, also after it was replaced: ${problem.reason}.`,
            );
          }
          proceed();
          await engine.remove(info.id);
          await tell({
            code: 'CONTAINER_REPLACED',
            message: `${name} is replaced, because ${problem.reason}.`,
          });
        }
      });
    },

    async list() {
      const found = await engine.list({ [poolLabels.installation]: settings.installation });
      // An image that is gone makes every container stale; the list is still worth showing.
      const imageId = await engine.imageId(settings.image).catch((error: unknown) => {
        if (isFault(error, 'IMAGE_MISSING')) return undefined;
        throw error;
      });
      return found
        .map((info) => {
          const place = placeOf(info.labels);
          const stale =
            imageId === undefined
              ? `the image ${settings.image} is missing`
              : staleReason(info, poolSpecification(settings, place, imageId), imageId);
          return view(info, place, stale);
        })
        .sort((a, b) => a.environmentId - b.environmentId || a.slot - b.slot);
    },

    async replace({ id: environmentId }) {
      const place = { environmentId, slot: 1 };
      const name = containerName(environmentId);
      return withLock(lockNames.execution(environmentId), undefined, (execution) =>
        withLock(lockNames.container(name), undefined, async (held) => {
          const proceed = () => {
            execution.assertHeld();
            held.assertHeld();
          };
          // First, so that a missing image costs nobody a container that works.
          const { spec } = await expected(place);
          await find(place);
          for (const info of await engine.list({
            [poolLabels.installation]: settings.installation,
            [poolLabels.environment]: String(environmentId),
          })) {
            proceed();
            await engine.remove(info.id);
          }
          const made = await create(place, spec, proceed, async ({ message }) => log.info(message));
          await onChange(environmentId);
          return view(made, place, undefined);
        }),
      );
    },

    async prune(environments) {
      const found = await engine.list({ [poolLabels.installation]: settings.installation });
      const slots = new Map((await environments()).map(({ id, slots }) => [id, slots]));
      const removed: string[] = [];
      for (const { id, name, labels } of found) {
        const { environmentId, slot } = placeOf(labels);
        if (slot <= (slots.get(environmentId) ?? 0)) continue;
        // A run may still use the slots that its environment had when it started.
        const execution = await locks.tryAcquire(lockNames.execution(environmentId), { owner });
        if (!execution) continue;
        try {
          await withLock(lockNames.container(name), undefined, async (held) => {
            execution.assertHeld();
            held.assertHeld();
            if (await engine.remove(id)) removed.push(name);
          });
        } finally {
          await execution.release();
        }
      }
      return removed.sort();
    },
  };
}
