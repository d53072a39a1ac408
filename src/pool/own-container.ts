import type { ContainerInfo, Engine, ListedContainer } from '../engine/engine.ts';
import { Fault } from '../faults/fault.ts';
import { containerName } from '../model/environment.ts';
import { checkoutsFolder, type Place, type PoolSettings, placeOf, poolLabels } from './specification.ts';

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
  if (info && !(await isOwn(info, settings, place))) {
    throw new Fault(
      'CONTAINER_NAME_TAKEN',
      `The container ${name} (image ${info.image}) was not made by this installation of matre.`,
    );
  }
  return info;
}

/**
 * Whether this installation made a container. One with another installation id is ours as well if it mounts our checkouts and the
 * database has recorded that a run of ours made it: processes of versions up to 0.1.0 that started at once on a new database could
 * each have an id. Its specification has the other id, so it is stale, and the next run replaces it.
 */
export async function isOwn(
  container: ListedContainer,
  settings: PoolSettings,
  place: Place,
): Promise<boolean> {
  const { environmentId, slot } = placeOf(container.labels);
  if (environmentId !== place.environmentId || slot !== place.slot) return false;
  if (container.labels[poolLabels.installation] === settings.installation) return true;
  const mountsOurs = container.mounts.some(
    ({ source, target }) => source === settings.modulesFolder && target === checkoutsFolder,
  );
  return mountsOurs && ((await settings.recordedCreation?.(container)) ?? false);
}
