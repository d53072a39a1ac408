import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeFileAtomically } from '../../files/atomic-write.ts';
import type { ContainerInfo } from '../engine.ts';
import { isAlive, processIdentity } from './process.ts';

/**
 * The files of a sandbox, in a folder of its name:
 *
 *     container.json   its specification
 *     keeper.json      the processes that hold its namespaces, or held them when it last ran
 *     writable/        the copies of `spec.writable`, at their paths
 *     files/           the folders of `spec.files`, at their paths
 *     tmp/             its /tmp
 *     hosts            its /etc/hosts, when there are extra hosts
 */
const containerRecord = z.object({
  id: z.string(),
  imageId: z.string(),
  createdAt: z.iso.datetime(),
  spec: z.object({
    name: z.string(),
    image: z.string(),
    imageId: z.string().optional(),
    labels: z.record(z.string(), z.string()),
    env: z.record(z.string(), z.string()),
    mounts: z.array(z.object({ source: z.string(), target: z.string(), readOnly: z.boolean() })),
    tmpfs: z.array(z.object({ target: z.string(), sizeBytes: z.number(), mode: z.number() })),
    files: z.array(z.object({ path: z.string(), mode: z.number(), content: z.string() })),
    writable: z.array(z.string()),
    network: z
      .string()
      .optional()
      .transform((network) => network),
    extraHosts: z.array(z.string()),
    capabilities: z.array(z.string()).default([]),
    memoryBytes: z.number(),
  }),
});
export type ContainerRecord = z.infer<typeof containerRecord>;

const keeperRecord = z.object({
  /** bubblewrap, a child of the process that created or started the sandbox; it ends with that process. */
  bwrap: processIdentity,
  /** The first process in the sandbox, by its id on this machine. When it ends, the kernel kills all others. */
  init: processIdentity,
  startedAt: z.iso.datetime(),
});
export type KeeperRecord = z.infer<typeof keeperRecord>;

/** A sandbox, as read from disk. */
export interface Sandbox {
  folder: string;
  container: ContainerRecord;
  keeper: KeeperRecord | undefined;
}

const containerFile = 'container.json';
const keeperFile = 'keeper.json';

/** Writes the specification into a folder that other processes do not read yet. */
export async function writeContainer(folder: string, record: z.input<typeof containerRecord>): Promise<void> {
  await writeFile(join(folder, containerFile), JSON.stringify(record, null, 2), { mode: 0o600 });
}

/** Writes the keeper. Other processes may be reading the file: half of it would look like a sandbox that never ran. */
export async function writeKeeper(folder: string, record: KeeperRecord): Promise<void> {
  await writeFileAtomically(join(folder, keeperFile), JSON.stringify(record, null, 2), { mode: 0o600 });
}

/** The sandbox in a folder; `undefined` when there is none, or its files are not readable. */
export async function readSandbox(folder: string): Promise<Sandbox | undefined> {
  const container = await readJson(join(folder, containerFile), containerRecord);
  if (!container) return undefined;
  return { folder, container, keeper: await readJson(join(folder, keeperFile), keeperRecord) };
}

async function readJson<T>(path: string, schema: z.ZodType<T>): Promise<T | undefined> {
  try {
    return schema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return undefined;
  }
}

/** The keeper of a running sandbox; `undefined` when it does not run. */
export function runningKeeper({ keeper }: Sandbox): KeeperRecord | undefined {
  return keeper && isAlive(keeper.init) ? keeper : undefined;
}

export function toInfo(sandbox: Sandbox): ContainerInfo {
  const { container, keeper } = sandbox;
  const { spec } = container;
  return {
    id: container.id,
    name: spec.name,
    image: spec.image,
    imageId: container.imageId,
    labels: spec.labels,
    state: runningKeeper(sandbox) ? 'running' : keeper ? 'stopped' : 'created',
    createdAt: new Date(container.createdAt),
    startedAt: keeper && new Date(keeper.startedAt),
    mounts: [
      ...spec.mounts.map((mount) => ({ type: 'bind' as const, ...mount })),
      ...spec.tmpfs.map(({ target }) => ({
        type: 'tmpfs' as const,
        source: undefined,
        target,
        readOnly: false,
      })),
    ].sort((a, b) => (a.target < b.target ? -1 : 1)),
  };
}
