import { stat } from 'node:fs/promises';
import { Fault, isFault } from '../faults/fault.ts';
import { asSentence } from '../faults/sentence.ts';
import type { Logger } from '../log.ts';
import { createDockerEngine } from './docker/engine.ts';
import type { Engine } from './engine.ts';
import { createSandboxEngine } from './sandbox/engine.ts';

export interface OpenEngineOptions {
  /** MATRE_ENGINE. `auto`: Docker if it answers, else the sandbox. */
  kind: 'auto' | 'docker' | 'sandbox';
  /** MATRE_IMAGE; `undefined` when the caller makes an image for the engine it gets. */
  image?: string;
  /** DOCKER_HOST, see `createDockerEngine`. */
  dockerHost: string | undefined;
  /** The folder of the sandbox's containers. */
  sandboxFolder: string;
  log: Logger;
}

/**
 * The configured engine, which has answered once. Errors: ENGINE_UNREACHABLE, also with `auto` when Docker does not answer and the
 * image is one of Docker, which the sandbox could not use.
 */
export async function openEngine({
  kind,
  image,
  dockerHost,
  sandboxFolder,
  log,
}: OpenEngineOptions): Promise<Engine> {
  if (kind !== 'sandbox') {
    const docker = createDockerEngine({ host: dockerHost, log });
    try {
      log.debug({ engine: await docker.describe() }, 'Docker answers');
      return docker;
    } catch (error) {
      await docker.close();
      if (kind === 'docker' || !isFault(error, 'ENGINE_UNREACHABLE')) throw error;
      if (image !== undefined && !(await suitsSandbox(image))) {
        const message = `${asSentence(error.message)} Without it the sandbox is used, but ${image} is not a folder (MATRE_IMAGE).`;
        throw new Fault('ENGINE_UNREACHABLE', message, { cause: error.cause });
      }
    }
  }
  const sandbox = createSandboxEngine({ folder: sandboxFolder });
  log.debug({ engine: await sandbox.describe() }, 'The sandbox works');
  return sandbox;
}

/** Whether an image is meant for the sandbox: a path, which no name of a Docker image can be, or the name of a folder. */
async function suitsSandbox(image: string): Promise<boolean> {
  if (/^[./~]/.test(image)) return true;
  return stat(image).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}
