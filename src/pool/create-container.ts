import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { delay } from '../async/delay.ts';
import type { ContainerInfo, ContainerSpec, Engine } from '../engine/engine.ts';
import { isFault } from '../faults/fault.ts';
import { findOwnContainer } from './own-container.ts';
import type { ReportEvent } from './pool-event.ts';
import {
  type ContainerSources,
  containerSourcesOf,
  type Place,
  type PoolSettings,
  poolSpecification,
} from './specification.ts';

/** How long a name may stay taken by a container that is being removed. */
const nameFreeMs = 20_000;
/** How often creation is retried while the name is taken by a container that cannot be inspected. */
const retryMs = 200;

/** The message of the event CONTAINER_CREATED, by which the database proves later that a container is ours. */
export const createdMessage = ({ name, image }: { name: string; image: string }): string =>
  `${name} was made from ${image}.`;

/** Makes the folder that a container shares with its browsers. Their users differ, so all may write into it. */
async function makeDownloadsFolder({ downloadsFolder }: PoolSettings, container: string): Promise<void> {
  if (downloadsFolder === undefined) return;
  const folder = join(downloadsFolder, container);
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o777);
}

/** What the container of a place must look like. */
export interface ExpectedContainer {
  spec: ContainerSpec;
  imageId: string;
}

/** Of the sources, by default those of its environment now. Errors: IMAGE_MISSING, and those of the engine. */
export async function expectedContainer(
  engine: Engine,
  settings: PoolSettings,
  place: Place,
  requested?: ContainerSources,
): Promise<ExpectedContainer> {
  const sources = requested ?? (await containerSourcesOf(settings, place.environmentId));
  const imageId = await engine.imageId(sources.image);
  return { spec: poolSpecification(settings, place, sources, imageId), imageId };
}

/**
 * Creates and starts the container of a place. Its name may still be taken by one of ours that is dead or being removed: a dead
 * one is removed, the other is waited for. `assertMayProceed` throws when the caller has lost its lock or was stopped; it is
 * called before each change. Errors: those of the engine, CONTAINER_NAME_TAKEN.
 */
export async function createContainer(
  { engine, settings }: { engine: Engine; settings: PoolSettings },
  place: Place,
  spec: ContainerSpec,
  assertMayProceed: () => void,
  report: ReportEvent,
): Promise<ContainerInfo> {
  const deadline = performance.now() + nameFreeMs;
  await makeDownloadsFolder(settings, spec.name);
  for (;;) {
    assertMayProceed();
    try {
      const info = await engine.create(spec);
      await report({ code: 'CONTAINER_CREATED', message: createdMessage(spec) });
      return info;
    } catch (error) {
      if (!isFault(error, 'CONTAINER_NAME_TAKEN') || performance.now() > deadline) throw error;
    }
    assertMayProceed();
    if (await findOwnContainer(engine, settings, place)) {
      await engine.remove(spec.name);
      await report({
        code: 'CONTAINER_NAME_FREED',
        message: `The name ${spec.name} was taken by a dead container of ours, which was removed.`,
      });
    } else {
      await delay(retryMs);
    }
  }
}
