import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import Docker from 'dockerode';
import { buildSampleImage } from '../../src/demo/image.ts';
import { buildSampleTree, samplePhp } from '../../src/demo/tree.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { openEngine } from '../../src/engine/open-engine.ts';
import { createLog } from '../../src/log.ts';
import { containerName } from '../../src/model/environment.ts';
import { poolLabels } from '../../src/pool/specification.ts';
import type { Database } from '../../src/store/database/database.ts';
import { readSetting } from '../../src/store/tables/settings.ts';
import { noDockerReason, startDocker, type TestDocker } from '../support/docker.ts';
import { createRepository } from '../support/git.ts';
import { startShop, type TestShop } from '../support/shop.ts';
import { createModule, type Delays } from './module.ts';
import { playwrightFolder, writePlaywrightProject } from './playwright.ts';

/**
 * `own`: a Docker Engine that the harness starts and may restart. `docker`: the engine of DOCKER_HOST. `auto`: the
 * first available of own, docker and sandbox.
 */
export type EngineChoice = 'auto' | 'own' | 'docker' | 'sandbox';

/** The engine that tests run in. */
export interface Containers {
  kind: Engine['kind'];
  /** Only for an engine of the harness, which it may restart. */
  own: TestDocker | undefined;
  /** The shop of all environments, at its address for containers. */
  shop: TestShop;
  /** The harness's own client, without matre; only with Docker. */
  docker: Docker | undefined;
  /** The settings of matre processes for it. */
  settings: Record<string, string>;
  /** An engine for the sandboxes of one installation, or for any with Docker. */
  open(dataFolder: string): Promise<Engine>;
}

export interface HarnessEnvironment {
  id: number;
  code: string;
  container: string;
}

/** What all installations of a harness share: containers, a test module, a folder. */
export interface SharedSetup {
  folder: string;
  containers: Containers;
  /** For all matre processes. */
  settings: Record<string, string>;
  /** The path of the journal of the test processes of an environment, on this machine. */
  journal(code: string): string;
  close(options: { keepFolder: boolean }): Promise<void>;
}

export const beatMs = 2_000;
export const retries = 3;

/** As short as the settings allow, so that much happens in little time. */
export const shortSettings = {
  MATRE_LEASE: '3s',
  LOCK_TTL: '3s',
  MATRE_BEAT: `${beatMs}ms`,
  MATRE_RETRY_PAUSE: '300ms',
};

export const silentLog = createLog({ level: 'silent' });

/** `codes`: of all later environments. */
export async function openInstallation(
  choice: EngineChoice,
  codes: string[],
  { playwright = false } = {},
): Promise<SharedSetup> {
  const folder = await mkdtemp(join(tmpdir(), 'matre-faults-'));
  let containers: Containers | undefined;
  const close = async ({ keepFolder }: { keepFolder: boolean }) => {
    await containers?.own?.stop();
    await containers?.shop.stop();
    if (!keepFolder) await rm(folder, { recursive: true, force: true });
  };
  try {
    containers = await openContainers(choice, folder);
    const { settings, journal } = await createSharedSetup(folder, codes, undefined, playwright);
    return { folder, containers, settings: { ...containers.settings, ...settings }, journal, close };
  } catch (error) {
    await close({ keepFolder: false });
    throw error;
  }
}

/** Creates a test module and journals, and the settings of all matre processes for them. */
export async function createSharedSetup(
  folder: string,
  codes: string[],
  delays?: Delays,
  playwright = false,
): Promise<Pick<SharedSetup, 'settings' | 'journal'>> {
  const journals = join(folder, 'journal');
  await mkdir(journals);
  // Processes in a sandbox have a user of their own.
  await chmod(journals, 0o777);
  const module = createRepository(join(folder, 'module'));
  if (playwright) writePlaywrightProject(module.folder);
  module.commit(createModule(codes, delays));
  return {
    settings: {
      MATRE_SECRET_KEY: 'f'.repeat(64),
      MATRE_MODULE_REPOSITORY: module.folder,
      MATRE_MOUNTS: `${journals}:/journal`,
      MATRE_MEMORY: '192m',
      MATRE_TMPFS_SIZE: '8m',
      MATRE_MAX_ATTEMPTS: '20',
      MATRE_RETRIES: String(retries),
      MATRE_TEST_TIMEOUT: '30s',
      ...shortSettings,
      ...(playwright && { MATRE_PLAYWRIGHT: playwrightFolder }),
    },
    journal: (code) => join(journals, `${code}.jsonl`),
  };
}

/** The settings of matre processes for an engine whose containers have the network of its host. */
export const dockerSettings = (image: string, host: string | undefined): Record<string, string> => ({
  MATRE_ENGINE: 'docker',
  ...(host && { DOCKER_HOST: host }),
  MATRE_NETWORK: 'host',
  MATRE_EXTRA_HOSTS: '',
  MATRE_IMAGE: image,
});

async function openContainers(choice: EngineChoice, folder: string): Promise<Containers> {
  const kind = choice === 'auto' ? await bestEngine() : choice;
  if (kind === 'sandbox') {
    const image = join(folder, 'image');
    await buildSampleTree(image);
    return {
      kind: 'sandbox',
      shop: await startShop(),
      own: undefined,
      docker: undefined,
      settings: { MATRE_ENGINE: 'sandbox', MATRE_PHP: samplePhp, MATRE_IMAGE: image },
      open: (dataFolder) =>
        openEngine({
          kind: 'sandbox',
          dockerHost: undefined,
          sandboxFolder: join(dataFolder, 'sandboxes'),
          log: silentLog,
        }),
    };
  }
  const shop = await startShop({ isolated: kind === 'own' });
  const own =
    kind === 'own' ? await startDocker(join(folder, 'engine'), { isolated: shop.commandPrefix }) : undefined;
  const host = own?.host ?? process.env['DOCKER_HOST'];
  const docker = new Docker(own && { socketPath: own.host.replace('unix://', '') });
  return {
    kind: 'docker',
    shop,
    own,
    docker,
    settings: dockerSettings(await buildSampleImage(docker), host),
    open: () => openEngine({ kind: 'docker', dockerHost: host, sandboxFolder: folder, log: silentLog }),
  };
}

async function bestEngine(): Promise<EngineChoice> {
  if (noDockerReason() === undefined) return 'own';
  return new Docker().ping().then(
    () => 'docker' as const,
    () => 'sandbox' as const,
  );
}

/** Other installations may use the same engine, and the names of containers end in these numbers. */
export async function addEnvironments(
  database: Database,
  codes: string[],
  shopUrl: string,
): Promise<HarnessEnvironment[]> {
  const first = 1_000_000 + Math.floor(Math.random() * 1_000_000_000);
  await database.script(`ALTER TABLE environment ALTER COLUMN id RESTART WITH ${first}`);
  const environments: HarnessEnvironment[] = [];
  for (const code of codes) {
    const [row] = await database.query<{ id: number }>(
      `INSERT INTO environment (code, name, base_url, backend_name, admin_username)
       VALUES ($1, $1, $2, 'admin', 'admin') RETURNING id`,
      [code, shopUrl],
    );
    const id = row?.id ?? 0;
    environments.push({ id, code, container: containerName(id) });
  }
  return environments;
}

/** Of one installation. */
export async function removeContainers(engine: Engine, database: Database): Promise<void> {
  const installation = await readSetting(database, 'installation');
  if (installation === undefined) return;
  for (const labels of [{ [poolLabels.installation]: installation }, { 'matre.catalog': installation }]) {
    for (const { id } of await engine.list(labels)) await engine.remove(id);
  }
}

/** The path in Debian's package faketime. */
export function faketimeLibrary(): string | undefined {
  const architecture = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
  const path = `/usr/lib/${architecture}-linux-gnu/faketime/libfaketime.so.1`;
  return existsSync(path) ? path : undefined;
}

export const pause = (ms: number): Promise<void> => delay(ms);
