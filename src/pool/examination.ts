import type { ContainerInfo, Engine } from '../engine/engine.ts';
import { toFault } from '../errors.ts';
import { type LockStore, lockNames } from '../locks/lock.ts';
import { containerName } from '../model/environment.ts';
import { lookInside } from './health.ts';
import type { Pool, PoolContainer, PoolEvent } from './pool.ts';
import { type PoolSettings, poolLabels, poolSpecification } from './specification.ts';

/** A container of the pool, and what a look into it showed. */
export interface ExaminedContainer extends PoolContainer {
  /** What is wrong inside, see `findAilment`; `undefined` when nothing is, or when it does not run. */
  ailment: string | undefined;
  /** The tokens (`run-12-3`) of supervised processes in it: of the run under way, or of earlier ones. */
  processes: string[];
}

/** Looks at the containers of environments without changing them, and mends those that no run uses. */
export interface Examination {
  examine(environmentIds: ReadonlySet<number>): Promise<ExaminedContainer[]>;
  /** Containers that have the name of one of ours for these environments, and are not ours. */
  strangers(environmentIds: ReadonlySet<number>): Promise<{ name: string; image: string }[]>;
  /**
   * Makes the container of a slot what it should be, as a run does before it uses it. Gives what was done; `undefined` when a run
   * has the environment, which sees to it by itself. Errors: as of `Pool.ensure`.
   */
  mend(environment: { id: number; code: string }, slot: number): Promise<PoolEvent[] | undefined>;
}

/** Each look is a process for the engine to start. */
const looksAtOnce = 8;

export function createExamination(deps: {
  engine: Engine;
  pool: Pool;
  locks: LockStore;
  settings: PoolSettings;
}): Examination {
  const { engine, pool, locks, settings } = deps;

  async function lookAt(container: PoolContainer, imageId: string): Promise<ExaminedContainer> {
    if (container.state !== 'running') return { ...container, ailment: undefined, processes: [] };
    const spec = poolSpecification(settings, container, imageId);
    try {
      return { ...container, ...(await lookInside(engine, container.name, spec)) };
    } catch (error) {
      return { ...container, ailment: `it does not answer (${toFault(error).message})`, processes: [] };
    }
  }

  return {
    async examine(environmentIds) {
      const imageId = await engine.imageId(settings.image);
      const waiting = (await pool.list()).filter(({ environmentId }) => environmentIds.has(environmentId));
      const examined: ExaminedContainer[] = [];
      const work = async () => {
        for (let next = waiting.shift(); next; next = waiting.shift()) {
          examined.push(await lookAt(next, imageId));
        }
      };
      await Promise.all(Array.from({ length: looksAtOnce }, work));
      return examined.sort((a, b) => a.environmentId - b.environmentId || a.slot - b.slot);
    },

    async strangers(environmentIds) {
      const names = new Set([...environmentIds].map((id) => containerName(id)));
      const isOurs = ({ labels }: ContainerInfo) => labels[poolLabels.installation] === settings.installation;
      return (await engine.list({}))
        .filter((info) => names.has(info.name) && !isOurs(info))
        .map(({ name, image }) => ({ name, image }));
    },

    async mend(environment, slot) {
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
