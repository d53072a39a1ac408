import type { ContainerInfo, Engine } from '../engine/engine.ts';
import { Fault } from '../faults/fault.ts';
import { containerName } from '../model/environment.ts';
import { type Place, type PoolSettings, placeOf, poolLabels } from './specification.ts';

/**
 * Our container of a place; `undefined` when there is none. Errors: those of the engine, and CONTAINER_NAME_TAKEN when another
 * program has a container of that name, which is never touched.
 */
export async function findOwnContainer(
  engine: Engine,
  settings: PoolSettings,
  place: Place,
): Promise<ContainerInfo | undefined> {
  const name = containerName(place.environmentId, place.slot);
  const info = await engine.inspect(name);
  if (info && !isOwn(info, settings, place)) {
    throw new Fault(
      'CONTAINER_NAME_TAKEN',
      `The container ${name} (image ${info.image}) was not made by this installation of matre.`,
    );
  }
  return info;
}

function isOwn({ labels }: ContainerInfo, { installation }: PoolSettings, place: Place): boolean {
  const { environmentId, slot } = placeOf(labels);
  return (
    labels[poolLabels.installation] === installation &&
    environmentId === place.environmentId &&
    slot === place.slot
  );
}
