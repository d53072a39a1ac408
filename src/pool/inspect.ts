import type { ContainerInfo, Engine } from '../engine/engine.ts';
import { leftovers } from '../engine/supervised.ts';
import { toFault } from '../faults/fault.ts';
import { type LockStore, lockNames } from '../locks/lock.ts';
import { containerName } from '../model/environment.ts';
import { expectedContainer } from './create-container.ts';
import { checkInside, type HealthCheck, inspectInside, readFill } from './health.ts';
import { isOwn } from './own-container.ts';
import type { Pool, PoolContainer, PoolEvent } from './pool.ts';
import type { Place, PoolSettings } from './specification.ts';
import { staleReason } from './staleness.ts';

/** A container of the pool with the result of inspecting it from inside. */
export interface InspectedContainer extends PoolContainer {
  /** The first problem inside, see `diagnose`; `undefined` when there is none, or when it does not run. */
  problem: string | undefined;
  /** The tokens (`run-12-3`) of supervised processes in it: of the current run, or of earlier ones. */
  processes: string[];
}

/** All checks of one container. */
export interface ContainerInspection {
  info: ContainerInfo;
  stale: string | undefined;
  /** `undefined` when it does not run, so that it cannot be checked. */
  checks: HealthCheck[] | undefined;
  /** Of its tmpfs, by target. */
  fill: Map<string, { sizeBytes: number; usedBytes: number }>;
  processes: string[];
}

/** Inspects the containers of environments without changing them, and repairs those that no run uses. */
export interface Inspection {
  /** The containers of these environments, by environment and slot. Errors: those of the engine. */
  examine(environmentIds: ReadonlySet<number>): Promise<InspectedContainer[]>;
  /** All checks of the container of a slot; `undefined` when there is none, or it is not ours. Errors: those of the engine. */
  inspectClosely(place: Place, requiredFiles: readonly string[]): Promise<ContainerInspection | undefined>;
  /** Containers of other programs that have the name of one of ours for these environments. Errors: those of the engine. */
  strangers(environmentIds: ReadonlySet<number>): Promise<{ name: string; image: string }[]>;
  /**
   * Makes the container of a slot usable, as a run does before it uses it. Returns what was done; `undefined` when a run has the
   * environment, because that run repairs the container itself. Errors: as of `Pool.ensure`.
   */
  repair(environment: { id: number; code: string }, slot: number): Promise<PoolEvent[] | undefined>;
}

/** Containers that are inspected at a time: the engine starts a process for each. */
const maxConcurrent = 8;

export function createInspection(deps: {
  engine: Engine;
  pool: Pool;
  locks: LockStore;
  settings: PoolSettings;
}): Inspection {
  const { engine, pool, locks, settings } = deps;

  async function inspect(container: PoolContainer): Promise<InspectedContainer> {
    if (container.state !== 'running') return { ...container, problem: undefined, processes: [] };
    try {
      const { spec } = await expectedContainer(engine, settings, container);
      return { ...container, ...(await inspectInside(engine, container.name, spec)) };
    } catch (error) {
      return { ...container, problem: `it does not answer (${toFault(error).message})`, processes: [] };
    }
  }

  return {
    async examine(environmentIds) {
      const queue = (await pool.list()).filter(({ environmentId }) => environmentIds.has(environmentId));
      const inspected: InspectedContainer[] = [];
      const work = async () => {
        for (let next = queue.shift(); next; next = queue.shift()) {
          inspected.push(await inspect(next));
        }
      };
      await Promise.all(Array.from({ length: maxConcurrent }, work));
      return inspected.sort((a, b) => a.environmentId - b.environmentId || a.slot - b.slot);
    },

    async inspectClosely(place, requiredFiles) {
      const info = await engine.inspect(containerName(place.environmentId, place.slot));
      if (info === undefined || !(await isOwn(info, settings, place))) return undefined;
      const { spec, imageId } = await expectedContainer(engine, settings, place);
      const base: ContainerInspection = {
        info,
        stale: staleReason(info, spec, imageId),
        checks: undefined,
        fill: new Map(),
        processes: [],
      };
      if (info.state !== 'running') return base;
      try {
        const [checks, fill, processes] = await Promise.all([
          checkInside(engine, info.id, spec, requiredFiles),
          readFill(
            engine,
            info.id,
            spec.tmpfs.map(({ target }) => target),
          ),
          leftovers(engine, info.id),
        ]);
        return { ...base, checks, fill, processes: [...new Set(processes.map(({ token }) => token))] };
      } catch (error) {
        const unanswered = {
          name: 'it answers',
          ok: false,
          seen: `it does not answer (${toFault(error).message})`,
        };
        return { ...base, checks: [unanswered] };
      }
    },

    async strangers(environmentIds) {
      const places = new Map(
        [...environmentIds].map((environmentId) => [
          containerName(environmentId),
          { environmentId, slot: 1 },
        ]),
      );
      const foreign: { name: string; image: string }[] = [];
      for (const info of await engine.list({})) {
        const place = places.get(info.name);
        if (place && !(await isOwn(info, settings, place)))
          foreign.push({ name: info.name, image: info.image });
      }
      return foreign;
    },

    async repair(environment, slot) {
      const owner = `doctor, process ${process.pid}`;
      const execution = await locks.tryAcquire(lockNames.execution(environment.id), { owner });
      if (!execution) return undefined;
      const events: PoolEvent[] = [];
      try {
        await pool.ensure(environment, {
          slot,
          signal: execution.lost,
          onEvent: (event) => events.push(event),
        });
        return events;
      } finally {
        await execution.release();
      }
    },
  };
}
