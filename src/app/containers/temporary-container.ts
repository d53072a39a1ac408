import { randomUUID } from 'node:crypto';
import type { Config } from '../../config/config.ts';
import type { ContainerSpec, Engine } from '../../engine/engine.ts';
import { supervisorFile } from '../../engine/supervised.ts';
import { type LockStore, lockNames } from '../../locks/lock.ts';
import { scriptFiles } from '../../mftf/container/scripts.ts';
import { generationSpecification, type PoolSettings, runFolder } from '../../pool/specification.ts';
import type { Database } from '../../store/database/database.ts';
import { readInstallation } from '../../store/tables/settings.ts';

/** A container that belongs to no environment. `dispose` removes it. */
export interface TemporaryContainer {
  id: string;
  dispose(): Promise<void>;
}

interface TemporaryContainerDependencies {
  config: Config;
  locks: LockStore;
  database: Database;
}

/**
 * A container to read the Magento tree of an image, without a network; one at a time. Errors: those of the engine and of the lock
 * store.
 */
export async function createCatalogContainer(
  { config, locks, database }: TemporaryContainerDependencies,
  engine: Engine,
  image: string,
): Promise<TemporaryContainer> {
  const installation = await readInstallation(database);
  const name = `matre_catalog_${installation}`;
  const lock = await locks.acquire(lockNames.container(name), { owner: `catalog, process ${process.pid}` });
  try {
    // A killed process may have left one.
    await engine.remove(name);
    const container = await create(engine, config, {
      image,
      name,
      labels: { 'matre.catalog': installation },
      files: [supervisorFile()],
      network: undefined,
      extraHosts: [],
    });
    const dispose = () => container.dispose().finally(() => lock.release());
    return { ...container, dispose };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/**
 * A container as runs have it, but without a network, for generations that belong to no run; one at a time. Errors: those of the engine
 * and of the lock store.
 */
export async function createGenerationContainer(
  { locks, database }: Omit<TemporaryContainerDependencies, 'config'>,
  engine: Engine,
  settings: PoolSettings,
  image: string,
): Promise<TemporaryContainer> {
  const installation = await readInstallation(database);
  const name = `matre_generation_${installation}`;
  const lock = await locks.acquire(lockNames.container(name), {
    owner: `generation, process ${process.pid}`,
  });
  const dispose = async () => {
    await engine.remove(name);
    await lock.release();
  };
  try {
    // A killed process may have left one.
    await engine.remove(name);
    const { id } = await engine.create(generationSpecification(settings, { name, image }));
    return { id, dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** An inspection takes seconds; a container that is older was left by a process that was killed. */
const maxDoctorAgeMs = 10 * 60_000;

/**
 * A container with the network of the test containers, so that it resolves the names that tests resolve. It needs no lock: the doctor
 * must also answer when the lock store does not. Errors: those of the engine.
 */
export async function createDoctorContainer(
  { config, database }: Omit<TemporaryContainerDependencies, 'locks'>,
  engine: Engine,
  image: string,
): Promise<TemporaryContainer> {
  const installation = await readInstallation(database);
  const labels = { 'matre.doctor': installation };
  for (const { id, createdAt } of await engine.list(labels)) {
    if (Date.now() - createdAt.getTime() > maxDoctorAgeMs) await engine.remove(id);
  }
  return create(engine, config, {
    image,
    name: `matre_doctor_${randomUUID()}`,
    labels,
    files: [supervisorFile(), ...scriptFiles()],
    network: config.pool.network,
    extraHosts: config.pool.extraHosts,
  });
}

async function create(
  engine: Engine,
  { pool: { memoryBytes } }: Config,
  spec: Pick<ContainerSpec, 'image' | 'name' | 'labels' | 'files' | 'network' | 'extraHosts'>,
): Promise<TemporaryContainer> {
  const dispose = async () => {
    await engine.remove(spec.name);
  };
  try {
    const { id } = await engine.create({
      ...spec,
      env: {},
      mounts: [],
      // For files of the test module that PHP is asked about.
      tmpfs: [{ target: runFolder, sizeBytes: 16 * 1024 * 1024, mode: 0o700 }],
      writable: [],
      capabilities: [],
      memoryBytes,
    });
    return { id, dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}
