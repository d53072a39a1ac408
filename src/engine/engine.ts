import type { Readable, Writable } from 'node:stream';

/** The specification of a container. All of it is part of its hash, see `specificationHash`. */
export interface ContainerSpec {
  name: string;
  /** Docker: an image reference. Sandbox: a folder that overlays the system of the host. */
  image: string;
  /**
   * The id that `image` had when the specification was made: Docker creates the container from it, even if the reference means
   * another image by then. By default the engine resolves `image`.
   */
  imageId?: string | undefined;
  labels: Record<string, string>;
  /** The process environment. Never secrets: `docker inspect` shows it. */
  env: Record<string, string>;
  mounts: Mount[];
  tmpfs: Tmpfs[];
  /** Files that are copied into the container before it starts, outside of mounts, such as the supervisor. */
  files: SpecFile[];
  /**
   * Folders that processes may write to, besides tmpfs. Docker has a writable layer over everything; the sandbox copies these
   * folders and leaves the rest read-only.
   */
  writable: string[];
  /** Docker: name of a network, `bridge`, or `host`. The sandbox shares the network of the host. */
  network: string | undefined;
  /** `name:address` lines for /etc/hosts. */
  extraHosts: string[];
  /** Capabilities of the kernel, without `CAP_`, that processes have in Docker besides `defaultCapabilities`. The sandbox has none. */
  capabilities: string[];
  memoryBytes: number;
}

export interface Mount {
  source: string;
  target: string;
  readOnly: boolean;
}

export interface Tmpfs {
  target: string;
  sizeBytes: number;
  /** Octal, such as 0o700. */
  mode: number;
}

export interface SpecFile {
  path: string;
  mode: number;
  content: string;
}

/** A container as `list` returns it. */
export interface ListedContainer {
  id: string;
  name: string;
  /** The image reference that was passed to `create`. */
  image: string;
  imageId: string;
  labels: Record<string, string>;
  state: 'created' | 'running' | 'stopped';
  /** The resolution may be whole seconds. */
  createdAt: Date;
  /** Sorted by target. */
  mounts: { type: 'bind' | 'tmpfs'; source: string | undefined; target: string; readOnly: boolean }[];
}

/** A container as `inspect` returns it. */
export interface ContainerInfo extends ListedContainer {
  startedAt: Date | undefined;
}

/** A container that the engine could not remove. Nothing runs in it. */
export interface DeadContainer {
  id: string;
  name: string;
  /** What the engine said. */
  reason: string;
}

export interface ExecRequest {
  argv: string[];
  cwd?: string;
  env?: Record<string, string>;
  /** When true, `Exec.stdin` stays open until the caller ends it; otherwise the standard input is empty. */
  stdin?: boolean;
}

/**
 * How a process in a container ended. `unknown`: the container or the engine went away, so its exit code is lost. This never
 * counts as success (Docker ends the stream as if nothing had happened, measured with 20.10).
 */
export type ExecEnd =
  | { kind: 'exited'; code: number; outOfMemory: boolean }
  | { kind: 'unknown'; message: string };

/** A running process in a container. Both outputs must be read, or the process stalls. */
export interface Exec {
  stdin: Writable | undefined;
  stdout: Readable;
  stderr: Readable;
  /** Resolves when the process has ended; never rejects. */
  ended: Promise<ExecEnd>;
}

/**
 * Creates and controls containers. There are two kinds, `docker` and `sandbox`; both pass `conformance.ts`.
 * Errors: ENGINE_UNREACHABLE, ENGINE_FAILED, IMAGE_MISSING, CONTAINER_NAME_TAKEN, CONTAINER_VANISHED.
 */
export interface Engine {
  readonly kind: 'docker' | 'sandbox';
  /** Version and limits as a text to show; rejects with ENGINE_UNREACHABLE. */
  describe(): Promise<string>;
  /**
   * A name of the host, the same for all processes that use the same containers. Only preferences depend on it, no invariant.
   * Rejects as `describe` does.
   */
  identity(): Promise<string>;
  /** The immutable id of an image; rejects with IMAGE_MISSING. */
  imageId(reference: string): Promise<string>;
  /** Creates and starts a container. Rejects with CONTAINER_NAME_TAKEN when the name is in use. */
  create(spec: ContainerSpec): Promise<ContainerInfo>;
  /** Starts a stopped container. Its tmpfs are empty afterwards. */
  start(id: string): Promise<void>;
  /** By id or name; `undefined` when there is none. */
  inspect(idOrName: string): Promise<ContainerInfo | undefined>;
  /** All containers, running or not, that have all these labels. */
  list(labels: Record<string, string>): Promise<ListedContainer[]>;
  /**
   * Kills everything in the container and removes it. False when it does not exist. One that the engine cannot remove (Docker: its file
   * system is mounted, its disk fails) is dead: it gets another name, so that its own is free, and `list` leaves it out.
   */
  remove(idOrName: string): Promise<boolean>;
  /** Dead containers that have all these labels. `remove` tries again, and rejects while the engine cannot. */
  listDead(labels: Record<string, string>): Promise<DeadContainer[]>;
  /** Starts a process. Rejects with CONTAINER_VANISHED when the container is not running. */
  exec(id: string, request: ExecRequest): Promise<Exec>;
  close(): Promise<void>;
}
