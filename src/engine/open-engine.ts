import { isFault } from '../faults/fault.ts';
import type { Logger } from '../log.ts';
import { createDockerEngine } from './docker/engine.ts';
import type { Engine } from './engine.ts';
import { createSandboxEngine } from './sandbox/engine.ts';

export interface OpenEngineOptions {
  /** MATRE_ENGINE. `auto`: Docker if it answers, else the sandbox. */
  kind: 'auto' | 'docker' | 'sandbox';
  /** DOCKER_HOST, see `createDockerEngine`. */
  dockerHost: string | undefined;
  /** The folder of the sandbox's containers. */
  sandboxFolder: string;
  log: Logger;
}

/** The configured engine, which has answered once. Errors: ENGINE_UNREACHABLE. */
export async function openEngine({
  kind,
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
    }
  }
  const sandbox = createSandboxEngine({ folder: sandboxFolder });
  log.debug({ engine: await sandbox.describe() }, 'The sandbox works');
  return sandbox;
}
