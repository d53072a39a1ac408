import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { ContainerSpec, Mount, SpecFile, Tmpfs } from '../engine/engine.ts';
import { supervisorFile } from '../engine/supervised.ts';
import { containerName } from '../model/environment.ts';

/** The settings that all containers of an installation share. */
export interface PoolSettings {
  /** Marks the containers as ours: two installations on one engine never touch each other's containers. */
  installation: string;
  /** Whether the database has recorded that a run of this installation made a container, see `isOwn`. None by default. */
  recordedCreation?(container: { name: string; image: string; createdAt: Date }): Promise<boolean>;
  /** Of environments that have no other one. */
  image: string;
  /** What the containers of environments are made from, by their ids; of others from `image`. None by default. */
  containerSources?(): Promise<ReadonlyMap<number, ContainerSources>>;
  network: string | undefined;
  /** `name:address` or `name:host-gateway`. */
  extraHosts: string[];
  mounts: Mount[];
  /** See `ContainerSpec`. */
  capabilities: string[];
  memoryBytes: number;
  /** Of each tmpfs. */
  tmpfsBytes: number;
  /** The Magento root in the image, `/var/www/html` by default. */
  magentoRoot: string;
  /** The folder on this machine with all checkouts of the test module. */
  modulesFolder: string;
  /**
   * The folder on this machine with the files that browsers download, a folder for each container; `undefined`: containers share
   * none with the browsers.
   */
  downloadsFolder?: string | undefined;
  /** Files for every container, besides the supervisor. */
  files: SpecFile[];
}

/** What the containers of an environment are made from. */
export interface ContainerSources {
  image: string;
  /**
   * The folders of its test modules below the root. A container that has had others is stale: files of a module that is no longer there
   * would be read. Empty: those of the settings.
   */
  targets: readonly string[];
}

/** The sources of the containers of an environment. */
export async function containerSourcesOf(
  settings: PoolSettings,
  environmentId: number,
): Promise<ContainerSources> {
  return (await readContainerSources(settings))(environmentId);
}

/** Finds the sources of the containers of several environments. */
export async function readContainerSources(
  settings: PoolSettings,
): Promise<(environmentId: number) => ContainerSources> {
  const own = await settings.containerSources?.();
  return (environmentId) => own?.get(environmentId) ?? { image: settings.image, targets: [] };
}

/** Folder for secrets and the files of a single run; a tmpfs with mode 0700. */
export const runFolder = '/matre/run';

/**
 * Folder of all checkouts of the test module in a container, read-only. Their parent is mounted, not one of them: a mount of a
 * folder that is later replaced still shows the old one, which is empty by then.
 */
export const checkoutsFolder = '/matre/modules';

/** The folder of a container that its browsers download to, when they share one. No other container sees it. */
export const downloadsFolder = '/matre/downloads';

/** The folder of MFTF's generated files, below the Magento root. */
const generatedFolder = 'dev/tests/acceptance/tests/functional/Magento/_generated';

/**
 * The folders below the Magento root that a run writes to, besides tmpfs: the settings and outputs of MFTF, the test module, MFTF's own
 * generated classes (measured with 3.8), and what patches may change. The sandbox copies only these, because the rest of a tree is large.
 */
const writableFolders = [
  'app/code',
  'dev/tests/acceptance',
  'vendor/magento/magento2-functional-testing-framework',
  'vendor/codeception',
  'vendor/php-webdriver',
  'vendor/allure-framework',
];

export const poolLabels = {
  installation: 'matre.installation',
  environment: 'matre.environment',
  /** On containers of the second and later slots. */
  slot: 'matre.slot',
  /** On containers with other test modules than those of the settings: their folders. */
  modules: 'matre.modules',
  specification: 'matre.specification',
};

/** Identifies a container of an environment. */
export interface Place {
  environmentId: number;
  /** From 1. */
  slot: number;
}

/** The place in the labels of one of our containers. */
export function placeOf(labels: Record<string, string>): Place {
  return {
    environmentId: Number(labels[poolLabels.environment]),
    slot: Number(labels[poolLabels.slot] ?? 1),
  };
}

/**
 * The specification of the container of a slot. `imageId` is the current id of the image of its sources. It is part of the hash, so a
 * container of an older build of the image is stale.
 */
export function poolSpecification(
  settings: PoolSettings,
  { environmentId, slot }: Place,
  { image, targets }: ContainerSources,
  imageId: string,
): ContainerSpec {
  const { installation, network, extraHosts, mounts, capabilities, memoryBytes } = settings;
  const name = containerName(environmentId, slot);
  const downloads: Mount[] =
    settings.downloadsFolder === undefined
      ? []
      : [{ source: join(settings.downloadsFolder, name), target: downloadsFolder, readOnly: false }];
  const spec: ContainerSpec = {
    name,
    image,
    imageId,
    labels: {
      [poolLabels.installation]: installation,
      [poolLabels.environment]: String(environmentId),
      ...(slot > 1 ? { [poolLabels.slot]: String(slot) } : {}),
      ...(targets.length > 0 ? { [poolLabels.modules]: targets.join(',') } : {}),
    },
    env: {},
    mounts: [checkoutsOf(settings), ...downloads, ...mounts],
    ...placesOf(settings),
    network,
    extraHosts,
    capabilities,
    memoryBytes,
  };
  const hash = specificationHash(spec, imageId);
  return { ...spec, labels: { ...spec.labels, [poolLabels.specification]: hash } };
}

/** The specification of a container of no environment, in which MFTF can generate tests. */
export function generationSpecification(
  settings: PoolSettings,
  { name, image }: { name: string; image: string },
): ContainerSpec {
  const { installation, mounts, memoryBytes } = settings;
  return {
    ...{ name, image, memoryBytes, env: {}, capabilities: [], extraHosts: [], network: undefined },
    labels: { 'matre.generation': installation },
    mounts: [checkoutsOf(settings), ...mounts],
    ...placesOf(settings),
  };
}

function checkoutsOf({ modulesFolder }: PoolSettings): Mount {
  return { source: modulesFolder, target: checkoutsFolder, readOnly: true };
}

/** What a container has for a generation of tests. */
function placesOf(settings: PoolSettings): Pick<ContainerSpec, 'tmpfs' | 'files' | 'writable'> {
  const { magentoRoot, tmpfsBytes } = settings;
  const tmpfs = (target: string, mode: number): Tmpfs => ({ target, sizeBytes: tmpfsBytes, mode });
  return {
    tmpfs: [tmpfs(`${magentoRoot}/${generatedFolder}`, 0o755), tmpfs(runFolder, 0o700)],
    files: [supervisorFile(), ...settings.files],
    writable: writableFolders.map((folder) => `${magentoRoot}/${folder}`),
  };
}

/** A hash that does not depend on the order of keys: 32 hexadecimal digits. */
export function specificationHash(spec: ContainerSpec, imageId: string): string {
  const sorted = (_key: string, value: unknown) =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value;
  return createHash('sha256').update(JSON.stringify({ spec, imageId }, sorted)).digest('hex').slice(0, 32);
}
