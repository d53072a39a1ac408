import { existsSync, mkdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import Docker from 'dockerode';
import { expect, test } from 'vitest';
import { createDockerEngine } from '../../src/engine/docker/engine.ts';
import { createInProcessLocks } from '../../src/locks/in-process.ts';
import { createPool, type PoolEvent } from '../../src/pool/pool.ts';
import { quiet } from '../support/database.ts';
import { dockerTestImage, magentoRoot } from '../support/image.ts';

const host = process.env['DOCKER_HOST'] ?? process.env['MATRE_TEST_DOCKER'] ?? '';
/** The state folders of runc: of the engine of the tests, or of the engine of the machine. */
const states = [
  join(dirname(host.replace('unix://', '')), 'exec/runtime-runc/moby'),
  '/run/docker/runtime-runc/moby',
].find((folder) => existsSync(folder));

/**
 * The leftover of an engine that was killed while a container started; the next start of that container fails because
 * of it. Only root can make one, where the engine keeps its state on this machine.
 */
test.skipIf(process.env['MATRE_TEST_SKIP_DOCKER'] || !states || process.getuid?.() !== 0)(
  'container with given ID already exists: the container is replaced, and the run has an event',
  async () => {
    const engine = createDockerEngine({ log: quiet });
    const locks = createInProcessLocks();
    const modulesFolder = await mkdtemp(join(tmpdir(), 'matre-modules-'));
    const environment = { id: 1_000_000 + Math.floor(Math.random() * 1_000_000_000), code: 'given-id' };
    const pool = createPool({
      engine,
      locks,
      log: quiet,
      settings: {
        installation: `test-${Math.random()}`,
        image: await dockerTestImage(),
        network: undefined,
        extraHosts: [],
        capabilities: [],
        mounts: [],
        memoryBytes: 256 * 1024 ** 2,
        tmpfsBytes: 4 * 1024 ** 2,
        magentoRoot,
        modulesFolder,
        files: [],
      },
    });
    const { id, name } = await pool.ensure(environment);
    try {
      await new Docker().getContainer(id).kill();
      await new Docker().getContainer(id).wait();
      const state = join(states ?? '', id);
      mkdirSync(state, { recursive: true });
      const events: PoolEvent[] = [];
      const secondContainer = await pool.ensure(environment, { onEvent: (event) => events.push(event) });
      expect(secondContainer.id).not.toBe(id);
      expect(events.map(({ code }) => code)).toEqual(['CONTAINER_REPLACED', 'CONTAINER_CREATED']);
      expect(events[0]?.message).toContain('container with given ID already exists');
      expect((await engine.inspect(name))?.state).toBe('running');
      await rm(state, { recursive: true, force: true });
    } finally {
      await engine.remove(name);
      await engine.close();
      await locks.close();
      await rm(modulesFolder, { recursive: true });
    }
  },
);
