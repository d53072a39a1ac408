import { createMemo } from '../async/single-flight.ts';
import type { ContainerInfo, Engine, ListedContainer } from '../engine/engine.ts';
import { isFault } from '../faults/fault.ts';
import {
  type Place,
  type PoolSettings,
  placeOf,
  poolLabels,
  poolSpecification,
  readContainerSources,
} from './specification.ts';
import { staleReason } from './staleness.ts';

/** A container of the pool, as the page and the command line show it. */
export interface PoolContainer {
  name: string;
  environmentId: number;
  slot: number;
  image: string;
  state: ContainerInfo['state'];
  createdAt: Date;
  /** Why it will be replaced before the next run; `undefined` when it will not. */
  stale: string | undefined;
}

/** Our containers, by environment and slot. Errors: those of the engine. */
export async function listContainers(engine: Engine, settings: PoolSettings): Promise<PoolContainer[]> {
  const infos = await listOwnContainers(engine, settings);
  const sourcesOfEnvironment = await readContainerSources(settings);
  // A missing image makes its containers stale; the list is still useful.
  const readImageId = createMemo<string, string | undefined>();
  const containers = await Promise.all(
    infos.map(async (info) => {
      const place = placeOf(info.labels);
      const sources = sourcesOfEnvironment(place.environmentId);
      const imageId = await readImageId(sources.image, () =>
        engine.imageId(sources.image).catch((error: unknown) => {
          if (isFault(error, 'IMAGE_MISSING')) return undefined;
          throw error;
        }),
      );
      const stale =
        imageId === undefined
          ? `the image ${sources.image} is missing`
          : staleReason(info, poolSpecification(settings, place, sources, imageId), imageId);
      return toPoolContainer(info, place, stale);
    }),
  );
  return containers.sort((a, b) => a.environmentId - b.environmentId || a.slot - b.slot);
}

/** The containers of this installation, or those of one of its environments, as the engine lists them. */
export function listOwnContainers(
  engine: Engine,
  { installation }: PoolSettings,
  environmentId?: number,
): Promise<ListedContainer[]> {
  return engine.list({
    [poolLabels.installation]: installation,
    ...(environmentId === undefined ? {} : { [poolLabels.environment]: String(environmentId) }),
  });
}

export function toPoolContainer(
  { name, image, state, createdAt }: ListedContainer,
  { environmentId, slot }: Place,
  stale: string | undefined,
): PoolContainer {
  return { name, environmentId, slot, image, state, createdAt, stale };
}
