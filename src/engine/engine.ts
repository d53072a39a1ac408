import type { Readable, Writable } from 'node:stream';

/** What a container must look like. Everything in it is part of its hash, see `specificationHash`. */
export interface ContainerSpec {
  name: string;
  /** Docker: an image reference. Sandbox: a folder that is laid over the system of the host. */
  image: string;
  labels: Record<string, string>;
  /** The process environment. Never secrets: `docker inspect` shows it. */
  env: Record<string, string>;
  mounts: Mount[];
  tmpfs: Tmpfs[];
  /** Files that are put into the container before it starts, outside of mounts (the supervisor, for one). */
  files: SpecFile[];
  /**
   * Folders below which the processes may write outside of tmpfs. Docker gives a writable layer over everything; the
   * sandbox copies these folders and leaves the rest read-only.
   */
  writable: string[];
  /** Docker: name of a network, `bridge`, or `host`. The sandbox shares the network of the host. */
  network: string | undefined;
  /** `name:address` lines for /etc/hosts. */
  extraHosts: string[];
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

/** What an engine tells of each container when it is asked for all of them. */
export interface ListedContainer {
  id: string;
  name: string;
  /** The image as `create` was given it. */
  image: string;
  imageId: string;
  labels: Record<string, string>;
  state: 'created' | 'running' | 'stopped';
  /** Perhaps in whole seconds. */
  createdAt: Date;
  /** In the order of their targets. */
  mounts: { type: 'bind' | 'tmpfs'; source: string | undefined; target: string; readOnly: boolean }[];
}

/** What an engine knows of a container. */
export interface ContainerInfo extends ListedContainer {
  startedAt: Date | undefined;
}

export interface ExecRequest {
  argv: string[];
  cwd?: string;
  env?: Record<string, string>;
  /** With true, `Exec.stdin` is open until it is ended; otherwise the process reads nothing. */
  stdin?: boolean;
}

/**
 * How a process in a container ended. `unknown`: the container or the engine went away, so nobody knows; it must
 * never be taken for success (Docker ends the stream as if nothing had happened, measured with 20.10).
 */
export type ExecEnd =
  | { kind: 'exited'; code: number; outOfMemory: boolean }
  | { kind: 'unknown'; message: string };

/** A process under way in a container. Both outputs must be read, or the process stalls. */
export interface Exec {
  stdin: Writable | undefined;
  stdout: Readable;
  stderr: Readable;
  /** Settles when the process has ended; never rejects. */
  ended: Promise<ExecEnd>;
}

/**
 * Where containers come from. Two of a kind, `docker` and `sandbox`; `conformance.ts` is what both must pass.
 * Errors: ENGINE_UNREACHABLE, ENGINE_FAILED, IMAGE_MISSING, CONTAINER_NAME_TAKEN, CONTAINER_VANISHED.
 */
export interface Engine {
  readonly kind: 'docker' | 'sandbox';
  /** Version and limits, for people; rejects with ENGINE_UNREACHABLE. */
  describe(): Promise<string>;
  /** A name for the host, the same for all who see the same containers; no promise depends on it. Rejects as `describe` does. */
  identity(): Promise<string>;
  /** The immutable id of an image; rejects with IMAGE_MISSING. */
  imageId(reference: string): Promise<string>;
  /** Makes and starts a container. A container that has the name already: CONTAINER_NAME_TAKEN. */
  create(spec: ContainerSpec): Promise<ContainerInfo>;
  /** Starts a container that was stopped. Its tmpfs are empty then. */
  start(id: string): Promise<void>;
  /** By id or name; `undefined` when there is none. */
  inspect(idOrName: string): Promise<ContainerInfo | undefined>;
  /** All containers, running or not, that carry all these labels. */
  list(labels: Record<string, string>): Promise<ListedContainer[]>;
  /** Ends everything in the container and removes it. False when it was not there. */
  remove(idOrName: string): Promise<boolean>;
  /** Starts a process. A container that is not running: CONTAINER_VANISHED. */
  exec(id: string, request: ExecRequest): Promise<Exec>;
  close(): Promise<void>;
}
