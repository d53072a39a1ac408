import { delay } from '../../async/delay.ts';
import { Fault } from '../../faults/fault.ts';
import type { Logger } from '../../log.ts';
import { packFiles } from '../archive.ts';
import type { ContainerInfo, ContainerSpec, Engine, ListedContainer } from '../engine.ts';
import { hostIdentity } from '../identity.ts';
import { Docker } from './client.ts';
import { createContainerEvents } from './events.ts';
import { startExec } from './exec.ts';
import { engineFault, statusOf } from './faults.ts';

export interface DockerSettings {
  /**
   * `unix:///path` or `tcp://host:port`. Without it, DOCKER_HOST and DOCKER_CERT_PATH of the process environment as the docker
   * command reads them, else /var/run/docker.sock.
   */
  host?: string | undefined;
  log: Logger;
  /** Timeout of a request that gets no answer. A minute by default. */
  silenceMs?: number;
}

/** Far above what a test run needs, and low enough that a fork bomb stays in its container. */
const maxProcesses = 4_096;
/**
 * What root in a container may do besides its own: files of other users (an image has some), other users' processes, and the
 * change to another user. Of Docker's defaults it lacks the devices, the raw sockets, `chroot` and what changes capabilities.
 */
const defaultCapabilities = ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'KILL', 'SETGID', 'SETUID'];
/** The image reference of a container, which is created from an image id. */
const imageLabel = 'matre.image';
/** How long a removal that another process began may take. */
const removalMs = 30_000;

/**
 * Containers of a Docker Engine (20.10 and newer), or of Podman through its compatible API. It never pulls images: a run must
 * not depend on a registry.
 */
export function createDockerEngine({ host, log, silenceMs = 60_000 }: DockerSettings): Engine {
  const connection = host === undefined ? {} : toConnection(host);
  // The engine may hang for one container and answer for all others (seen with 20.10: a container is paused in the moment in
  // which a process enters it). Requests about that container must not wait forever.
  const docker = new Docker({ ...connection, timeout: silenceMs });
  // Output and events may be silent for as long as they like.
  const streams = new Docker(connection);
  const events = createContainerEvents(streams, log, silenceMs);

  async function inspect(idOrName: string): Promise<ContainerInfo | undefined> {
    try {
      return toInfo(await docker.getContainer(idOrName).inspect());
    } catch (error) {
      if (statusOf(error) === 404) return undefined;
      throw engineFault(error, `${idOrName} cannot be inspected`);
    }
  }

  async function remove(idOrName: string): Promise<boolean> {
    try {
      await docker.getContainer(idOrName).remove({ force: true, v: true });
      return true;
    } catch (error) {
      if (statusOf(error) === 404) return false;
      // Another process is removing it: its name is free when it is gone.
      const isRemovedByOther = statusOf(error) === 409 && /already in progress/.test(String(error));
      if (isRemovedByOther ? await waitUntilRemoved(idOrName) : await setAside(idOrName)) return true;
      throw engineFault(error, `${idOrName} cannot be removed`);
    }
  }

  /** False when the engine could not remove it. */
  async function waitUntilRemoved(idOrName: string): Promise<boolean> {
    const deadline = performance.now() + removalMs;
    while (await inspect(idOrName)) {
      if (performance.now() > deadline) {
        throw new Fault('ENGINE_FAILED', `${idOrName} is being removed, but still exists.`);
      }
      if (await setAside(idOrName)) return true;
      await delay(100);
    }
    return true;
  }

  /** Frees the name of a container that the engine could not remove. False when it is not such a one, or was set aside before. */
  async function setAside(idOrName: string): Promise<boolean> {
    const container = docker.getContainer(idOrName);
    try {
      const { Id, Name, State } = await container.inspect();
      const name = Name.slice(1);
      // `Dead` alone is true during a removal that goes well, too.
      if (!State.Dead || !State.Error || isSetAside(Id, name)) return false;
      await docker.getContainer(Id).rename({ name: deadName(Id, name) });
      log.warn(
        { container: name, code: 'CONTAINER_DEAD', reason: State.Error },
        'A dead container got another name',
      );
      return true;
    } catch {
      // Another process may have set it aside or removed it meanwhile; if not, the caller reports why it cannot be removed.
      return (await inspect(idOrName)) === undefined;
    }
  }

  async function imageId(reference: string): Promise<string> {
    try {
      return (await docker.getImage(reference).inspect()).Id;
    } catch (error) {
      throw engineFault(error, `The image ${reference} is not there`, {
        400: 'IMAGE_MISSING',
        404: 'IMAGE_MISSING',
      });
    }
  }

  return {
    kind: 'docker',
    imageId,
    inspect,
    remove,

    async describe() {
      try {
        const [version, info] = await Promise.all([docker.version(), docker.info()]);
        const limits = info.MemoryLimit ? '' : ', without memory limits';
        return `Docker Engine ${version.Version} (API ${version.ApiVersion}), ${info.NCPU} processors${limits}`;
      } catch (error) {
        throw engineFault(error, 'The Docker Engine refused to describe itself');
      }
    },

    async identity() {
      try {
        const { ID, Name, DockerRootDir } = await docker.info();
        // Machines that were cloned may have the same id, and so have several engines on one machine (seen with 20.10).
        return hostIdentity(Name, ID, DockerRootDir);
      } catch (error) {
        throw engineFault(error, 'The Docker Engine refused to report its identity');
      }
    },

    async create(spec) {
      // Docker answers 404 for a missing network too, so the image is checked first.
      const image = await imageId(spec.imageId ?? spec.image);
      let container: Docker.Container;
      try {
        container = await docker.createContainer(toOptions(spec, image));
      } catch (error) {
        throw engineFault(error, `${spec.name} cannot be created`, {
          404: 'IMAGE_MISSING',
          409: 'CONTAINER_NAME_TAKEN',
        });
      }
      try {
        if (spec.files.length > 0) {
          const files = spec.files.map((file) => ({ ...file, path: file.path.replace(/^\/+/, '') }));
          await container.putArchive(packFiles(files), { path: '/' });
        }
        await container.start();
        return toInfo(await container.inspect());
      } catch (error) {
        await remove(container.id).catch(() => {});
        throw engineFault(error, `${spec.name} cannot be started`, { 404: 'ENGINE_FAILED' });
      }
    },

    async start(id) {
      try {
        await docker.getContainer(id).start();
      } catch (error) {
        // 304: it runs already.
        if (statusOf(error) === 304) return;
        throw engineFault(error, `${id} cannot be started`, { 404: 'CONTAINER_VANISHED' });
      }
    },

    async list(labels) {
      try {
        const summaries = await docker.listContainers({ all: true, filters: { label: toFilters(labels) } });
        // One request for all containers, because one each is slow with many. Podman's list has no mounts.
        const infos = await Promise.all(
          summaries.map((each) => (each.Mounts?.length ? toListed(each) : inspect(each.Id))),
        );
        return infos.filter((info) => info !== undefined).filter(({ id, name }) => !isSetAside(id, name));
      } catch (error) {
        throw engineFault(error, 'The containers cannot be listed');
      }
    },

    async listDead(labels) {
      try {
        const summaries = await docker.listContainers({ all: true, filters: { label: toFilters(labels) } });
        const infos = await Promise.all(
          summaries.map(({ Id }) =>
            docker
              .getContainer(Id)
              .inspect()
              .catch(() => undefined),
          ),
        );
        return infos.flatMap((info) => {
          const name = info?.Name.slice(1) ?? '';
          return info && isSetAside(info.Id, name) ? { id: info.Id, name, reason: info.State.Error } : [];
        });
      } catch (error) {
        throw engineFault(error, 'The containers cannot be listed');
      }
    },

    exec: (id, request) => startExec({ docker, streams, events, startMs: silenceMs }, id, request),

    async close() {
      events.close();
    },
  };
}

function toConnection(host: string): Docker.DockerOptions {
  const { protocol, hostname, port, pathname } = new URL(host);
  if (protocol === 'unix:') return { socketPath: pathname };
  // 2376 is the port for TLS.
  return { host: hostname, port, protocol: protocol === 'https:' || port === '2376' ? 'https' : 'http' };
}

/** The name of a container of that id and name that is dead. */
const deadName = (id: string, name: string) => `${name}-dead-${id.slice(0, 12)}`;
const isSetAside = (id: string, name: string) => name.endsWith(deadName(id, ''));

const toFilters = (labels: Record<string, string>) =>
  Object.entries(labels).map(([name, value]) => `${name}=${value}`);

function toOptions(spec: ContainerSpec, image: string): Docker.ContainerCreateOptions {
  return {
    name: spec.name,
    Image: image,
    // In place of the image's own command: the container only has to exist. Every image with a shell has `tail`.
    Entrypoint: ['tail', '-f', '/dev/null'],
    Cmd: [],
    // A tmpfs of Docker belongs to root; an image with another user could not write the generated tests.
    User: '0:0',
    Env: Object.entries(spec.env).map(([name, value]) => `${name}=${value}`),
    Labels: { ...spec.labels, [imageLabel]: spec.image },
    HostConfig: {
      // Reaps the orphaned processes of tests.
      Init: true,
      Memory: spec.memoryBytes,
      // Equal to the memory: no swap on top of it.
      MemorySwap: spec.memoryBytes,
      PidsLimit: maxProcesses,
      CapDrop: ['ALL'],
      CapAdd: [...defaultCapabilities, ...spec.capabilities],
      SecurityOpt: ['no-new-privileges'],
      ExtraHosts: spec.extraHosts,
      ...(spec.network === undefined ? {} : { NetworkMode: spec.network }),
      // As Mounts, not as `Tmpfs` and `Binds`: `docker inspect` shows them, and a source that is missing is an error
      // rather than a new folder that root owns.
      Mounts: [
        ...spec.mounts.map(({ source, target, readOnly }) => ({
          Type: 'bind' as const,
          Source: source,
          Target: target,
          ReadOnly: readOnly,
        })),
        ...spec.tmpfs.map(({ target, sizeBytes, mode }) => ({
          Type: 'tmpfs' as const,
          Source: '',
          Target: target,
          TmpfsOptions: { SizeBytes: sizeBytes, Mode: mode },
        })),
      ],
    },
  };
}

function toInfo(info: Docker.ContainerInspectInfo): ContainerInfo {
  const { Status, StartedAt } = info.State;
  // A container that never started has 0001-01-01.
  const startedAt = StartedAt.startsWith('0001') ? undefined : new Date(StartedAt);
  return {
    id: info.Id,
    name: info.Name.replace(/^\//, ''),
    image: info.Config.Labels?.[imageLabel] ?? info.Config.Image,
    imageId: info.Image,
    labels: info.Config.Labels,
    state: toState(Status),
    createdAt: new Date(info.Created),
    startedAt,
    mounts: toMounts(info.Mounts),
  };
}

function toListed(info: Docker.ContainerInfo): ListedContainer {
  // A container that others link to also has the names of those links: `/other/alias`.
  const name = info.Names.find((each) => each.lastIndexOf('/') === 0) ?? '';
  return {
    id: info.Id,
    name: name.slice(1),
    image: info.Labels?.[imageLabel] ?? info.Image,
    imageId: info.ImageID,
    labels: info.Labels,
    state: toState(info.State),
    createdAt: new Date(info.Created * 1_000),
    mounts: toMounts(info.Mounts),
  };
}

function toState(status: string): ContainerInfo['state'] {
  return status === 'running' || status === 'created' ? status : 'stopped';
}

function toMounts(
  mounts: { Type?: string; Source: string; Destination: string; RW: boolean }[],
): ContainerInfo['mounts'] {
  const bindsAndTmpfs = mounts.flatMap(({ Type, Source, Destination, RW }): ContainerInfo['mounts'] =>
    Type === 'bind' || Type === 'tmpfs'
      ? [{ type: Type, source: Type === 'bind' ? Source : undefined, target: Destination, readOnly: !RW }]
      : [],
  );
  // Docker's order changes from call to call.
  return bindsAndTmpfs.sort((a, b) => (a.target < b.target ? -1 : 1));
}
