import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import { createDockerEngine } from '../../src/engine/docker/engine.ts';
import type { ContainerSpec, Engine } from '../../src/engine/engine.ts';
import { createSandboxEngine } from '../../src/engine/sandbox/engine.ts';
import { readSandbox } from '../../src/engine/sandbox/record.ts';
import { supervisorFile } from '../../src/engine/supervised.ts';
import { createLog } from '../../src/log.ts';
import { dockerTestImage, magentoRoot, sandboxTestImage } from '../support/image.ts';
import { waitFor } from '../support/wait-for.ts';

export type EngineKind = Engine['kind'];

/** An engine under test, with what a test file needs besides. */
export interface Subject {
  kind: EngineKind;
  engine: Engine;
  /** For `openEngine` in another process. */
  folder: string;
  image(variant?: string): Promise<string>;
  /** An image reference that does not exist. */
  missingImage: string;
  /** A specification with a unique name that works unchanged. */
  spec(changes?: Partial<ContainerSpec>): Promise<ContainerSpec>;
  /** Another engine object on the same containers. */
  another(): Engine;
  /** Stops a container without the engine object, as an operator or the end of a process would. */
  stop(id: string): Promise<void>;
  /** Removes all containers of `spec`, and closes the engines. */
  close(): Promise<void>;
}

/** The engine of a kind; `folder` is where the sandbox keeps its containers. */
export function openEngine(kind: EngineKind, folder: string): Engine {
  return kind === 'docker'
    ? createDockerEngine({ log: createLog({ level: 'silent' }) })
    : createSandboxEngine({ folder });
}

export async function openSubject(kind: EngineKind): Promise<Subject> {
  const folder = mkdtempSync(join(tmpdir(), 'matre-engine-'));
  const engine = openEngine(kind, folder);
  const engines = [engine];
  const names: string[] = [];
  const image = async (variant = '') =>
    kind === 'docker' ? dockerTestImage(variant) : sandboxTestImage(variant);
  return {
    kind,
    engine,
    folder,
    image,
    missingImage: kind === 'docker' ? 'matre-no-such-image:latest' : '/no/such/folder',
    async spec(changes = {}) {
      const name = changes.name ?? `matre-test-${randomBytes(6).toString('hex')}`;
      names.push(name);
      return {
        name,
        image: await image(),
        labels: {},
        env: {},
        mounts: [],
        tmpfs: [],
        files: [supervisorFile()],
        writable: [magentoRoot],
        network: undefined,
        extraHosts: [],
        capabilities: [],
        memoryBytes: 256 * 1024 ** 2,
        ...changes,
      };
    },
    another() {
      const other = openEngine(kind, folder);
      engines.push(other);
      return other;
    },
    async stop(id) {
      if (kind === 'docker') {
        await new Docker().getContainer(id).kill();
      } else {
        const info = await engine.inspect(id);
        const sandbox = await readSandbox(join(folder, info?.name ?? ''));
        process.kill(sandbox?.keeper?.bwrap.pid ?? 0, 'SIGKILL');
      }
      await waitFor(async () => (await engine.inspect(id))?.state === 'stopped');
    },
    async close() {
      await Promise.all(names.map((name) => engine.remove(name)));
      await Promise.all(engines.map((each) => each.close()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
